import { Timestamp } from '@google-cloud/firestore';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Context, createContext } from '../../functions/context.ts';
import { reconcileJobs } from '../../functions/reconcile.ts';
import { loadConfig } from '../../shared/config.ts';
import type { Job } from '../../shared/domain/job.ts';
import { OraFerryError } from '../../shared/errors.ts';
import { createFirestore } from '../../shared/firestore/client.ts';
import { createJobLedger } from '../../shared/firestore/ledger.ts';
import { hearCompletions } from '../support/completions.ts';
import {
  aTable,
  executeRequest,
  inputOf,
  letLaunchLapse,
  longMs,
  present,
} from '../support/stores.ts';
import { type Api, keys, startApi } from './api.ts';

let api: Api;
let db: ReturnType<typeof createFirestore>;
let ledger: ReturnType<typeof createJobLedger>;
let completions: Awaited<ReturnType<typeof hearCompletions>>;
beforeAll(async () => {
  api = await startApi();
  db = createFirestore(api.config);
  ledger = createJobLedger(db);
  completions = await hearCompletions(api.pubsub.host, 'p');
});
afterAll(async () => {
  await completions.close();
  await db.terminate();
  await api.close();
});

test('a job whose launch was left undone is launched', async () => {
  const job = await queuedJob('undone');
  expect(await reconcile(job)).toMatchObject({ action: 'launched', state: 'QUEUED' });
  const [execution, ...more] = executionsOf(job);
  expect(more).toEqual([]);
  expect(execution?.tasks).toHaveLength(2);
  expect((await ledger.job(job.id)).execution).toBe(execution?.name);
  expect(await reconcile(job)).toMatchObject({ action: 'running' });
  expect(executionsOf(job)).toHaveLength(1);
});

test('a launch that another caller has in hand is left to it', async () => {
  const job = await queuedJob('in-hand');
  expect(await api.context.jobs.takeLaunch(job.id)).toMatchObject({ isFirst: true });
  expect(await reconcile(job)).toMatchObject({ action: 'launching' });
  expect(executionsOf(job)).toEqual([]);
});

test('a launcher that outlives its right leaves the record to the one that took it over', async () => {
  const job = await queuedJob('outlived');
  const { launcher } = api.context;
  const launch: typeof launcher.launch = async (request) => {
    await letLaunchLapse(db, job.id);
    expect(await reconcile(job)).toMatchObject({ action: 'launched' });
    return launcher.launch(request);
  };
  const slow = { ...api.context, launcher: { ...launcher, launch } };
  expect(await reconcile(job, slow)).toMatchObject({ action: 'launching' });
  const [, recorded] = executionsOf(job);
  expect(await ledger.job(job.id)).toMatchObject({ execution: recorded?.name });
});

test('rule 11: a job of which a task lives is left alone, whatever became of its execution', async () => {
  const job = await abandonedJob('attended');
  await ledger.renewLease(job.id, 'elsewhere', longMs);
  expect(await reconcile(job)).toMatchObject({ action: 'attended' });
  expect(await ledger.job(job.id)).toEqual(job);
});

test('rule 11: a job whose tasks are gone gets one task more, however many calls come at once', async () => {
  const job = await abandonedJob('gone');
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => reconcile(job)));
  const actions = outcomes.map((outcome) => outcome?.action).toSorted();
  expect(actions.filter((action) => action === 'relaunched')).toHaveLength(1);
  const others = actions.filter((action) => action !== 'relaunched');
  expect(others.every((action) => action === 'launching' || action === 'running')).toBe(true);
  const [newest, ...more] = executionsOf(job);
  expect(more).toHaveLength(1);
  expect(newest?.tasks).toHaveLength(1);
  expect(await ledger.job(job.id)).toMatchObject({ execution: newest?.name, relaunches: 1 });
});

test('a relaunch whose answer was lost is found again, not repeated', async () => {
  const job = await abandonedJob('lost-answer');
  api.cloudRun.faults.inject('run-job-answer-lost');
  expect(await reconcile(job)).toMatchObject({ action: 'relaunched' });
  const [newest, ...more] = executionsOf(job);
  expect(more).toHaveLength(1);
  expect((await ledger.job(job.id)).execution).toBe(newest?.name);
});

