import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

// https://www.w3.org/TR/trace-context/#traceparent-header
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;
// https://cloud.google.com/trace/docs/trace-context#legacy-http-header
const cloudTrace = /^([0-9a-f]{32})(?:\/(\d{1,20})|$)/;
const invalidTrace = '0'.repeat(32);

/** Where a request belongs: 32 and 16 hex digits. */
export interface Trace {
  readonly traceId: string;
  /** The caller's span, of which the request is a part. */
  readonly spanId?: string;
}

/** The caller's trace, from `traceparent` or `X-Cloud-Trace-Context`, else a new one. */
export function traceOf(headers: IncomingHttpHeaders): Trace {
  const [, traceId, spanId] =
    traceparent.exec(textOf(headers['traceparent'])) ?? googleTrace(headers);
  if (traceId === undefined || traceId === invalidTrace) return { traceId: newId(16) };
  return spanId === undefined ? { traceId } : { traceId, spanId };
}

/** As traceOf, without the span. */
export function traceIdOf(headers: IncomingHttpHeaders): string {
  return traceOf(headers).traceId;
}

/** The older header has the span as a decimal number. */
function googleTrace(headers: IncomingHttpHeaders): (string | undefined)[] {
  const [, traceId, span] = cloudTrace.exec(textOf(headers['x-cloud-trace-context'])) ?? [];
  const spanId = span && BigInt.asUintN(64, BigInt(span)).toString(16).padStart(16, '0');
  return [undefined, traceId, spanId || undefined];
}

/** A W3C trace context that continues the trace with a span of its own. */
export function newTraceparent(traceId: string): string {
  return `00-${traceId}-${newId(8)}-01`;
}

function newId(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header.trim().toLowerCase() : '';
}
