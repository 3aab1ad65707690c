import { Timestamp } from '@google-cloud/firestore';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../shared/domain/job.ts';
import { createJobStore } from '../../../shared/firestore/jobs.ts';
import type { ExecuteRequest } from '../../../shared/ports/stores.ts';
import {
  executeRequest,
  inputOf,
  letLaunchLapse,
  longMs,
  planningJob,
  present,
  queuedJob,
  runningJob,
  type StoreServer,
  type Stores,
  storesOn,
  verifyingJob,
} from '../../support/stores.ts';
import { jobTables } from './job-tables.ts';

/** What every JobStore must do. */
export function jobStoreContract(start: () => Promise<StoreServer>, crowd = 50): void {
  const open = storesOn(start);
  describe('enqueue', () => enqueueing(open, crowd));
  describe('limits', () => limiting(open, crowd));
  describe('launch', () => launching(open));
  describe('relaunch', () => relaunching(open));
  describe('unattended jobs', () => unattended(open));
  describe('cancel', () => cancelling(open));
  describe('history', () => history(open));
  describe('tables', () => jobTables(open));
}

function enqueueing(open: () => Stores, crowd: number) {
  it('copies the definition into the job', async () => {
    const { transports, jobs } = open();
    const destination = { prefix: 'exports', bucket: 'elsewhere' };
    const transport = await transports.create('default', inputOf('copy', { destination }));
    const { job, created } = await jobs.enqueue(executeRequest(transport.id));
    expect(created).toBe(true);
    const prefix = `exports/copy/v000001-${job.id.slice(0, 8)}/`;
    expect(job).toMatchObject({
      version: 1,
      state: 'QUEUED',
      tables: transport.tables,
      output: { bucket: 'elsewhere', prefix },
    });
    expect(await jobs.get('default', job.id)).toEqual(job);
  });

  it(`${crowd} concurrent requests with one key make one job`, async () => {
    const stores = open();
    const { transports } = stores;
    const { id } = await transports.create('default', inputOf('keyed'));
    const enqueue = enqueueElsewhere(stores);
    const requests = Array.from({ length: crowd }, () => enqueue(executeRequest(id, 'k')));
    const answers = await Promise.all(requests);
    expect(new Set(answers.map(({ job }) => job.id)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect((await transports.get('default', id)).latestVersion).toBe(1);
  });

  it(`of ${crowd} concurrent requests without a key one wins, and the others are told which`, async () => {
    const stores = open();
    const { transports } = stores;
    const { id } = await transports.create('default', inputOf('keyless'));
    const enqueue = enqueueElsewhere(stores);
    const requests = Array.from({ length: crowd }, () => enqueue(executeRequest(id)));
    const results = await Promise.allSettled(requests);
    const [winner, ...more] = results.filter((result) => result.status === 'fulfilled');
    expect(more).toEqual([]);
    const details = { job_id: winner?.value.job.id };
    for (const result of results.filter(({ status }) => status === 'rejected')) {
      expect(result).toMatchObject({ reason: { code: 'CONFLICT', details } });
    }
  });

  it('the key still answers its job once that has ended', async () => {
    const { transports, jobs } = open();
    const { id } = await transports.create('default', inputOf('done'));
    const { job } = await jobs.enqueue(executeRequest(id, 'k'));
    await jobs.requestCancel('default', job.id);
    const again = await jobs.enqueue(executeRequest(id, 'k'));
    expect(again).toMatchObject({ created: false, job: { id: job.id, state: 'CANCELLED' } });
  });

  it('a key is forgotten after 24 hours', async () => {
    const { transports, jobs, db } = open();
    const { id } = await transports.create('default', inputOf('expiring'));
    const { job } = await jobs.enqueue(executeRequest(id, 'k'));
    await jobs.requestCancel('default', job.id);
    const record = present((await db.collection('requests').get()).docs[0]);
    const lifetimeMs = record.get('expiresAt').toMillis() - Date.parse(job.createdAt);
    // The emulator's clock has a finer grain than the dates that are compared.
    expect(Math.abs(lifetimeMs - 24 * 60 * 60 * 1000)).toBeLessThan(1_000);
    await record.ref.update({ expiresAt: Timestamp.fromMillis(Date.parse(job.createdAt) - 1) });
    const next = await jobs.enqueue(executeRequest(id, 'k'));
    expect(next).toMatchObject({ created: true, job: { version: 2 } });
  });

  it('a key that comes back with another request is a conflict, not an answer', async () => {
    const { transports, jobs } = open();
    const { id } = await transports.create('default', inputOf('reused'));
    const request = executeRequest(id, 'k');
    const { job } = await jobs.enqueue(request);
    const other = { ...request, fingerprint: 'other' };
    const refusal = { code: 'CONFLICT', details: { earlier_job_id: job.id } };
    await expect(jobs.enqueue(other)).rejects.toMatchObject(refusal);
    expect(await jobs.enqueue(request)).toMatchObject({ created: false, job: { id: job.id } });
  });

  it('jobs of a transport run side by side where that is allowed, by it or by the request', async () => {
    const { transports, jobs } = open();
    const options = { allow_concurrent: true };
    const { id } = await transports.create('default', inputOf('several', { options }));
    const first = await jobs.enqueue(executeRequest(id));
    const second = await jobs.enqueue(executeRequest(id));
    expect([first.job.version, second.job.version]).toEqual([1, 2]);
    const alone = { ...executeRequest(id), allowConcurrent: false };
    await jobs.requestCancel('default', second.job.id);
    // The older one is still running.
    const refusal = { code: 'CONFLICT', details: { job_id: first.job.id } };
    await expect(jobs.enqueue(alone)).rejects.toMatchObject(refusal);
    await expect(transports.remove('default', id)).rejects.toMatchObject(refusal);
    const single = await transports.create('default', inputOf('single'));
    await jobs.enqueue(executeRequest(single.id));
    const beside = { ...executeRequest(single.id), allowConcurrent: true };
    expect((await jobs.enqueue(beside)).job.version).toBe(2);
  });

  it('a running job may be the answer, and stays that for the key', async () => {
    const { transports, jobs } = open();
    const { id } = await transports.create('default', inputOf('taken'));
    const { job } = await jobs.enqueue(executeRequest(id));
    const request = { ...executeRequest(id, 'k'), takesRunning: true };
    const running = { job: { id: job.id }, created: false, isRunning: true };
    expect(await jobs.enqueue(request)).toMatchObject(running);
    await jobs.requestCancel('default', job.id);
    const again = await jobs.enqueue(request);
    expect(again).toMatchObject({ created: false, job: { id: job.id, state: 'CANCELLED' } });
  });

  it('a key belongs to its transport', async () => {
    const { transports, jobs } = open();
    const first = await transports.create('default', inputOf('first'));
    const second = await transports.create('default', inputOf('second'));
    const one = await jobs.enqueue(executeRequest(first.id, 'k'));
    const other = await jobs.enqueue(executeRequest(second.id, 'k'));
    expect(other.created).toBe(true);
    expect(other.job.id).not.toBe(one.job.id);
  });

  it('another tenant’s transport cannot be executed', async () => {
    const { transports, jobs } = open();
    const { id } = await transports.create('red', inputOf('secret'));
    await jobs.enqueue(executeRequest(id, 'k', 'red'));
    await expect(jobs.enqueue(executeRequest(id, 'k', 'blue'))).rejects.toMatchObject({
      code: 'TRANSPORT_NOT_FOUND',
    });
  });
}

/** Each request comes to another instance of the function. */
function enqueueElsewhere({ db }: Stores) {
  return (request: ExecuteRequest) => createJobStore(db).enqueue(request);
}

function limiting(open: () => Stores, crowd: number) {
  const several = crowd / 10 + 3;
  const limits = { jobsPerTenant: 2, sessions: 1_000, sessionsPerTask: 1 };
  const executes = async (stores: Stores, count: number, request: object, tenant = 'default') => {
    const names = Array.from({ length: count }, (_, n) => `${tenant}-${n}`);
    const created = await Promise.all(
      names.map((name) => stores.transports.create(tenant, inputOf(name))),
    );
    return created.map(({ id }) => ({ ...executeRequest(id, undefined, tenant), ...request }));
  };

  it(`of ${several} concurrent jobs of a tenant no more begin than it may have`, async () => {
    const stores = open();
    const requests = await executes(stores, several, { limits });
    const results = await Promise.allSettled(requests.map(enqueueElsewhere(stores)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const details = { quota: 'jobs', limit: 2, used: 2 };
    for (const result of results.filter(({ status }) => status === 'rejected')) {
      expect(result).toMatchObject({ reason: { code: 'QUOTA_EXCEEDED', details } });
    }
    const [other] = await executes(stores, 1, { limits }, 'elsewhere');
    expect((await stores.jobs.enqueue(present(other))).created).toBe(true);
  });

  it('the sessions of all tenants together stay within the budget, however many ask at once', async () => {
    const stores = open();
    const budget = { ...limits, jobsPerTenant: 100, sessions: 10, sessionsPerTask: 4 };
    const red = await executes(stores, several / 2, { limits: budget }, 'red');
    const blue = await executes(stores, several / 2, { limits: budget }, 'blue');
    const results = await Promise.allSettled([...red, ...blue].map(enqueueElsewhere(stores)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const details = { quota: 'oracle_sessions', limit: 10, used: 8, asked: 4 };
    for (const result of results.filter(({ status }) => status === 'rejected')) {
      expect(result).toMatchObject({ reason: { code: 'QUOTA_EXCEEDED', details } });
    }
  });

  it('a job gives back what it held with the write that ends it, and not before', async () => {
    const stores = open();
    const tight = { ...limits, jobsPerTenant: 1 };
    const [request] = await executes(stores, 1, { limits: tight });
    const refusal = { code: 'QUOTA_EXCEEDED', details: { used: 1 } };
    const verifying = await verifyingJob(stores);
    await expect(stores.jobs.enqueue(present(request))).rejects.toMatchObject(refusal);
    const cancelling = await stores.jobs.requestCancel('default', verifying.id);
    expect(cancelling.state).toBe('CANCELLING');
    await expect(stores.jobs.enqueue(present(request))).rejects.toMatchObject(refusal);
    const taken = present(await stores.ledger.beginFinish(verifying.id, 'a'));
    await stores.ledger.finish(await stores.ledger.decide(taken, { state: 'CANCELLED' }, []));
    expect((await stores.jobs.enqueue(present(request))).created).toBe(true);
  });

  it('a job keeps its sessions while it is being cancelled', async () => {
    const stores = open();
    const options = { tasks: 3 };
    const wide = await stores.transports.create('default', inputOf('wide', { options }));
    const budget = { ...limits, sessions: 9, sessionsPerTask: 2 };
    const { job } = await stores.jobs.enqueue({ ...executeRequest(wide.id), limits: budget });
    await stores.ledger.renewLease(job.id, 'planner', longMs);
    await stores.ledger.beginPlanning(job.id, 'planner');
    await stores.jobs.requestCancel('default', job.id);
    const options2 = { tasks: 2 };
    const next = await stores.transports.create('default', inputOf('next', { options: options2 }));
    await expect(
      stores.jobs.enqueue({ ...executeRequest(next.id), limits: budget }),
    ).rejects.toMatchObject({ details: { used: 6, asked: 4 }, retryable: true });
  });

  it('a job that could never fit is told not to come back', async () => {
    const stores = open();
    const [request] = await executes(stores, 1, { limits: { ...limits, sessionsPerTask: 1_001 } });
    await expect(stores.jobs.enqueue(present(request))).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      retryable: false,
    });
  });

  it('a repeated request is answered although no room is left', async () => {
    const stores = open();
    const [request] = await executes(stores, 1, {
      limits: { ...limits, jobsPerTenant: 1 },
      idempotencyKey: 'k',
    });
    const { job } = await stores.jobs.enqueue(present(request));
    const again = await stores.jobs.enqueue(present(request));
    expect(again).toMatchObject({ created: false, job: { id: job.id } });
  });
}

function launching(open: () => Stores) {
  it('belongs to one caller at a time', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    const takes = await Promise.all(Array.from({ length: 8 }, () => stores.jobs.takeLaunch(id)));
    expect(takes.filter(Boolean)).toHaveLength(1);
  });

  it('lapses, so that a crashed launch can be finished', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    expect(await stores.jobs.takeLaunch(id)).toMatchObject({ isFirst: true });
    await letLaunchLapse(stores.db, id);
    expect(await stores.jobs.takeLaunch(id)).toMatchObject({ isFirst: false });
    expect(await stores.jobs.takeLaunch(id)).toBeUndefined();
    expect(Object.keys(await stores.jobs.get('default', id))).not.toContain('launchAt');
  });

  it('who lets it lapse neither frees, fails nor overwrites the launch of the next one', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    const slow = present(await stores.jobs.takeLaunch(id));
    await letLaunchLapse(stores.db, id);
    const next = present(await stores.jobs.takeLaunch(id));
    await stores.jobs.releaseLaunch(slow);
    await stores.jobs.failLaunch(slow, { code: 'JOB_LAUNCH_ERROR', message: 'no' });
    expect(await stores.jobs.recordExecution(slow, 'executions/slow')).toBe(false);
    expect(await stores.jobs.takeLaunch(id)).toBeUndefined();
    expect(await stores.jobs.recordExecution(next, 'executions/next')).toBe(true);
    expect(await stores.jobs.recordExecution(slow, 'executions/slow')).toBe(false);
    const job = { state: 'QUEUED', execution: 'executions/next' };
    expect(await stores.jobs.get('default', id)).toMatchObject(job);
  });

  it('who is late, but was followed by nobody, still notes what was started', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    const late = present(await stores.jobs.takeLaunch(id));
    await letLaunchLapse(stores.db, id);
    expect(await stores.jobs.recordExecution(late, 'executions/late')).toBe(true);
    expect(await stores.jobs.get('default', id)).toMatchObject({ execution: 'executions/late' });
  });

  it('is not given for a job that has its execution, was cancelled or is unknown', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    const launch = present(await stores.jobs.takeLaunch(id));
    expect(await stores.jobs.recordExecution(launch, 'executions/1')).toBe(true);
    expect(await stores.jobs.takeLaunch(id)).toBeUndefined();
    expect(await stores.jobs.get('default', id)).toMatchObject({ execution: 'executions/1' });
    const other = await queuedJob(stores, 'other');
    await stores.jobs.requestCancel('default', other.id);
    expect(await stores.jobs.takeLaunch(other.id)).toBeUndefined();
    expect(await stores.jobs.takeLaunch('none')).toBeUndefined();
  });

  it('a refused launch fails the job and frees the transport', async () => {
    const { transports, jobs } = open();
    const { id } = await transports.create('default', inputOf('refused'));
    const { job } = await jobs.enqueue(executeRequest(id));
    const error = { code: 'JOB_LAUNCH_ERROR', message: 'no' } as const;
    await jobs.failLaunch(present(await jobs.takeLaunch(job.id)), error);
    const failed = await jobs.get('default', job.id);
    expect(failed).toMatchObject({ state: 'FAILED', error, finishedAt: expect.any(String) });
    expect((await jobs.enqueue(executeRequest(id))).job.version).toBe(2);
  });

  it('a refusal that comes too late changes nothing', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    const launch = present(await stores.jobs.takeLaunch(id));
    await stores.ledger.beginPlanning(id, 'a');
    await stores.jobs.failLaunch(launch, { code: 'JOB_LAUNCH_ERROR', message: 'no' });
    expect(await stores.jobs.get('default', id)).toMatchObject({ state: 'PLANNING' });
  });
}

