import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from './answer.ts';

/** What pages of other origins may do: https://fetch.spec.whatwg.org/#http-cors-protocol */

const allowedHeaders = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'Last-Event-ID',
  'Traceparent',
  'X-API-Key',
];
const exposedHeaders = [
  'Allow',
  'ETag',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Trace-Id',
];
/** Two hours, the longest that Chromium keeps a preflight's answer. */
const preflightSeconds = 7_200;

/**
 * Marks every answer as made for its origin, and opens it to an origin of the list. There is no wildcard, and no
 * permission for cookies: callers are known by a header that no browser sends by itself.
 */
export function openTo(
  origins: readonly string[],
  req: IncomingMessage,
  res: ServerResponse,
): void {
  res.setHeader('Vary', 'Origin');
  const { origin } = req.headers;
  if (origin === undefined || !origins.includes(origin)) return;
  res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Access-Control-Expose-Headers', exposedHeaders.join(', '));
}

/** The answer to OPTIONS, of which a preflight is one: what this very path allows. */
export function optionsReply(methods: readonly string[], res: ServerResponse): Reply {
  const allow = methods.join(', ');
  if (!res.hasHeader('Access-Control-Allow-Origin')) return { headers: { Allow: allow } };
  return {
    headers: {
      Allow: allow,
      'Access-Control-Allow-Methods': allow,
      'Access-Control-Allow-Headers': allowedHeaders.join(', '),
      'Access-Control-Max-Age': String(preflightSeconds),
      Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    },
  };
}
