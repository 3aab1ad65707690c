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
  await handlers[target.kind](exchange, fault === undefined ? request : damaged(request, fault));
}

/** The body as the fault lets it through. */
async function* damaged(request: IncomingMessage, fault: FaultAction): AsyncIterable<Buffer> {
  let passed = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    yield fault === 'corrupt' && passed === 0
      ? flipped(piece)
      : piece.subarray(0, Math.max(0, limitOf(fault) - passed));
    passed += piece.length;
    if (typeof fault === 'object' && 'resetAfter' in fault && passed >= fault.resetAfter) {
      request.socket.resetAndDestroy();
    }
  }
}

function limitOf(fault: FaultAction): number {
  if (typeof fault !== 'object') return Number.POSITIVE_INFINITY;
  if ('resetAfter' in fault) return fault.resetAfter;
  return 'keepOnly' in fault ? fault.keepOnly : Number.POSITIVE_INFINITY;
}

function flipped(piece: Buffer): Buffer {
  return Buffer.concat([Buffer.of((piece[0] ?? 0) ^ 1), piece.subarray(1)]);
}
