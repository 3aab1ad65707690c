import type { ServerResponse } from 'node:http';
import { type ErrorReport, reportError, toOraFerryError } from '../../shared/errors.ts';
import { standingHeaders, transportSecurity } from './standing-headers.ts';
import { discardRest } from './unread-body.ts';

export const jsonType = 'application/json; charset=utf-8';

/** What a handler gives back. `text` or `bytes` are sent as they are, in place of `body`. */
export interface Reply<B = unknown> {
  readonly body?: B;
  readonly text?: string;
  readonly bytes?: Buffer;
  /** Writes what follows the headers for as long as it likes, in place of `body`, and ends the response. */
  readonly stream?: (res: ServerResponse) => void;
  /** In place of the route's own status. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a reply as JSON, or begins its stream; without any of them it has no body. */
export function answer(
  res: ServerResponse,
  status: number,
  traceId: string,
  { body, text, bytes, stream, headers }: Reply,
): void {
  discardRest(res.req);
  const content = bytes ?? text ?? (body === undefined ? undefined : JSON.stringify(body));
  res.writeHead(status, {
    ...(content !== undefined && {
      'Content-Type': jsonType,
      'Content-Length': Buffer.byteLength(content),
    }),
    ...standingHeaders,
    ...transportSecurity(res.req),
    'X-Trace-Id': traceId,
    ...headers,
  });
  if (stream && res.req.method !== 'HEAD') stream(res);
  else res.end(content);
}

/** Sends any error in the one shape, `{code, message, details?, trace_id}`, without stack or vendor text. */
export function answerError(
  res: ServerResponse,
  traceId: string,
  error: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status, code, details } = toOraFerryError(error);
  const body = errorBody(error, traceId);
  const challenge = code === 'AUTHENTICATION_ERROR' ? { 'WWW-Authenticate': 'ApiKey, Bearer' } : {};
  answer(res, status, traceId, {
    body,
    headers: { ...challenge, ...retryAfter(details), ...headers },
  });
}

/** The one shape of errors. */
export function errorBody(error: unknown, traceId: string): ErrorReport & { trace_id: string } {
  return { ...reportError(error), trace_id: traceId };
}

/** What the details say in seconds, also as the header that clients know how to wait by. */
function retryAfter(details: unknown): Record<string, string> {
  const { retry_after_seconds: seconds } = Object(details) as { retry_after_seconds?: unknown };
  return typeof seconds === 'number' ? { 'Retry-After': String(seconds) } : {};
}
