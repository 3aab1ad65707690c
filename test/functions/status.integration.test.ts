import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { defaultIntervals } from '../../functions/live/intervals.ts';
import type { Claim } from '../../shared/domain/split.ts';
import { type Api, startApi } from './api.ts';
import {
  countOf,
  createMonotoneCheck,
  type EventClient,
  expectDocumented,
  expectMonotone,
  openEvents,
  type ReadEvent,
} from './events.ts';
import { memoryOf, startFramework, stop } from './framework-process.ts';
import { createSimulator, hintOf, type Simulation } from './simulated-job.ts';

const patient = { timeout: 60_000, interval: 50 };
// For machines with few and busy cores: 24,000 events for each of 100 clients take their time.
vi.setConfig({ testTimeout: 400_000 });
const seed = Date.now() % 2 ** 31;

let api: Api;
let simulator: ReturnType<typeof createSimulator>;
beforeAll(async () => {
  const quick = { lookMs: 200, freshMs: 50, detailMs: 1_000, tellMs: 20 };
  api = await startApi({ intervals: { ...defaultIntervals, ...quick } });
  simulator = createSimulator(api.context);
});
afterAll(async () => {
  await simulator.close();
  await api.close();
});

test(`100 watchers of two instances, 1,000 times disconnected, see numbers grow and one end each (seed ${seed})`, async () => {
  const random = createRandom(seed);
  const second = await api.another();
  const transport = await simulator.transport(['TIMES', 'COSTS', 'SALES', 'PRODUCTS']);
  const job = await simulator.job(transport);
  const urls = [api.url, second.url].map((url) => `${url}/api/transport/${transport}/status`);
  let disconnects = 0;
  const isDone = () => disconnects >= 1_000;
  const watchers = Array.from({ length: 100 }, () =>
    watchRestlessly(urls, random, isDone, () => disconnects++),
  );
  await workUntil(job, isDone, random);
  const seen = await Promise.all(watchers);
  await second.close();

  expect(disconnects).toBeGreaterThanOrEqual(1_000);
  for (const connections of seen) {
    expectMonotone(connections);
    expect(countOf(connections.flat(), 'terminal')).toBe(1);
    expect(connections.flat().at(-1)?.event).toBe('terminal');
  }
  expectDocumented(seen.flatMap((connections) => connections.flat()).slice(0, 2_000));
});

/** Connects again and again, like an EventSource, until the end has been told. */
async function watchRestlessly(
  urls: readonly string[],
  random: () => number,
  isDone: () => boolean,
  onDisconnect: () => void,
): Promise<ReadEvent[][]> {
  const connections: ReadEvent[][] = [];
  let lastEventId: string | undefined;
  for (;;) {
    const url = urls[Math.floor(random() * urls.length)] ?? '';
    const client = await openEvents(url, '', { lastEventId });
    if (client.status === 204) return connections;
    const patience = isDone() ? 600_000 : 100 + random() * 900;
    await Promise.race([client.ended, delay(patience, undefined, { ref: false })]);
    const hasEnded = countOf(client.events, 'terminal') > 0;
    if (!hasEnded) onDisconnect();
    client.disconnect();
    connections.push([...client.events]);
    lastEventId = client.lastEventId;
  }
}

interface Attempt {
  readonly claim: Claim;
  readonly tenths: number;
}

/** Moves a job on at random, with attempts that fail, and completes it when the time has come. */
async function workUntil(job: Simulation, isDone: () => boolean, random: () => number) {
  await job.plan(3);
  let inHand: readonly Attempt[] = [];
  for (let split = 0; split < 12; split++) inHand = [...inHand, await begin(job)];
  for (let step = 1; !isDone(); step++) {
    inHand = inHand.map((one) => advance(one, random));
    if (step % 40 === 0) inHand = await failOne(job, inHand);
    else if (step % 25 === 0 && inHand.length > 2) inHand = await commitOne(job, inHand);
    const hints = inHand.map(({ claim, tenths }) => hintOf(claim, tenths, false));
    await job.publish(hints);
    if (step % 10 === 0) await job.recordHints(hints);
    await delay(50);
  }
  for (const { claim } of inHand) await job.commit(claim);
  await job.finish();
}

async function begin(job: Simulation): Promise<Attempt> {
  return { claim: await job.claim(), tenths: 0 };
}

function advance({ claim, tenths }: Attempt, random: () => number): Attempt {
  return { claim, tenths: random() < 0.1 ? Math.min(9, tenths + 1) : tenths };
}

async function failOne(job: Simulation, [first, ...others]: readonly Attempt[]) {
  if (first) await job.fail(first.claim, false);
  return [...others, await begin(job)];
}

async function commitOne(job: Simulation, [first, ...others]: readonly Attempt[]) {
  if (first) await job.commit(first.claim);
  if (first) await job.sayCommitted(first.claim);
  return others;
}

