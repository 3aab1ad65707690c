import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { type EventStream, openEventStream } from '../../../functions/http/event-stream.ts';
import { formatEvent } from '../../../functions/http/sse.ts';
import { defaultIntervals, type Intervals } from '../../../functions/live/intervals.ts';
import { openEvents } from '../events.ts';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanUp.splice(0)) clean();
});

/** A client and the stream that serves it. */
async function connect(intervals: Partial<Intervals> = {}) {
  const served = Promise.withResolvers<{ stream: EventStream; res: ServerResponse }>();
  const server = createServer((_, res) => {
    const stream = openEventStream(res, { ...defaultIntervals, ...intervals });
    served.resolve({ stream, res });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = await openEvents(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    '/',
  );
  cleanUp.push(() => {
    client.disconnect();
    server.close();
    server.closeAllConnections();
  });
  return { client, ...(await served.promise) };
}

const big = formatEvent({ event: 'big', data: 'x'.repeat(4 * 1024 * 1024) });

/** Sends until the client's side takes no more. */
async function fill(stream: EventStream): Promise<number> {
  for (let sent = 0; ; sent++) {
    if (!stream.isReady) await new Promise((resolve) => setTimeout(resolve, 100));
    if (!stream.isReady) return sent;
    stream.send(big);
  }
}

test('a client that takes nothing any more is cut off', async () => {
  const { client, stream, res } = await connect({ stalledMs: 20 });
  client.pause();
  await fill(stream);
  await vi.waitFor(() => expect(stream.signal.aborted).toBe(true));
  expect(res.destroyed).toBe(true);
  client.resume();
  await client.ended;
  expect(client.isComplete).toBe(false);
});

test('a client that pauses is told when it reads again, and is not cut off', async () => {
  const { client, stream, res } = await connect();
  client.pause();
  const sent = await fill(stream);
  const drained = vi.fn();
  stream.onDrain(drained);
  client.resume();
  await vi.waitFor(() => expect(drained).toHaveBeenCalled());
  expect([stream.isReady, res.writableLength]).toEqual([true, 0]);
  stream.end();
  await client.ended;
  expect([client.isComplete, client.events.length]).toEqual([true, sent]);
});

test('a client that stays away at the end is cut off as well', async () => {
  const { client, stream, res } = await connect({ stalledMs: 20 });
  client.pause();
  await fill(stream);
  stream.end();
  await vi.waitFor(() => expect(res.destroyed).toBe(true));
});

test('a quiet stream is pinged, and ends in good order when its time is over', async () => {
  const { client, stream } = await connect({ pingMs: 5, streamMs: 100 });
  await vi.waitFor(() => expect(client.text).toContain(': ping\n\n: ping\n\n'));
  await client.ended;
  expect([client.isComplete, client.events, stream.signal.aborted]).toEqual([true, [], true]);
  stream.send(big);
  expect(client.events).toEqual([]);
});

test('the stream knows when its client has gone', async () => {
  const { client, stream } = await connect();
  client.disconnect();
  await vi.waitFor(() => expect(stream.signal.aborted).toBe(true));
  expect(stream.isReady).toBe(false);
});