const most = 3;
const lost = { code: 'TASKS_LOST', message: 'gone' } as const;

function relaunching(open: () => Stores) {
  it('belongs to one caller at a time, and is counted', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const takes = await Promise.all(
      Array.from({ length: 8 }, () => stores.jobs.takeRelaunch(job, most)),
    );
    expect(takes.filter(Boolean)).toHaveLength(1);
    expect(await stores.ledger.job(job.id)).toMatchObject({ relaunches: 1 });
  });

  it('is not given while a task lives', async () => {
    const stores = open();
    const job = await runningJob(stores);
    await stores.ledger.renewLease(job.id, 'a', longMs);
    await stores.ledger.renewLease(job.id, 'gone', 1);
    expect(await stores.jobs.hasLiveTask(job.id)).toBe(true);
    expect(await stores.jobs.takeRelaunch(job, most)).toBeUndefined();
    await stores.ledger.releaseLease(job.id, 'a');
    expect(await stores.jobs.hasLiveTask(job.id)).toBe(false);
    expect(await stores.jobs.takeRelaunch(job, most)).toBeDefined();
  });

  it('is not given to one who knows of an earlier execution only', async () => {
    const stores = open();
    const seen = await runningJob(stores);
    const launch = present(await stores.jobs.takeRelaunch(seen, most));
    expect(await stores.jobs.recordExecution(launch, 'executions/2')).toBe(true);
    expect(await stores.jobs.takeRelaunch(seen, most)).toBeUndefined();
    const again = await stores.ledger.job(seen.id);
    expect(await stores.jobs.takeRelaunch(again, most)).toBeDefined();
  });

  it('is not counted when it is given back, unless another has it by then', async () => {
    const stores = open();
    const seen = await runningJob(stores);
    const first = present(await stores.jobs.takeRelaunch(seen, most));
    await stores.jobs.releaseLaunch(first);
    expect(await stores.ledger.job(seen.id)).toMatchObject({ relaunches: 0 });
    const slow = present(await stores.jobs.takeRelaunch(seen, most));
    await letLaunchLapse(stores.db, seen.id);
    const next = present(await stores.jobs.takeRelaunch(seen, most));
    await stores.jobs.releaseLaunch(slow);
    expect(await stores.ledger.job(seen.id)).toMatchObject({ relaunches: 2 });
    expect(await stores.jobs.takeRelaunch(seen, most)).toBeUndefined();
    expect(await stores.jobs.recordExecution(next, 'executions/2')).toBe(true);
    expect(await stores.jobs.recordExecution(slow, 'executions/3')).toBe(false);
    expect(await stores.ledger.job(seen.id)).toMatchObject({ execution: 'executions/2' });
  });

  it('is given back uncounted by a refusal; refusals count until Cloud Run takes a launch', async () => {
    const { jobs, ledger, ...stores } = open();
    const seen = await runningJob({ jobs, ledger, ...stores });
    const refuse = async () => jobs.refuseRelaunch(present(await jobs.takeRelaunch(seen, most)));
    expect(await refuse()).toEqual({ times: 1, lastedMs: 0 });
    expect(await refuse()).toMatchObject({ times: 2 });
    expect(await ledger.job(seen.id)).toEqual({ ...seen, relaunches: 0 });
    const launch = present(await jobs.takeRelaunch(seen, most));
    await jobs.recordExecution(launch, 'executions/2');
    const next = present(await jobs.takeRelaunch(await ledger.job(seen.id), most));
    await letLaunchLapse(stores.db, seen.id);
    const heir = present(await jobs.takeRelaunch(await ledger.job(seen.id), most));
    expect(await jobs.refuseRelaunch(next)).toBeUndefined();
    expect(await jobs.refuseRelaunch(heir)).toMatchObject({ times: 1 });
  });

  it('shares one lease with the first launch', async () => {
    const stores = open();
    const job = await queuedJob(stores);
    const launch = present(await stores.jobs.takeLaunch(job.id));
    expect(await stores.jobs.takeRelaunch(job, most)).toBeUndefined();
    await stores.jobs.releaseLaunch(launch);
    expect(await stores.jobs.takeRelaunch(job, most)).toBeDefined();
    expect(await stores.jobs.takeLaunch(job.id)).toBeUndefined();
  });

  it('is given so many times, but without end to a job that can only be completed', async () => {
    const stores = open();
    const verifying = await verifyingJob(stores);
    await stores.ledger.releaseLease(verifying.id, 'a');
    const take = async () => {
      const seen = await stores.ledger.job(verifying.id);
      const launch = await stores.jobs.takeRelaunch(seen, most);
      return launch !== undefined && stores.jobs.recordExecution(launch, 'executions/next');
    };
    expect([await take(), await take(), await take(), await take()]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    await stores.ledger.decide(verifying, { state: 'SUCCEEDED' }, []);
    expect(await take()).toBe(true);
  });

  it('is not given for a job that has ended, or is unknown', async () => {
    const stores = open();
    const job = await queuedJob(stores);
    const cancelled = await stores.jobs.requestCancel('default', job.id);
    expect(await stores.jobs.takeRelaunch(cancelled, most)).toBeUndefined();
    expect(await stores.jobs.takeRelaunch({ ...job, id: 'none' }, most)).toBeUndefined();
  });
}