test('relaunches that Cloud Run did not take are not counted', async () => {
  const job = await abandonedJob('no-answer');
  const launcher = {
    ...api.context.launcher,
    launch: () =>
      Promise.reject(new OraFerryError('JOB_LAUNCH_ERROR', 'busy', { retryable: true })),
  };
  for (const _ of [1, 2, 3, 4]) {
    const outcome = await reconcile(job, { ...api.context, launcher });
    expect(outcome).toMatchObject({ action: 'failed', error: { code: 'JOB_LAUNCH_ERROR' } });
  }
  expect(await reconcile(job)).toMatchObject({ action: 'relaunched' });
  expect(await ledger.job(job.id)).toMatchObject({ state: 'RUNNING', relaunches: 1 });
});

test('a job is relaunched when Cloud Run does not know its execution', async () => {
  const job = await abandonedJob('forgotten');
  await db.doc(`jobs/${job.id}`).update({ execution: `${job.execution}x` });
  expect(await reconcile(job)).toMatchObject({ action: 'relaunched' });
  const [newest, ...more] = executionsOf(job);
  expect(more).toHaveLength(1);
  expect((await ledger.job(job.id)).execution).toBe(newest?.name);
});

test('rule 11: a job whose relaunches were all in vain is FAILED, and says so to those who wait', async () => {
  const job = await abandonedJob('in-vain');
  for (const relaunches of [1, 2, 3]) {
    expect(await reconcile(job)).toMatchObject({ action: 'relaunched' });
    expect(await ledger.job(job.id)).toMatchObject({ state: 'RUNNING', relaunches });
    await endExecution(await ledger.job(job.id));
  }
  expect(await reconcile(job)).toMatchObject({ action: 'ended', state: 'RUNNING' });
  const failed = await ledger.job(job.id);
  const details = { ...job.output, execution: failed.execution };
  expect(failed).toMatchObject({
    state: 'FAILED',
    error: { code: 'TASKS_LOST', details },
    finishedAt: expect.any(String),
    announcedAt: expect.any(String),
  });
  expect(executionsOf(job)).toHaveLength(4);
  const attributes = { job: job.id, transport: 'in-vain', version: '1', state: 'FAILED' };
  const body = { job_id: job.id, version: 1, manifest: null, error: failed.error };
  await vi.waitFor(() => {
    expect(messagesOf(job)).toMatchObject([{ attributes, body }]);
  });
  expect(await reconcile(job)).toBeUndefined();
});

test('a relaunch that is refused once, as during a redeploy, costs the job nothing', async () => {
  const job = await abandonedJob('refused-once');
  expect(await refuse(job)).toMatchObject({
    action: 'failed',
    error: { code: 'JOB_LAUNCH_ERROR' },
  });
  expect(await ledger.job(job.id)).toMatchObject({ state: 'RUNNING', relaunches: 0 });
  expect(await reconcile(job)).toMatchObject({ action: 'relaunched' });
  expect(await ledger.job(job.id)).toMatchObject({ state: 'RUNNING', relaunches: 1 });
});

test('a job whose relaunch is refused again and again is FAILED, and says how often it was', async () => {
  const job = await abandonedJob('refused');
  for (const _ of [1, 2, 3, 4]) expect(await refuse(job)).toMatchObject({ action: 'failed' });
  await ageRefusals(job);
  expect(await refuse(job)).toMatchObject({ action: 'ended', state: 'RUNNING' });
  const failed = await ledger.job(job.id);
  expect(failed).toMatchObject({
    state: 'FAILED',
    error: {
      code: 'JOB_LAUNCH_ERROR',
      details: { ...job.output, execution: job.execution, refusals: 5 },
    },
  });
  expect(failed.error?.message).toContain('5 relaunches');
  expect(executionsOf(job)).toHaveLength(1);
});

