import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { parseEventId } from '../../../functions/live/event-id.ts';
import { createLiveHub } from '../../../functions/live/hub.ts';
import { defaultIntervals, type Intervals } from '../../../functions/live/intervals.ts';
import { startPubSub } from '../../../infra/local/pubsub/server.ts';
import { loadConfig } from '../../../shared/config.ts';
import { OraFerryError } from '../../../shared/errors.ts';
import { createLogger } from '../../../shared/logging.ts';
import type { JobStore } from '../../../shared/ports/stores.ts';
import { createProgressBus } from '../../../shared/pubsub/bus.ts';
import { type Api, startApi } from '../api.ts';
import { countOf, expectDocumented, openEvents } from '../events.ts';
import { createSimulator, hintOf } from '../simulated-job.ts';

const patient = { timeout: 10_000, interval: 10 };
const quick = { ...defaultIntervals, lookMs: 20, freshMs: 10, tellMs: 5 };

let api: Api;
let simulator: ReturnType<typeof createSimulator>;
const cleanUp: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  api = await startApi();
  simulator = createSimulator(api.context);
});
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
afterAll(async () => {
  await simulator.close();
  await api.close();
});

interface Setting {
  readonly intervals?: Partial<Intervals>;
  readonly jobs?: JobStore;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A hub of its own behind a server that follows the job with every request. */
async function serveHub(jobId: string, { intervals, jobs, environment }: Setting = {}) {
  const config = loadConfig({ ...api.environment, ...environment });
  const logged: string[] = [];
  const log = createLogger(config, 'test', { write: (line) => logged.push(line) });
  const bus = createProgressBus(config, log);
  const store = jobs ?? api.context.jobs;
  const hub = createLiveHub({ jobs: store, bus, log, intervals: { ...quick, ...intervals } });
  const job = await api.context.jobs.get('default', jobId);
  const server = createServer((req, res) => {
    const seen = parseEventId(String(req.headers['last-event-id']));
    hub.follow(hub.open(res), job, seen);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanUp.push(async () => {
    server.closeAllConnections();
    server.close();
    await hub.close();
    await bus.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { hub, url, logged };
}

async function runningJob() {
  const job = await simulator.job(await simulator.transport());
  await job.plan();
  return job;
}

test('a record that cannot be read is told once, and the stream goes on when it can', async () => {
  const job = await runningJob();
  const { jobs } = api.context;
  let failures = 0;
  let isBroken = false;
  const refuse = () => {
    failures += 1;
    throw new OraFerryError('STORE_ERROR', 'Firestore is away.');
  };
  const breaking: JobStore = {
    ...jobs,
    get: async (...of) => (isBroken ? refuse() : jobs.get(...of)),
    detail: async (...of) => (isBroken ? refuse() : jobs.detail(...of)),
  };
  const { url } = await serveHub(job.id, { jobs: breaking });
  const client = await openEvents(url, '/');
  await vi.waitFor(() => expect(countOf(client.events, 'snapshot')).toBe(1), patient);
  isBroken = true;
  await vi.waitFor(() => expect(failures).toBeGreaterThan(2), patient);
  const error = { code: 'STORE_ERROR', message: 'Firestore is away.', trace_id: 'trace' };
  expect(client.events.at(-1)).toMatchObject({ event: 'error', data: error });
  expect(countOf(client.events, 'error')).toBe(1);
  isBroken = false;
  await job.commit(await job.claim());
  await job.finish();
  await client.ended;
  expectDocumented(client.events);
  const late = await openEvents(url, '/');
  await late.ended;
  expect(late.events.map(({ event }) => event)).toEqual(['snapshot', 'terminal']);
});

test('without Pub/Sub the record tells all, and live progress follows when it is there', async () => {
  const job = await runningJob();
  const claim = await job.claim();
  const gone = await startPubSub();
  await gone.close();
  const environment = { PUBSUB_EMULATOR_HOST: gone.host };
  const intervals = { attachMs: 20, reopenMs: 50, freshMs: 600_000 };
  const { url, logged } = await serveHub(job.id, { environment, intervals });
  const client = await openEvents(url, '/');
  await vi.waitFor(() => expect(countOf(client.events, 'snapshot')).toBe(1), patient);
  await vi.waitFor(
    () => expect(logged.join('')).toContain('Live progress cannot be heard'),
    patient,
  );

  const config = loadConfig(api.environment);
  const topics = [`projects/${config.project}/topics/${config.pubsub.topic}`];
  const back = await startPubSub({ port: gone.port, topics });
  cleanUp.push(() => back.close());
  await vi.waitFor(() => expect(back.subscriptions()).toHaveLength(1), patient);
  const bus = createProgressBus(
    loadConfig({ ...api.environment, ...environment }),
    api.context.log,
  );
  cleanUp.push(() => bus.close());
  await bus.publish({
    jobId: job.id,
    holder: 'task',
    sequence: 1,
    splits: [hintOf(claim, 7, false)],
  });
  await vi.waitFor(() => expect(client.events.at(-1)?.data.rows_processed).toBe(7), patient);
});

test('progress is held back for so long and no longer', async () => {
  const job = await runningJob();
  const { url } = await serveHub(job.id, { intervals: { catchUpMs: 50 } });
  const client = await openEvents(url, '/', { lastEventId: `${job.id}.1.RUNNING.zzz` });
  await vi.waitFor(() => expect(client.events[0]?.event).toBe('snapshot'), patient);
});

test('the end is told even to whoever has seen more than there was in the end', async () => {
  const job = await runningJob();
  const { url } = await serveHub(job.id, { intervals: { catchUpMs: 600_000 } });
  const client = await openEvents(url, '/', { lastEventId: `${job.id}.1.RUNNING.zzz` });
  await job.commit(await job.claim());
  await job.finish();
  await client.ended;
  expect(client.events.map(({ event }) => event)).toEqual(['terminal']);
});

test('closing ends every stream in good order, and those that come later at once', async () => {
  const job = await runningJob();
  const { url, hub } = await serveHub(job.id);
  const clients = await Promise.all([openEvents(url, '/'), openEvents(url, '/')]);
  await vi.waitFor(() => expect(clients[1]?.events).not.toEqual([]), patient);
  expect(api.pubsub.subscriptions()).toHaveLength(1);
  await hub.close();
  const late = await openEvents(url, '/');
  for (const client of [...clients, late]) {
    await client.ended;
    expect([client.isComplete, countOf(client.events, 'terminal')]).toEqual([true, 0]);
  }
  expect(late.events).toEqual([]);
  expect(api.pubsub.subscriptions()).toEqual([]);
});
