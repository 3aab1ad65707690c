import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import type { StatusEvent } from '../../../../infra/local/demo/picture.ts';
import { hearStatus, type StatusStream } from '../../../../infra/local/demo/status-stream.ts';

let server: Server;
let stream: StatusStream;
let heard: StatusEvent[];
let requests: IncomingMessage[];

afterEach(async () => {
  stream.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

it('hears events, in whatever pieces they come, between comments and what it does not know', async () => {
  await hear((_, response) => {
    begin(response);
    const text = `: ping\n\nevent: news\ndata: {}\n\n${progress('1', 10)}`;
    response.write(text.slice(0, -20));
    setImmediate(() => response.write(`${text.slice(-20)}event: progress\ndata: {\n\n`));
  });
  await vi.waitFor(() => expect(rows()).toEqual([10]));
  expect(stream.isLive()).toBe(true);
  expect(requests[0]?.headers).toMatchObject({
    accept: 'text/event-stream',
    'x-api-key': 'id.secret',
  });
});

it('comes back after a cut, with the id of the last event', async () => {
  await hear((request, response) => {
    begin(response);
    if (request.headers['last-event-id'] === 'first') response.write(progress('second', 20));
    else response.end(`retry: 1\n\n${progress('first', 10)}`);
  });
  await vi.waitFor(() => expect(rows()).toEqual([10, 20]));
  expect(requests[1]?.headers['x-api-key']).toBe('id.secret');
});

it('ends with the terminal event: it is no longer live and does not come back', async () => {
  await hear((_, response) => {
    begin(response);
    const job = { state: 'SUCCEEDED', scn: null, extractions: [] };
    const data = JSON.stringify({ job });
    response.end(`retry: 1\n\n${progress('1', 10)}event: terminal\ndata: ${data}\n\n`);
  });
  await vi.waitFor(() => expect(heard.at(-1)?.terminal).toBe(true));
  expect(stream.isLive()).toBe(false);
  await expect(secondRequest()).rejects.toThrow();
});

it('is not live when it is refused, and does not insist', async () => {
  await hear((_, response) => {
    response.writeHead(404, { 'Content-Type': 'application/json' }).end('{}');
  });
  await vi.waitFor(() => expect(requests).toHaveLength(1));
  expect(stream.isLive()).toBe(false);
  await expect(secondRequest()).rejects.toThrow();
});

it('is no longer live after it was closed', async () => {
  await hear((_, response) => {
    begin(response);
    response.write(progress('1', 10));
  });
  await vi.waitFor(() => expect(rows()).toEqual([10]));
  const closed = once(requests[0]?.socket ?? server, 'close');
  stream.close();
  expect(stream.isLive()).toBe(false);
  await closed;
});

async function hear(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  heard = [];
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/transport/t/status?job=j`;
  stream = hearStatus({ url, apiKey: 'id.secret' }, (event) => heard.push(event));
}

/** Rejects when there is none for so long that a client which wanted to come back would have. */
function secondRequest(): Promise<unknown> {
  return once(server, 'request', { signal: AbortSignal.timeout(100) });
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
}

function progress(id: string, rows: number): string {
  const view = {
    table: 'A.T',
    rows_processed: rows,
    rows_per_second: 1,
    progress_percent: 1,
    splits_done: 0,
    splits_total: 1,
  };
  return `event: progress\nid: ${id}\ndata: ${JSON.stringify(view)}\n\n`;
}

function rows(): (number | undefined)[] {
  return heard.map(({ tables }) => tables[0]?.rows);
}
