import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { expect } from 'vitest';
import { statusEvents } from '../../functions/views/progress.ts';
import { keys } from './api.ts';

/** A client of event streams that reads as the HTML standard says, and can be slow. */
export interface EventClient {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** What was read so far. */
  readonly events: readonly ReadEvent[];
  readonly text: string;
  /** As EventSource keeps it over reconnects. */
  readonly lastEventId: string | undefined;
  /** The server has ended the stream in good order. */
  readonly isComplete: boolean;
  /** Resolves at the end of the stream, however it came. */
  readonly ended: Promise<void>;
  pause(): void;
  resume(): void;
  disconnect(): void;
}

export interface ReadEvent {
  readonly event: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of every shape.
  readonly data: any;
}

interface ClientOptions {
  readonly lastEventId?: string | undefined;
  readonly key?: string | null;
  readonly accept?: string;
  readonly method?: string;
  /** Takes the events, which then are not kept. */
  readonly onEvent?: (event: ReadEvent) => void;
}

/** Opens the path as an event stream; resolves when its headers are there. */
export async function openEvents(
  url: string,
  path: string,
  options: ClientOptions = {},
): Promise<EventClient> {
  const { lastEventId, key = keys.reader, accept = 'text/event-stream', method = 'GET' } = options;
  const call = request(`${url}${path}`, {
    method,
    agent: false,
    headers: {
      Accept: accept,
      ...(key !== null && { 'X-API-Key': key }),
      ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
    },
  });
  return read(call, await response(call), options);
}

function response(call: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  call.once('response', resolve).once('error', reject).end();
  return promise;
}

function read(
  call: ClientRequest,
  res: IncomingMessage,
  { lastEventId, onEvent }: ClientOptions,
): EventClient {
  const ended = Promise.withResolvers<void>();
  const parser = createEventParser(lastEventId, onEvent);
  let text = '';
  res.setEncoding('utf8').on('data', (chunk: string) => {
    if (!onEvent) text += chunk;
    parser.push(chunk);
  });
  res.on('error', () => undefined).once('close', () => ended.resolve());
  call.on('error', () => undefined);
  return {
    status: res.statusCode ?? 0,
    headers: res.headers,
    events: parser.events,
    get text() {
      return text;
    },
    get lastEventId() {
      return parser.lastEventId();
    },
    get isComplete() {
      return res.complete;
    },
    ended: ended.promise,
    pause: () => void res.pause(),
    resume: () => void res.resume(),
    disconnect: () => void res.destroy(),
  };
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export function createEventParser(lastEventId?: string, onEvent?: (event: ReadEvent) => void) {
  const events: ReadEvent[] = [];
  const take = onEvent ?? ((event: ReadEvent) => void events.push(event));
  let rest = '';
  let id = lastEventId;
  let ownId: string | undefined;
  let event = '';
  let data: string[] = [];

  function readLine(line: string): void {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (line === '') dispatch();
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
    if (field === 'id' && !value.includes('\0')) ownId = value;
  }

  function dispatch(): void {
    id = ownId ?? id;
    if (data.length > 0) {
      const parsed = JSON.parse(data.join('\n'));
      take({ event, ...(ownId !== undefined && { id: ownId }), data: parsed });
    }
    ownId = undefined;
    event = '';
    data = [];
  }

  return {
    events,
    lastEventId: () => id,
    push(chunk: string) {
      const lines = (rest + chunk).split(/\r\n|\n|\r/);
      rest = lines.pop() ?? '';
      lines.forEach(readLine);
    },
  };
}

/** Every event has the documented form. */
export function expectDocumented(events: readonly ReadEvent[]): void {
  for (const { event, data } of events) {
    expect(Object.keys(statusEvents)).toContain(event);
    statusEvents[event as keyof typeof statusEvents].parse(data);
  }
}

/** What one person has seen over all connections: numbers never go back, and the end comes once, last. */
export function expectMonotone(connections: readonly (readonly ReadEvent[])[]): void {
  const check = createMonotoneCheck();
  for (const event of connections.flat()) check(event);
}

/** Throws at the first number that goes back. */
export function createMonotoneCheck(): (event: ReadEvent) => void {
  const highest = new Map<string, number>();
  return ({ event, data }) => {
    for (const [name, number] of numbersOf(event, data)) {
      const before = highest.get(name) ?? 0;
      if (!(number >= before))
        throw new Error(`${name} fell from ${before} to ${number} in ${event}`);
      highest.set(name, number);
    }
  };
}

export function countOf(events: readonly ReadEvent[], name: string): number {
  return events.filter(({ event }) => event === name).length;
}

const growing = [
  'rows_processed',
  'progress_percent',
  'bytes_read',
  'bytes_uploaded',
  'splits_done',
];

function numbersOf(event: string, data: ReadEvent['data']): [string, number][] {
  const tables: ReadEvent['data'][] =
    event === 'snapshot'
      ? [...data.progress, { table: 'totals', ...data.totals }]
      : event === 'progress' || event === 'table'
        ? [data]
        : [];
  const committed: ReadEvent['data'][] = data.job?.extractions ?? [];
  return [
    ...tables.flatMap((table) =>
      growing.map((field): [string, number] => [`${table.table} ${field}`, table[field]]),
    ),
    ...committed.map((table): [string, number] => [
      `${table.owner}.${table.table} committed`,
      table.rows,
    ]),
  ];
}
