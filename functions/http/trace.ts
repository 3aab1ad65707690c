import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

// https://www.w3.org/TR/trace-context/#traceparent-header
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
// https://cloud.google.com/trace/docs/trace-context#legacy-http-header
const cloudTrace = /^([0-9a-f]{32})(\/|$)/;
const invalidTrace = '0'.repeat(32);

/** The caller's trace id, from `traceparent` or `X-Cloud-Trace-Context`, else a new one: 32 hex digits. */
export function traceIdOf(headers: IncomingHttpHeaders): string {
  const caller =
    traceparent.exec(textOf(headers['traceparent']))?.[1] ??
    cloudTrace.exec(textOf(headers['x-cloud-trace-context']))?.[1];
  return caller && caller !== invalidTrace ? caller : randomBytes(16).toString('hex');
}

/** A W3C trace context that continues the trace with a span of its own. */
export function newTraceparent(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header.trim().toLowerCase() : '';
}