function unattended(open: () => Stores) {
  it.each([
    ['QUEUED', queuedJob],
    ['PLANNING', planningJob],
    ['RUNNING', runningJob],
    ['VERIFYING', verifyingJob],
  ])('a job that is %s is failed once none of its tasks lives', async (_, prepare) => {
    const stores = open();
    const job = await prepare(stores);
    for (const holder of ['planner', 'a']) await stores.ledger.releaseLease(job.id, holder);
    const failed = await stores.jobs.endUnattended(job, lost);
    expect(failed).toMatchObject({ state: 'FAILED', error: lost, finishedAt: expect.any(String) });
    expect(await stores.jobs.endUnattended(job, lost)).toEqual(failed);
    expect(await stores.ledger.job(job.id)).toEqual(failed);
  });

  it('one that is being cancelled is cancelled', async () => {
    const stores = open();
    const job = await runningJob(stores);
    await stores.jobs.requestCancel('default', job.id);
    expect(await stores.jobs.endUnattended(job, lost)).toMatchObject({ state: 'CANCELLED' });
  });

  it('is left as it is while it publishes, a task lives, somebody launches, or another execution came', async () => {
    const stores = open();
    const verifying = await verifyingJob(stores);
    expect(await stores.jobs.endUnattended(verifying, lost)).toBeUndefined();
    await stores.ledger.releaseLease(verifying.id, 'a');
    const launch = present(await stores.jobs.takeRelaunch(verifying, most));
    expect(await stores.jobs.endUnattended(verifying, lost)).toBeUndefined();
    await stores.jobs.recordExecution(launch, 'executions/2');
    expect(await stores.jobs.endUnattended(verifying, lost)).toBeUndefined();
    const decided = await stores.ledger.decide(verifying, { state: 'SUCCEEDED' }, []);
    expect(await stores.jobs.endUnattended(decided, lost)).toBeUndefined();
    expect(await stores.ledger.job(verifying.id)).toMatchObject({ state: 'PUBLISHING' });
  });

  it('jobs stay open until their end is announced, whoever owns them', async () => {
    const stores = open();
    const { transports, jobs } = stores;
    const { id: red } = await transports.create('red', inputOf('red'));
    const { job } = await jobs.enqueue(executeRequest(red, undefined, 'red'));
    const other = await runningJob(stores);
    const openIds = async (limit = 10) => (await jobs.open(limit)).map(({ id }) => id).toSorted();
    expect(await openIds()).toEqual([job.id, other.id].toSorted());
    expect(await openIds(1)).toHaveLength(1);
    await jobs.requestCancel('red', job.id);
    expect(await openIds()).toContain(job.id);
    await jobs.noteAnnounced(job.id);
    expect(await openIds()).toEqual([other.id]);
    const { announcedAt } = await jobs.get('red', job.id);
    await jobs.noteAnnounced(job.id);
    expect(await jobs.get('red', job.id)).toMatchObject({ announcedAt, state: 'CANCELLED' });
  });

  it('a job that is being cancelled stays open', async () => {
    const stores = open();
    const { id } = await runningJob(stores);
    const cancelling = await stores.jobs.requestCancel('default', id);
    expect(await stores.jobs.open(10)).toEqual([cancelling]);
  });
}