test('two refusals are too few to end a job, however far they are apart', async () => {
  const job = await abandonedJob('refused-twice');
  await refuse(job);
  await ageRefusals(job);
  expect(await refuse(job)).toMatchObject({ action: 'failed' });
  expect(await refuse(job)).toMatchObject({ action: 'ended' });
});

test('refusals count in a row: a relaunch that Cloud Run takes ends the row', async () => {
  const job = await abandonedJob('refused-before');
  for (const _ of [1, 2, 3]) await refuse(job);
  await ageRefusals(job);
  expect(await reconcile(job)).toMatchObject({ action: 'relaunched' });
  await endExecution(await ledger.job(job.id));
  expect(await refuse(job)).toMatchObject({ action: 'failed' });
  expect(await reconcile(job)).toMatchObject({ action: 'relaunched' });
});

test('a job that is being cancelled gets a task that sweeps, and is CANCELLED without one', async () => {
  const job = await abandonedJob('cancelling');
  await api.call('POST', `/api/jobs/${job.id}/cancel`);
  expect(await reconcile(job)).toMatchObject({ action: 'relaunched', state: 'CANCELLING' });
  await endExecution(await ledger.job(job.id));
  for (const _ of [1, 2]) expect(await refuse(job)).toMatchObject({ action: 'failed' });
  await ageRefusals(job);
  expect(await refuse(job)).toMatchObject({ action: 'ended', state: 'CANCELLING' });
  expect(await ledger.job(job.id)).toMatchObject({ state: 'CANCELLED' });
});

test('rule 5: a job that publishes is only ever brought forward', async () => {
  const job = await publishingJob('publishing');
  for (const _ of [1, 2, 3, 4]) {
    expect(await refuse(job)).toMatchObject({
      action: 'failed',
      error: { code: 'JOB_LAUNCH_ERROR' },
    });
    await ageRefusals(job);
  }
  for (const relaunches of [1, 2, 3, 4]) {
    await endExecution(await ledger.job(job.id));
    expect(await reconcile(job)).toMatchObject({ action: 'relaunched', state: 'PUBLISHING' });
    expect(await ledger.job(job.id)).toMatchObject({ state: 'PUBLISHING', relaunches });
  }
});

test('a Cloud Run that does not answer leaves everything as it is', async () => {
  const job = await abandonedJob('silent');
  const environment = { ...api.environment, CLOUD_RUN_API_ENDPOINT: '127.0.0.1:1' };
  const blind = createContext(loadConfig(environment), { log: api.context.log });
  try {
    expect(await reconcile(job, blind)).toMatchObject({
      action: 'failed',
      error: { code: 'JOB_LAUNCH_ERROR' },
    });
    expect(await ledger.job(job.id)).toEqual(job);
  } finally {
    await blind.close();
  }
});

test('a job that has ended, but could not tell, tells it later', async () => {
  const job = await queuedJob('untold');
  const environment = { ...api.environment, ORAFERRY_COMPLETIONS_TOPIC: 'missing' };
  const mute = createContext(loadConfig(environment), { log: api.context.log });
  try {
    await mute.jobs.requestCancel('default', job.id);
    expect(await reconcile(job, mute)).toMatchObject({
      action: 'failed',
      error: { code: 'PROGRESS_ERROR' },
    });
  } finally {
    await mute.close();
  }
  expect(await reconcile(job)).toMatchObject({ action: 'announced', state: 'CANCELLED' });
  expect(await reconcile(job)).toBeUndefined();
  await vi.waitFor(() => expect(messagesOf(job)).toHaveLength(1));
});

test('a job that is cancelled before it began, or cannot be launched, tells its end at once', async () => {
  const cancelled = await queuedJob('cancelled');
  await api.call('POST', `/api/jobs/${cancelled.id}/cancel`);
  await api.call('POST', `/api/jobs/${cancelled.id}/cancel`);
  const refused = await queuedJob('unlaunched');
  api.cloudRun.faults.inject('run-job-refused');
  await reconcile(refused);
  await vi.waitFor(() => {
    expect(messagesOf(cancelled)).toMatchObject([{ attributes: { state: 'CANCELLED' } }]);
    const error = { code: 'JOB_LAUNCH_ERROR' };
    expect(messagesOf(refused)).toMatchObject([{ body: { state: 'FAILED', error } }]);
  });
});

