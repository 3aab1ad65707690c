import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { OraFerryError } from '../../shared/errors.ts';
import { errorBody } from './answer.ts';
import { standingHeaders } from './standing-headers.ts';
import { traceIdOf } from './trace.ts';
import { lingerMs } from './unread-body.ts';

/** Told of each request that was refused before our function saw it. */
export type OnRefusal = (error: OraFerryError, traceId: string) => void;

/**
 * Answers in our one shape what Node would answer with an empty body, or by hanging up: requests that are no HTTP,
 * too large in their headers or too slow, and CONNECT. https://nodejs.org/api/http.html#event-clienterror
 */
export function answerRefusals(server: Server, onRefusal: OnRefusal): void {
  const answering = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (req, res) => answering.set(req.socket, res));
  server.on('clientError', (cause: NodeJS.ErrnoException, socket) => {
    const isLost = cause.code === 'ECONNRESET' || !socket.writable;
    const current = answering.get(socket);
    const isAnswered = current?.headersSent && !current.writableFinished;
    if (isLost || isAnswered) socket.destroy();
    else refuse(socket, meaningOf(cause));
  });
  server.on('connect', (req: IncomingMessage, socket) => {
    refuse(socket, new OraFerryError('METHOD_NOT_ALLOWED', 'This is no proxy.'), req);
  });

  function refuse(socket: Duplex, error: OraFerryError, req?: IncomingMessage): void {
    const traceId = traceIdOf(req?.headers ?? {});
    onRefusal(error, traceId);
    socket.on('error', () => socket.destroy());
    socket.end(rawAnswer(error, traceId));
    // What the client still sends is let through for a while: a reset could overtake the answer.
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(timer));
  }
}

function meaningOf(cause: NodeJS.ErrnoException): OraFerryError {
  switch (cause.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new OraFerryError(
        'HEADERS_TOO_LARGE',
        'The URL and the headers together are larger than 16 KiB.',
        { cause },
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new OraFerryError('REQUEST_TIMEOUT', 'The request did not arrive in time.', { cause });
    default:
      return new OraFerryError('VALIDATION_ERROR', 'The request is no valid HTTP.', { cause });
  }
}

function rawAnswer(error: OraFerryError, traceId: string): string {
  const body = JSON.stringify(errorBody(error, traceId));
  const headers = {
    ...standingHeaders,
    ...(error.code === 'METHOD_NOT_ALLOWED' && { Allow: 'GET, HEAD, POST, PUT, DELETE, OPTIONS' }),
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Trace-Id': traceId,
    Vary: 'Origin',
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`;
  return [status, ...lines, '', body].join('\r\n');
}
