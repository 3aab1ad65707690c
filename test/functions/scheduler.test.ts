import { afterAll, beforeAll, expect, test } from 'vitest';
import { audience, type GoogleTokens, startGoogleTokens } from '../support/google-tokens.ts';
import { executeRequest } from '../support/stores.ts';
import { type Api, keys, startApi, transportNamed } from './api.ts';

/** Calls as Cloud Scheduler makes them: https://cloud.google.com/scheduler/docs/reference/rpc/google.cloud.scheduler.v1#httptarget */

let google: GoogleTokens;
let api: Api;
beforeAll(async () => {
  google = await startGoogleTokens();
  api = await startApi(
    {},
    {
      GOOGLE_CERTS_URL: google.url,
      ORAFERRY_AUDIENCES: audience,
      ORAFERRY_PRINCIPALS: JSON.stringify([
        { email: 'scheduler@p.iam.gserviceaccount.com', scopes: ['execute'] },
      ]),
    },
  );
});
afterAll(async () => {
  await api.close();
  await google.close();
});

test('a delivery that comes twice starts one job', async () => {
  const path = await newTransport('nightly');
  const answers = await Promise.all(Array.from({ length: 5 }, () => deliver(path)));
  expect(new Set(answers.map(({ body }) => body.job.id)).size).toBe(1);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  const [{ body }] = answers as [Awaited<ReturnType<typeof deliver>>];
  expect(executionsOf(body.job.id)).toHaveLength(1);
  await api.call('POST', `/api/jobs/${body.job.id}/cancel`);
  expect((await deliver(path)).body.job).toMatchObject({ id: body.job.id, state: 'CANCELLED' });
});

test('the next time of the schedule starts the next job, or is answered with the one that runs', async () => {
  const path = await newTransport('hourly');
  const first = await deliver(path, '2026-11-23T02:00:00Z');
  const meanwhile = await deliver(path, '2026-11-23T03:00:00Z');
  expect([meanwhile.status, meanwhile.body.job.id]).toEqual([200, first.body.job.id]);
  expect(meanwhile.headers.get('location')).toBe(`/api/jobs/${first.body.job.id}`);
  await api.call('POST', `/api/jobs/${first.body.job.id}/cancel`);
  const next = await deliver(path, '2026-11-23T04:00:00Z');
  expect([next.status, next.body.job.version]).toEqual([202, 2]);
  // What was answered with the first job stays answered with it.
  const late = await deliver(path, '2026-11-23T03:00:00Z');
  expect(late.body.job).toMatchObject({ id: first.body.job.id, state: 'CANCELLED' });
});

test('another schedule of the same time is another request', async () => {
  const path = await newTransport('two-schedules');
  const first = await deliver(path);
  await api.call('POST', `/api/jobs/${first.body.job.id}/cancel`);
  const other = await deliver(path, undefined, { 'X-CloudScheduler-JobName': 'other' });
  expect(other.body.job.version).toBe(2);
});

test('the headers count for nothing beside a key', async () => {
  const path = await newTransport('imitated');
  const headers = schedulerHeaders('2026-11-23T02:00:00Z');
  const first = await api.call('POST', `${path}/execute`, { key: keys.executor, headers });
  const again = await api.call('POST', `${path}/execute`, { key: keys.executor, headers });
  expect([first.status, again.status, again.body.code]).toEqual([202, 409, 'CONFLICT']);
});

test('an account that is not Cloud Scheduler is told of the conflict', async () => {
  const path = await newTransport('by-hand');
  const headers = { Authorization: `Bearer ${google.token()}` };
  const execute = () => api.call('POST', `${path}/execute`, { key: null, headers });
  expect((await execute()).status).toBe(202);
  expect((await execute()).status).toBe(409);
});

test('a delivery finishes the launch that a crash left undone', async () => {
  const path = await newTransport('left-undone');
  const request = executeRequest(path.split('/').at(-1) ?? '');
  const { job } = await api.context.jobs.enqueue(request);
  const { status, body } = await deliver(path);
  expect([status, body.job.id]).toEqual([200, job.id]);
  expect(executionsOf(job.id).map(({ name }) => name)).toEqual([body.job.execution]);
});

function deliver(path: string, time = '2026-11-23T02:00:00Z', more: Record<string, string> = {}) {
  const headers = { Authorization: `Bearer ${google.token()}`, ...schedulerHeaders(time), ...more };
  return api.call('POST', `${path}/execute`, { key: null, headers });
}

function schedulerHeaders(time: string): Record<string, string> {
  return {
    'X-CloudScheduler': 'true',
    'X-CloudScheduler-JobName': 'nightly-export',
    'X-CloudScheduler-ScheduleTime': time,
  };
}

async function newTransport(name: string): Promise<string> {
  const { body } = await api.call('POST', '/api/transport', { body: transportNamed(name) });
  return `/api/transport/${body.id}`;
}

function executionsOf(jobId: string) {
  return api.cloudRun.executions().filter(({ args }) => args.includes(`--job=${jobId}`));
}
