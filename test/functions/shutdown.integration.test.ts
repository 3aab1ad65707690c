import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, keys, startApi, transportNamed } from './api.ts';
import { openEvents } from './events.ts';
import { type Framework, startFramework, stop } from './framework-process.ts';

/** How the function as it is deployed comes to its end, whoever is calling. */

let cloud: Api;
beforeAll(async () => {
  cloud = await startApi();
});
afterAll(() => cloud.close());

const start = (environment = {}) =>
  startFramework({ ...cloud.environment, ...environment }, 'api', './faulty-function.ts');

test('SIGTERM under load: everything in flight is answered, what is new is refused, exit 0', async () => {
  const api = await start();
  const body = transportNamed('under-load');
  const { body: transport } = await cloud.call('POST', '/api/transport', { body });
  const status = `/api/transport/${transport.id}/status`;
  const streams = await Promise.all(times(10, () => openEvents(api.url, status)));
  const quick = times(20, () => callOnAndOn(api, '/api/jobs'));
  const slow = times(20, () => callOnAndOn(api, '/api/slow'));
  // Each slow client is in the midst of its second call.
  await delay(2_200);
  const ended = stop(api, 'SIGTERM');
  const outcomes = await Promise.all([...quick, ...slow]);
  await Promise.all(streams.map((stream) => stream.ended));
  expect(await ended).toBe(0);
  expect(outcomes.map(({ end }) => end)).toEqual(outcomes.map(() => 'refused'));
  expect(new Set(outcomes.flatMap(({ statuses }) => statuses))).toEqual(new Set([200]));
  expect(outcomes.slice(20).map(({ statuses }) => statuses.length)).toEqual(times(20, () => 2));
  expect(streams.map(({ isComplete }) => isComplete)).toEqual(times(10, () => true));
});

test('an exception that nobody caught is answered and logged, and ends the process in good order', async () => {
  const api = await start();
  const log = linesOf(api);
  const body = transportNamed('bystander');
  const { body: transport } = await cloud.call('POST', '/api/transport', { body });
  const stream = await openEvents(api.url, `/api/transport/${transport.id}/status`);
  const bystander = fetch(`${api.url}/api/slow`);
  await delay(200);
  const closed = once(api.child, 'close');
  const thrown = await fetch(`${api.url}/api/throw`);
  const answer = (await thrown.json()) as { code: string; trace_id: string };
  expect([thrown.status, answer.code]).toEqual([500, 'INTERNAL_ERROR']);
  expect(await (await bystander).json()).toEqual({ slow: true });
  await stream.ended;
  expect(stream.isComplete).toBe(true);
  expect((await closed)[0]).toBe(1);
  const entry = log().find(({ severity }) => severity === 'CRITICAL');
  expect(entry).toMatchObject({
    'logging.googleapis.com/trace': `projects/p/traces/${answer.trace_id}`,
    stack_trace: expect.stringContaining('thrown where nobody catches, with ORAFERRY/***@db'),
    serviceContext: { service: 'api' },
  });
});

test('a rejection that nobody waits for is logged, and all goes on', async () => {
  const api = await start();
  const log = linesOf(api);
  const answer = await fetch(`${api.url}/api/reject`);
  expect([answer.status, await answer.json()]).toEqual([200, { well: true }]);
  expect((await fetch(`${api.url}/api/health`)).status).toBe(200);
  expect(await stop(api, 'SIGTERM')).toBe(0);
  expect(log()).toContainEqual(
    expect.objectContaining({
      severity: 'ERROR',
      message: 'Nobody waited for this rejection',
      'logging.googleapis.com/trace': expect.stringContaining(
        answer.headers.get('x-trace-id') ?? 'none',
      ),
    }),
  );
});

test('the process runs as in production, whatever the environment says', async () => {
  const api = await start({ NODE_ENV: 'development' });
  const log = linesOf(api);
  await fetch(`${api.url}/api/health`);
  expect(await stop(api, 'SIGTERM')).toBe(0);
  // The framework greets in any other mode; every line is an entry of ours.
  expect(log().map(({ message }) => message)).toEqual(['GET /api/health']);
});

interface Outcome {
  /** Of the answers that came whole. */
  readonly statuses: readonly number[];
  /** How the last call ended: `refused` before it was sent, or broken off. */
  readonly end: 'refused' | 'lost';
}

/** A client that keeps its connection and calls without a pause, until it is refused. */
async function callOnAndOn({ url }: Framework, path: string): Promise<Outcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const statuses: number[] = [];
  for (;;) {
    const call = get(`${url}${path}`, { agent, headers: { 'X-API-Key': keys.admin } });
    try {
      const [response]: IncomingMessage[] = await once(call, 'response');
      await text(response as IncomingMessage);
      statuses.push(response?.statusCode ?? 0);
    } catch {
      // A call on a connection that was there before is in flight; one without a connection is not.
      return { statuses, end: call.reusedSocket ? 'lost' : 'refused' };
    }
  }
}

/** What the process writes from now on. */
function linesOf({ child }: Framework): () => Record<string, unknown>[] {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return () =>
    output
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