test('Pub/Sub stopped in the middle of a job: its watchers still see it end', async () => {
  const own = await startApi();
  const simulating = createSimulator(own.context);
  const transport = await simulating.transport();
  const job = await simulating.job(transport);
  await job.plan();
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => openEvents(own.url, `/api/transport/${transport}/status`)),
  );
  const claim = await job.claim();
  await job.move([claim], 5);
  const rows = (client: EventClient) => client.events.at(-1)?.data.rows_processed;
  for (const client of clients) await vi.waitFor(() => expect(rows(client)).toBe(5), patient);
  await own.pubsub.close();
  await expect(job.move([claim], 6)).rejects.toMatchObject({ code: 'PROGRESS_ERROR' });
  await job.commit(claim);
  await job.finish();
  const late = await openEvents(own.url, `/api/transport/${transport}/status`);
  for (const client of [...clients, late]) {
    await client.ended;
    expectMonotone([client.events]);
    expect(countOf(client.events, 'terminal')).toBe(1);
    expect(client.events.at(-1)?.data.job).toMatchObject({ state: 'SUCCEEDED' });
  }
  await simulating.close();
  await own.close();
});

const tables = Array.from({ length: 200 }, (_, index) => `${'T'.repeat(100)}_${index}`);
// More than what the kernel keeps for a connection: net.ipv4.tcp_wmem and tcp_rmem allow 4 and 6 MB.
const enoughProgress = 12_000_000 / 500;
const warmUp = 8_000;
// What V8 has not collected yet, because there is room, is no memory that watchers need.
const smallHeap = '--max-semi-space-size=2 --max-old-space-size=128';

test('50 of 100 watchers stand still: memory stays, and the other 50 see everything', async () => {
  const framework = await startFramework({ ...api.environment, NODE_OPTIONS: smallHeap });
  const transport = await simulator.transport(tables);
  const job = await simulator.job(transport);
  await job.plan();
  const witnesses = await Promise.all(
    Array.from({ length: 100 }, () =>
      witness(`${framework.url}/api/transport/${transport}/status`),
    ),
  );
  const [stalled, moving] = [witnesses.slice(0, 50), witnesses.slice(50)];
  const claims: Claim[] = [];
  for (const _ of tables) claims.push(await job.claim());
  let step = 0;
  const moveUntilTold = async (events: number) => {
    const isTold = () => moving.every(({ counts }) => (counts['progress'] ?? 0) >= events);
    for (; !isTold(); step++) {
      const moved = { rows: 1, bytesRead: 1_000 + step };
      await job.publish(claims.map((claim) => ({ ...hintOf(claim, 1, false), ...moved })));
      await delay(200);
    }
  };
  // First all move, so that what a busy process takes anyway does not count.
  await moveUntilTold(warmUp);
  for (const { client } of stalled) client.pause();
  const before = memoryOf(framework.child, 'VmRSS');
  await moveUntilTold(warmUp + enoughProgress);
  await job.move(claims, 9);
  for (const { rows } of moving) await vi.waitFor(() => expectAll(rows, 9), patient);
  const grown = memoryOf(framework.child, 'VmRSS') - before;
  expect(grown).toBeLessThan(64 * 1024 * 1024);
  for (const { rows } of stalled) expectAll(rows, 1);

  for (const { client } of stalled) client.resume();
  for (const claim of claims) await job.commit(claim);
  await job.finish();
  for (const { client, counts } of witnesses) {
    await client.ended;
    expect([client.isComplete, counts['table'], counts['terminal']]).toEqual([true, 200, 1]);
  }
  const told = (some: typeof witnesses) => some.map(({ counts }) => counts['progress'] ?? 0);
  expect(Math.max(...told(stalled))).toBeLessThan(Math.min(...told(moving)));
  expect(await stop(framework, 'SIGTERM')).toBe(0);
});

/** A client that counts its events and knows the rows that it was told last, but keeps nothing else. */
async function witness(url: string) {
  const counts: Record<string, number> = {};
  const rows = new Map<string, number>();
  const check = createMonotoneCheck();
  const note = (progress: { table: string; rows_processed: number }) =>
    rows.set(progress.table, progress.rows_processed);
  const client = await openEvents(url, '', {
    onEvent(told) {
      check(told);
      counts[told.event] = (counts[told.event] ?? 0) + 1;
      if (told.event === 'snapshot') told.data.progress.forEach(note);
      if (told.event === 'progress') note(told.data);
    },
  });
  return { client, counts, rows };
}

function expectAll(rows: ReadonlyMap<string, number>, number: number): void {
  expect([rows.size, new Set(rows.values())]).toEqual([tables.length, new Set([number])]);
}

/** Mulberry32: the same numbers for the same seed. */
function createRandom(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
