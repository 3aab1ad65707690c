import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { HttpError } from './errors.ts';
import type { FaultAction, RequestKind } from './faults.ts';
import type { Exchange } from './requests.ts';

export type Handlers = Record<
  RequestKind,
  (exchange: Exchange, body: AsyncIterable<Uint8Array>) => Promise<void>
>;

/** Serves a request, or fails it in the way that a test asked for. */
export async function serveWithFault(
  handlers: Handlers,
  exchange: Exchange,
  fault: FaultAction | undefined,
): Promise<void> {
  const { request, response, target } = exchange;
  if (fault === 'stall') return;
  if (fault === 'lose-answer') {
    response.end = () => response.destroy();
    response.writeHead = () => response;
  }
  if (typeof fault === 'object' && 'status' in fault) {
    await buffer(request);
    throw new HttpError(fault.status, `Injected fault ${fault.status}.`);
  }
  await handlers[target.kind](exchange, bodyUnder(fault, request));
}

function bodyUnder(
  fault: FaultAction | undefined,
  request: IncomingMessage,
): AsyncIterable<Uint8Array> {
  if (fault === 'corrupt') return corrupted(request);
  return typeof fault === 'object' ? shortened(request, fault) : request;
}

/** One bit of the content is flipped; in a multipart body, the content is what stands before the last boundary. */
async function* corrupted(request: IncomingMessage): AsyncIterable<Buffer> {
  const body = await buffer(request);
  const position = Math.max(body.lastIndexOf('\r\n--') - 1, 0);
  body.writeUInt8(body.readUInt8(position) ^ 1, position);
  yield body;
}

async function* shortened(request: IncomingMessage, fault: object): AsyncIterable<Buffer> {
  const limit = limitOf(fault);
  let passed = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    yield piece.subarray(0, Math.max(0, limit - passed));
    passed += piece.length;
    if ('resetAfter' in fault && passed >= limit) request.socket.resetAndDestroy();
  }
}

function limitOf(fault: { resetAfter?: number; keepOnly?: number }): number {
  return fault.resetAfter ?? fault.keepOnly ?? Number.POSITIVE_INFINITY;
}