function cancelling(open: () => Stores) {
  const cancel = (stores: Stores, id: string) => stores.jobs.requestCancel('default', id);

  it('a job that no task has begun is cancelled at once', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    const cancelled = await cancel(stores, id);
    expect(cancelled).toMatchObject({ state: 'CANCELLED', finishedAt: expect.any(String) });
    expect(await cancel(stores, id)).toEqual(cancelled);
    expect(await stores.ledger.beginPlanning(id, 'late')).toBeUndefined();
  });

  it.each([
    ['PLANNING', planningJob],
    ['RUNNING', runningJob],
    ['VERIFYING', verifyingJob],
  ])('a job that is %s is left to its tasks to be ended', async (state, prepare) => {
    const stores = open();
    const { id } = await prepare(stores);
    expect(await stores.jobs.get('default', id)).toMatchObject({ state });
    const cancelling = await cancel(stores, id);
    expect(cancelling.state).toBe('CANCELLING');
    expect(cancelling.owner).toBeUndefined();
    expect(await cancel(stores, id)).toEqual(cancelling);
    expect(await stores.jobs.get('default', id)).toEqual(cancelling);
  });

  it.each(['SUCCEEDED', 'PARTIALLY_SUCCEEDED'] as const)(
    'rule 5: a job that is publishing, or has %s, can only be completed',
    async (state) => {
      const stores = open();
      const verifying = await verifyingJob(stores);
      const decided = await stores.ledger.decide(verifying, { state }, []);
      const late = { code: 'CONFLICT', details: { job_id: decided.id, state: 'PUBLISHING' } };
      await expect(cancel(stores, decided.id)).rejects.toMatchObject(late);
      await stores.ledger.finish(decided);
      await expect(cancel(stores, decided.id)).rejects.toMatchObject({ details: { state } });
    },
  );

  it('a failure that is decided but not carried out gives way', async () => {
    const stores = open();
    const error = { code: 'VERIFICATION_FAILED', message: 'short' } as const;
    const failing = await stores.ledger.decide(
      await verifyingJob(stores, 'a'),
      { state: 'FAILED', error },
      [{ extractionId: 'id-TIMES', state: 'FAILED', error }],
    );
    const cancelling = await cancel(stores, failing.id);
    expect(cancelling).toMatchObject({ state: 'CANCELLING' });
    expect(Object.keys(cancelling)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(outcome|error|finishedAt|owner)$/)]),
    );
    await expect(stores.ledger.finish(failing)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await stores.ledger.renewLease(failing.id, 'b', longMs);
    const taken = present(await stores.ledger.beginFinish(failing.id, 'b'));
    const decided = await stores.ledger.decide(taken, { state: 'CANCELLED' }, []);
    expect(await stores.ledger.finish(decided)).toMatchObject({ state: 'CANCELLED' });
  });

  it('another tenant’s job is not found', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    const refusal = { code: 'JOB_NOT_FOUND' };
    await expect(stores.jobs.requestCancel('blue', id)).rejects.toMatchObject(refusal);
    await expect(stores.jobs.get('blue', id)).rejects.toMatchObject(refusal);
    await expect(stores.jobs.detail('blue', id)).rejects.toMatchObject(refusal);
  });
}