test('the call is for administrators, and says what it did for each job', async () => {
  const job = await abandonedJob('by-http');
  const executor = await api.call('POST', '/api/reconcile', { key: keys.executor });
  expect(executor.status).toBe(403);
  const { status, body } = await api.call('POST', '/api/reconcile');
  expect([status, body.complete]).toEqual([200, true]);
  expect(body.jobs).toContainEqual({
    job_id: job.id,
    transport_name: 'by-http',
    version: 1,
    state: 'RUNNING',
    action: 'relaunched',
    error: null,
  });
});

test('an administrator of one tenant brings the jobs of all forward, and is told of the own ones', async () => {
  const job = await abandonedJob('foreign');
  const { status, body } = await api.call('POST', '/api/reconcile', { key: keys.other });
  expect([status, body.jobs]).toEqual([200, []]);
  expect(await ledger.job(job.id)).toMatchObject({ relaunches: 1 });
});

/** A job of two tasks that nobody has launched. */
async function queuedJob(name: string): Promise<Job> {
  const { jobs, transports } = api.context;
  const { id } = await transports.create('default', inputOf(name, { options: { tasks: 2 } }));
  return (await jobs.enqueue(executeRequest(id))).job;
}

/** A running job whose execution has ended and whose tasks are gone. */
async function abandonedJob(name: string): Promise<Job> {
  const job = await queuedJob(name);
  await reconcile(job);
  const planning = await takeUp(job);
  await ledger.saveTables(planning, [aTable('TIMES')]);
  await ledger.publishTables(planning, 'scn', '4711');
  return abandon(job);
}

/** A job whose finaliser died after it had decided upon success. */
async function publishingJob(name: string): Promise<Job> {
  const job = await queuedJob(name);
  await reconcile(job);
  const planning = await takeUp(job);
  await ledger.saveTables(planning, [aTable('TIMES', { phase: 'FAILED' })]);
  await ledger.publishTables(planning, 'scn', '4711');
  const verifying = present(await ledger.beginFinish(job.id, 'a'));
  await ledger.decide(verifying, { state: 'SUCCEEDED' }, []);
  return abandon(job);
}

async function takeUp(job: Job): Promise<Job> {
  await ledger.renewLease(job.id, 'a', longMs);
  return present(await ledger.beginPlanning(job.id, 'a'));
}

async function abandon({ id }: Job): Promise<Job> {
  await ledger.releaseLease(id, 'a');
  const job = await ledger.job(id);
  await endExecution(job);
  return job;
}

/** Reconciles the job while Cloud Run refuses to run it. */
async function refuse(job: Job) {
  api.cloudRun.faults.inject('run-job-refused');
  return reconcile(job);
}

/** As ten minutes do. */
async function ageRefusals({ id }: Job): Promise<void> {
  const document = db.doc(`jobs/${id}`);
  const since: Timestamp = (await document.get()).get('refusals.since');
  await document.update({ 'refusals.since': Timestamp.fromMillis(since.toMillis() - 600_001) });
}

async function endExecution({ execution = '' }: Job): Promise<void> {
  await api.context.launcher.cancel(execution);
  await vi.waitFor(async () => {
    expect(await api.context.launcher.state(execution)).toBe('CANCELLED');
  });
}

function executionsOf({ id }: Job) {
  return api.cloudRun.executions().filter(({ args }) => args.includes(`--job=${id}`));
}

function messagesOf({ id }: Job) {
  return completions.heard.filter(({ attributes }) => attributes['job'] === id);
}

/** What a call says of one job. */
async function reconcile({ id }: Job, ctx: Context = api.context) {
  const principal = { id: 'a', kind: 'key', tenant: 'default', scopes: [] } as const;
  const { signal } = new AbortController();
  const caller = { principal, traceId: 'a', log: ctx.log, origin: '', signal };
  const { body } = await reconcileJobs(ctx, caller);
  return body?.jobs.find((outcome) => outcome.job_id === id);
}
