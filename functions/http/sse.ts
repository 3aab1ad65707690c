/** Server-sent events on the wire: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */

export interface ServerSentEvent {
  readonly event: string;
  /** What the client sends as Last-Event-ID when it reconnects; without one its last id stays. */
  readonly id?: string;
  /** Sent as JSON, which has no line breaks of its own. */
  readonly data: unknown;
}

/** Proxies must neither keep nor buffer the stream (nginx, and what imitates it, reads X-Accel-Buffering). */
export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/** A comment, which clients pass over: it keeps proxies from taking the connection for dead. */
export const ping = ': ping\n\n';

/** Tells the client how long to wait before it reconnects, in milliseconds. */
export function retryAfter(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/** One event, whatever its parts hold: a line break or NUL in the name or the id is left out. */
export function formatEvent({ event, id, data }: ServerSentEvent): string {
  const idLine = id === undefined ? '' : `id: ${oneLine(id)}\n`;
  return `event: ${oneLine(event)}\n${idLine}data: ${JSON.stringify(data)}\n\n`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, '');
}

/** True when the Accept header names event streams themselves; a wildcard does not ask for one that never ends. */
export function acceptsEvents(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === 'text/event-stream' && !parameters.some((one) => /^q=0(\.0*)?$/.test(one));
  });
}