function history(open: () => Stores) {
  it('lists newest first, by transport and by state', async () => {
    const stores = open();
    const { transports, jobs } = stores;
    const { id } = await transports.create('default', inputOf('often'));
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      const { job } = await jobs.enqueue(executeRequest(id));
      await jobs.requestCancel('default', job.id);
      ids.unshift(job.id);
    }
    const queued = await queuedJob(stores, 'other');
    const listed = async (filter: Parameters<typeof jobs.list>[1]) =>
      (await jobs.list('default', filter, { pageSize: 10 })).items.map((job) => job.id);
    expect(await listed({})).toEqual([queued.id, ...ids]);
    expect(await listed({ transportId: id })).toEqual(ids);
    expect(await listed({ state: 'QUEUED' })).toEqual([queued.id]);
    expect(await listed({ transportId: id, state: 'QUEUED' })).toEqual([]);
    expect((await jobs.list('blue', {}, { pageSize: 10 })).items).toEqual([]);
  });

  it('lists what was created from one time on and before another', async () => {
    const stores = open();
    const { jobs } = stores;
    const made = [];
    for (const name of ['a', 'b', 'c']) made.push(await queuedJob(stores, name));
    const [a, b, c] = made as [Job, Job, Job];
    const times = ['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => `${day}T00:00:00.000Z`);
    for (const [n, { id }] of made.entries()) {
      await stores.db.doc(`jobs/${id}`).update({ createdAt: times[n] });
    }
    const listed = async (filter: Parameters<typeof jobs.list>[1]) =>
      (await jobs.list('default', filter, { pageSize: 10 })).items.map(({ id }) => id);
    const [first, second, third] = times;
    expect(await listed({ createdFrom: second })).toEqual([c.id, b.id]);
    expect(await listed({ createdBefore: third })).toEqual([b.id, a.id]);
    expect(await listed({ createdFrom: first, createdBefore: second })).toEqual([a.id]);
    const filter = { createdFrom: second, state: 'QUEUED', transportId: b.transportId } as const;
    expect(await listed(filter)).toEqual([b.id]);
  });

  it('a page token is good for the list that gave it out and for no other', async () => {
    const stores = open();
    const { jobs } = stores;
    for (const name of ['a', 'b', 'c']) await queuedJob(stores, name);
    const { nextPageToken } = await jobs.list('default', {}, { pageSize: 1 });
    const pageToken = present(nextPageToken);
    const next = await jobs.list('default', {}, { pageSize: 1, pageToken });
    expect(next.items).toMatchObject([{ transportName: 'b' }]);
    const refusal = { code: 'VALIDATION_ERROR' };
    const filtered = jobs.list('default', { state: 'QUEUED' }, { pageSize: 1, pageToken });
    await expect(filtered).rejects.toMatchObject(refusal);
    const foreign = jobs.list('blue', {}, { pageSize: 1, pageToken });
    await expect(foreign).rejects.toMatchObject(refusal);
    for (let at = 0; at < pageToken.length; at++) {
      const other = pageToken[at] === 'A' ? 'B' : 'A';
      const changed = `${pageToken.slice(0, at)}${other}${pageToken.slice(at + 1)}`;
      const list = jobs.list('default', {}, { pageSize: 1, pageToken: changed });
      await expect(list).rejects.toMatchObject(refusal);
    }
  });

  it('shows the tables and splits of the newest plan', async () => {
    const stores = open();
    const { id } = await runningJob(stores, 2);
    const { job, extractions, splits } = await stores.jobs.detail('default', id);
    expect(job).toMatchObject({ state: 'RUNNING', scn: '4711', consistency: 'scn' });
    expect(extractions).toMatchObject([{ id: 'id-TIMES', splitsTotal: 2, countedRows: 20 }]);
    expect(splits.map(({ position }) => position).toSorted()).toEqual([0, 1]);
  });

  it('shows jobs of before tables had plans of their own', async () => {
    const stores = open();
    const { id } = await planningJob(stores);
    const job = stores.db.doc(`jobs/${id}`);
    const table = { owner: 'SH', table: 'TIMES', position: 0, epoch: 1, columns: [] };
    const result = { state: 'SUCCEEDED' };
    await job
      .collection('extractions')
      .doc('old')
      .set({ ...table, scn: '1', splitsTotal: 1, result });
    const split = { extractionId: 'old', epoch: 1, position: 0, state: 'DONE', attempt: 1 };
    const nothing = { failures: 0, uploads: [], parts: [] };
    await job
      .collection('splits')
      .doc('old')
      .set({ ...split, ...nothing, expectedRows: 1 });
    expect(await stores.jobs.get('default', id)).toMatchObject({ id });
    expect((await stores.jobs.list('default', {}, { pageSize: 9 })).items).toHaveLength(1);
    const { extractions, splits } = await stores.jobs.detail('default', id);
    expect(extractions).toMatchObject([{ id: 'old', kind: 'table', phase: 'READ', result }]);
    expect(splits).toMatchObject([{ id: 'old', range: { kind: 'whole' }, state: 'DONE' }]);
    const { items } = await stores.jobs.extractions('default', id, { pageSize: 9 });
    expect(items).toMatchObject([{ extraction: { id: 'old' }, state: 'SUCCEEDED', splitsDone: 1 }]);
  });

  it.each(['', 'x', '.', '__id__', 'a/b', 'a/b/c', 'f'.repeat(2000)])(
    'there is no job with the id %j',
    async (id) => {
      const { jobs, ledger } = open();
      const refusal = { code: 'JOB_NOT_FOUND' };
      await expect(jobs.get('default', id)).rejects.toMatchObject(refusal);
      await expect(jobs.detail('default', id)).rejects.toMatchObject(refusal);
      const tables = jobs.extractions('default', id, { pageSize: 1 });
      await expect(tables).rejects.toMatchObject(refusal);
      await expect(jobs.requestCancel('default', id)).rejects.toMatchObject(refusal);
      await expect(ledger.job(id)).rejects.toMatchObject(refusal);
    },
  );
}
