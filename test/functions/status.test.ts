import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { defaultIntervals } from '../../functions/live/intervals.ts';
import { type Api, keys, startApi } from './api.ts';
import {
  countOf,
  type EventClient,
  expectDocumented,
  expectMonotone,
  openEvents,
} from './events.ts';
import { createSimulator, hintOf } from './simulated-job.ts';

const patient = { timeout: 10_000, interval: 10 };

let api: Api;
let simulator: ReturnType<typeof createSimulator>;
const clients: EventClient[] = [];

beforeAll(async () => {
  const quick = { lookMs: 40, freshMs: 20, tellMs: 5, lingerMs: 300 };
  api = await startApi({ intervals: { ...defaultIntervals, ...quick } });
  simulator = createSimulator(api.context);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(async () => {
  await simulator.close();
  await api.close();
});

async function watch(transport: string, options: Parameters<typeof openEvents>[2] = {}) {
  const client = await openEvents(api.url, `/api/transport/${transport}/status`, options);
  clients.push(client);
  return client;
}

/** In a job of one table. */
function rowsShownTo({ events }: EventClient): number {
  const { data } = events.at(-1) ?? {};
  return data?.rows_processed ?? data?.totals?.rows_processed;
}

async function eventually(check: () => void): Promise<void> {
  await vi.waitFor(check, patient);
}

test('a watcher sees the snapshot, the progress of each table, its end and the end of the job', async () => {
  const transport = await simulator.transport(['TIMES', 'COSTS']);
  const job = await simulator.job(transport);
  const client = await watch(transport);
  expect(client.status).toBe(200);
  expect(client.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-trace-id': expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  await eventually(() => expect(client.events[0]?.data.job.state).toBe('QUEUED'));
  expect(client.text).toMatch(/^retry: 3000\n\n/);

  await job.plan();
  await eventually(() => expect(client.events.at(-1)?.data.job.state).toBe('RUNNING'));
  const first = await job.claim();
  await job.move([first], 4);
  const moved = { rows_processed: 4, progress_percent: 40, bytes_read: 360, bytes_uploaded: 40 };
  const told = () =>
    client.events.findLast(({ event, data }) => event === 'progress' && data.rows_processed > 0);
  await eventually(() => expect(told()?.data).toMatchObject(moved));
  expect(told()?.data).toEqual({
    ...moved,
    table: expect.stringMatching(/^SH\.(TIMES|COSTS)$/),
    rows_per_second: 2,
    splits_done: 0,
    splits_total: 1,
    eta_seconds: 3,
  });
  const second = await job.claim();
  await job.commit(first);
  await job.commit(second);
  await job.finish();
  await client.ended;

  expectDocumented(client.events);
  expectMonotone([client.events]);
  const tables = client.events.filter(({ event }) => event === 'table');
  expect(tables.map(({ data }) => data.table).toSorted()).toEqual(['SH.COSTS', 'SH.TIMES']);
  const final = {
    state: 'SUCCEEDED',
    rows_processed: 10,
    progress_percent: 100,
    verified_rows: 10,
  };
  for (const { data } of tables) expect(data).toMatchObject({ ...final, error: null });
  const done = { id: job.id, state: 'SUCCEEDED' };
  expect(client.events.at(-1)).toMatchObject({ event: 'terminal', data: { job: done } });
  expect(countOf(client.events, 'terminal')).toBe(1);
});

test('a failed job tells its error, with the trace of the job, before its end', async () => {
  const transport = await simulator.transport();
  const job = await simulator.job(transport);
  await job.plan();
  const client = await watch(transport);
  await job.fail(await job.claim(), true);
  await job.finish('FAILED');
  await client.ended;
  expectDocumented(client.events);
  const table = client.events.find(({ event }) => event === 'table');
  const failed = { state: 'FAILED', error: { code: 'VALUE_ERROR' } };
  expect(table?.data).toMatchObject(failed);
  const [error, terminal] = client.events.slice(-2);
  expect(error).toMatchObject({ event: 'error', data: { code: 'VALUE_ERROR', trace_id: 'trace' } });
  expect(terminal).toMatchObject({ event: 'terminal', data: { job: { state: 'FAILED' } } });
});

test('numbers stay where they are while a failed attempt is made up for', async () => {
  const transport = await simulator.transport();
  const job = await simulator.job(transport);
  await job.plan(2);
  const client = await watch(transport);
  const [a, b] = [await job.claim(), await job.claim()];
  await job.move([a, b], 6);
  await eventually(() => expect(rowsShownTo(client)).toBe(12));
  await job.fail(a, false);
  await job.move([b], 7);
  const again = await job.claim();
  expect(again.attempt).toBe(2);
  await job.move([again, b], 1);
  await job.move([again, b], 8);
  await eventually(() => expect(rowsShownTo(client)).toBe(16));
  await job.commit(again);
  await job.commit(b);
  await job.finish();
  await client.ended;
  expectMonotone([client.events]);
});

test('what comes late, or of another job or split, is passed over', async () => {
  const transport = await simulator.transport();
  const job = await simulator.job(transport);
  await job.plan();
  const claim = await job.claim();
  const client = await watch(transport);
  await eventually(() => expect(client.events).not.toEqual([]));
  await job.move([claim], 5);
  const late = { jobId: job.id, holder: 'task', sequence: 1, splits: [hintOf(claim, 9, false)] };
  await simulator.bus.publish(late);
  await simulator.bus.publish({ ...late, sequence: 9, jobId: 'another' });
  const unknown = { ...hintOf(claim, 9, false), splitId: 'unknown' };
  await simulator.bus.publish({ ...late, holder: 'other', splits: [unknown] });
  await job.move([claim], 6);
  await eventually(() => expect(rowsShownTo(client)).toBe(6));
  const moved = client.events.filter(({ event }) => event === 'progress');
  expect(moved.every(({ data }) => data.rows_processed <= 6)).toBe(true);
});

test('without Pub/Sub the record alone tells progress that tasks have written there', async () => {
  const transport = await simulator.transport();
  const job = await simulator.job(transport);
  await job.plan();
  const claim = await job.claim();
  await job.record([claim], 3);
  const client = await watch(transport);
  await eventually(() => expect(client.events[0]?.data.progress[0].rows_processed).toBe(3));
});

test('a watcher that comes before any job gets null, then the first job', async () => {
  const transport = await simulator.transport();
  const client = await watch(transport);
  await eventually(() => expect(client.events[0]?.data).toMatchObject({ job: null, progress: [] }));
  const job = await simulator.job(transport);
  await eventually(() => expect(client.events[1]?.data.job.id).toBe(job.id));
  expectDocumented(client.events);
});

test('whoever has not seen the end gets it again, whoever has is told not to come back', async () => {
  const transport = await simulator.transport();
  const job = await simulator.job(transport);
  await job.plan();
  const early = await watch(transport);
  await eventually(() => expect(early.lastEventId).toMatch(/RUNNING/));
  early.disconnect();
  await job.commit(await job.claim());
  await job.finish();

  const late = await watch(transport, { lastEventId: early.lastEventId });
  await late.ended;
  expect(late.events.map(({ event }) => event)).toEqual(['snapshot', 'terminal']);
  const seen = await watch(transport, { lastEventId: late.lastEventId });
  await seen.ended;
  expect([seen.status, seen.text]).toEqual([204, '']);
  const forgotten = await watch(transport);
  await forgotten.ended;
  expect(countOf(forgotten.events, 'terminal')).toBe(1);
});

test('a stream that was lost goes on with its own job, and the next one with the newest', async () => {
  const transport = await simulator.transport();
  const first = await simulator.job(transport);
  await first.plan();
  const lost = await watch(transport);
  await eventually(() => expect(lost.lastEventId).toBeDefined());
  lost.disconnect();
  await first.commit(await first.claim());
  await first.finish();
  const second = await simulator.job(transport);

  const resumed = await watch(transport, { lastEventId: lost.lastEventId });
  await resumed.ended;
  expect(resumed.events.at(-1)?.data.job.id).toBe(first.id);
  const next = await watch(transport, { lastEventId: resumed.lastEventId });
  await eventually(() => expect(next.events[0]?.data.job.id).toBe(second.id));
});

test('an id that this transport never gave out is passed over', async () => {
  const transport = await simulator.transport();
  const job = await simulator.job(transport);
  const foreign = await simulator.job(await simulator.transport());
  const ids = ['', 'x', '1.2.3', `${foreign.id}.0.QUEUED.`, `${'0'.repeat(32)}.0.SUCCEEDED.1`];
  for (const lastEventId of [...ids, `${job.id}.0.NEVER.1`, 'é\t~', 'z'.repeat(8_000)]) {
    const client = await watch(transport, { lastEventId });
    await eventually(() => expect(client.events[0]?.data.job.id).toBe(job.id));
  }
});

test('progress is held back from whoever has seen more, for a while', async () => {
  const transport = await simulator.transport();
  const job = await simulator.job(transport);
  await job.plan();
  const claim = await job.claim();
  const ahead = `${job.id}.1.RUNNING.5`;
  const client = await watch(transport, { lastEventId: ahead });
  const other = await watch(transport);
  await job.move([claim], 4);
  await eventually(() => expect(rowsShownTo(other)).toBe(4));
  expect(client.events).toEqual([]);
  await job.move([claim], 5);
  await eventually(() => expect(client.events[0]?.data.progress[0].rows_processed).toBe(5));
});

test('whoever does not ask for events gets JSON', async () => {
  const transport = await simulator.transport();
  const job = await simulator.job(transport);
  const accepts = ['application/json', '*/*', 'text/event-stream;q=0', 'text/*', ''];
  for (const Accept of accepts) {
    const path = `/api/transport/${transport}/status`;
    const { status, headers, body } = await api.call('GET', path, { headers: { Accept } });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body.job.id).toBe(job.id);
  }
  const both = await watch(transport, { accept: 'application/json;q=0.5, text/event-stream' });
  expect(both.headers['content-type']).toBe('text/event-stream');
});

test('errors before the stream begins come in the one shape', async () => {
  const transport = await simulator.transport();
  const foreign = await simulator.job(await simulator.transport());
  const unknown = await watch('nowhere');
  await unknown.ended;
  const problem = { code: 'TRANSPORT_NOT_FOUND', trace_id: unknown.headers['x-trace-id'] };
  expect([unknown.status, JSON.parse(unknown.text)]).toMatchObject([404, problem]);
  const stranger = await watch(transport, { key: 'reader.wrong' });
  await stranger.ended;
  expect([stranger.status, JSON.parse(stranger.text).code]).toEqual([401, 'AUTHENTICATION_ERROR']);
  const other = await watch(transport, { key: keys.other });
  expect(other.status).toBe(404);
  const wrong = await openEvents(api.url, `/api/transport/${transport}/status?job=${foreign.id}`);
  await wrong.ended;
  expect([wrong.status, JSON.parse(wrong.text).code]).toEqual([404, 'JOB_NOT_FOUND']);
});

test('HEAD gets the headers of the stream and no stream', async () => {
  const transport = await simulator.transport();
  const client = await watch(transport, { method: 'HEAD' });
  await client.ended;
  expect([client.status, client.text]).toEqual([200, '']);
  expect(client.headers['content-type']).toBe('text/event-stream');
});

test('one subscription serves all watchers and goes a while after the last', async () => {
  const transport = await simulator.transport();
  const job = await simulator.job(transport);
  await job.plan();
  const [one, two] = [await watch(transport), await watch(transport)];
  await eventually(() => expect(two.events).not.toEqual([]));
  expect(api.pubsub.subscriptions()).toHaveLength(1);
  one.disconnect();
  two.disconnect();
  await eventually(() => expect(api.pubsub.subscriptions()).toEqual([]));
  const back = await watch(transport);
  await eventually(() => expect(back.events).not.toEqual([]));
  expect(api.pubsub.subscriptions()).toHaveLength(1);
});
