import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprintOf } from '../../functions/execute.ts';
import { ensureLaunched } from '../../functions/launch.ts';
import { startCloudRun } from '../../infra/local/cloud-run/server.ts';
import { OraFerryError } from '../../shared/errors.ts';
import type { Launch } from '../../shared/ports/stores.ts';
import { defaultOptions } from '../support/options.ts';
import { farLimits, present } from '../support/stores.ts';
import { type Api, bucket, keys, startApi, transportNamed } from './api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

test('an execute starts one execution of the next version and says where the job is', async () => {
  const path = await newTransport('first');
  const { status, headers, body } = await api.call('POST', `${path}/execute`, {
    key: keys.executor,
    headers: { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` },
  });
  expect(status).toBe(202);
  expect(headers.get('location')).toBe(`/api/jobs/${body.job.id}`);
  expect(body.job).toMatchObject({
    transport_id: path.split('/').at(-1),
    transport_name: 'first',
    version: 1,
    state: 'QUEUED',
    trace_id: 'c'.repeat(32),
    output: { bucket },
  });
  const { prefix, manifest } = body.job.output;
  expect(prefix).toBe(`exports/first/v000001-${body.job.id.slice(0, 8)}/`);
  expect(manifest).toBe(`${prefix}_manifest.json`);
  const [execution] = executionsOf(body.job.id);
  expect(body.job.execution).toBe(execution?.name);
  expect(execution?.args).toEqual([`--job=${body.job.id}`, '--transport=first', '--version=1']);
  expect((await api.call('GET', path)).body.latest_version).toBe(1);
});

test('while a job runs, another execute answers 409 with its id', async () => {
  const path = await newTransport('busy');
  const { body: first } = await api.call('POST', `${path}/execute`);
  const again = await api.call('POST', `${path}/execute`);
  expect([again.status, again.body.code]).toEqual([409, 'CONFLICT']);
  expect(again.body.details).toEqual({ job_id: first.job.id });
  expect(executionsOf(first.job.id)).toHaveLength(1);
  expect((await api.call('DELETE', path)).status).toBe(409);
});

test('the same key answers the same job, in the header or as request_id', async () => {
  const path = await newTransport('replayed');
  const header = { headers: { 'Idempotency-Key': 'monday/1' } };
  const first = await api.call('POST', `${path}/execute`, header);
  const again = await api.call('POST', `${path}/execute`, header);
  const inBody = { body: { request_id: 'monday/1' } };
  const third = await api.call('POST', `${path}/execute`, inBody);
  expect([first.status, again.status, third.status]).toEqual([202, 202, 202]);
  expect(again.body.job.id).toBe(first.body.job.id);
  expect(third.body.job.id).toBe(first.body.job.id);
  expect(executionsOf(first.body.job.id)).toHaveLength(1);
});

test('the same key with another wish is a conflict', async () => {
  const path = `${await newTransport('reused-key')}/execute`;
  const headers = { 'Idempotency-Key': 'tuesday' };
  const { body } = await api.call('POST', path, { headers, body: { allow_concurrent: false } });
  const other = await api.call('POST', path, { headers, body: { allow_concurrent: true } });
  expect([other.status, other.body.code]).toEqual([409, 'CONFLICT']);
  expect(other.body.details).toEqual({ earlier_job_id: body.job.id });
  const again = { allow_concurrent: false, request_id: 'tuesday' };
  expect((await api.call('POST', path, { body: again })).body.job.id).toBe(body.job.id);
});

test('jobs of a transport run side by side when the call or the transport says so', async () => {
  const path = `${await newTransport('side-by-side')}/execute`;
  const first = await api.call('POST', path);
  const second = await api.call('POST', path, { body: { allow_concurrent: true } });
  expect([second.status, second.body.job.version]).toEqual([202, 2]);
  expect(executionsOf(second.body.job.id)).toHaveLength(1);
  await api.call('POST', `/api/jobs/${second.body.job.id}/cancel`);
  const third = await api.call('POST', path);
  expect(third.body.details).toEqual({ job_id: first.body.job.id });
});

test('no more jobs and Oracle sessions are begun than the limits allow, and an end makes room', async () => {
  const settings = {
    ORAFERRY_JOBS_PER_TENANT: '2',
    ORACLE_SESSION_BUDGET: '8',
    ORAFERRY_WORKERS: '4',
  };
  const tight = await startApi({}, settings);
  const define = async (name: string, key: string, tasks: number) => {
    const body = { ...transportNamed(name), options: { tasks } };
    return `/api/transport/${(await tight.call('POST', '/api/transport', { key, body })).body.id}`;
  };
  const paths = await Promise.all(['a', 'b', 'c'].map((name) => define(name, keys.admin, 1)));
  const executes = paths.map((path) => tight.call('POST', `${path}/execute`));
  const answers = await Promise.all(executes);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 202, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body).toMatchObject({
    code: 'QUOTA_EXCEEDED',
    details: { quota: 'jobs', limit: 2, used: 2 },
  });
  const foreign = await define('d', keys.other, 1);
  const full = await tight.call('POST', `${foreign}/execute`, { key: keys.other });
  expect([full.status, full.body.details]).toEqual([
    429,
    { quota: 'oracle_sessions', limit: 8, used: 8, asked: 4 },
  ]);
  const begun = answers.find(({ status }) => status === 202);
  await tight.call('POST', `/api/jobs/${begun?.body.job.id}/cancel`);
  expect((await tight.call('POST', `${foreign}/execute`, { key: keys.other })).status).toBe(202);
  await tight.close();
});

test('an execute takes nothing but one key', async () => {
  const path = `${await newTransport('strict')}/execute`;
  const unknown = await api.call('POST', path, { body: { request_id: 'a', tables: [] } });
  expect(unknown.body.details.problems[0].field).toBe('body.tables');
  const two = await api.call('POST', path, {
    body: { request_id: 'a' },
    headers: { 'Idempotency-Key': 'b' },
  });
  expect(two.body.details.problems[0].field).toBe('body.request_id');
  const long = await api.call('POST', path, { headers: { 'Idempotency-Key': 'k'.repeat(256) } });
  expect(long.body.details.problems[0].field).toBe('headers.idempotency-key');
});

test('fifty concurrent executes with one key make one job and one execution', async () => {
  const path = await newTransport('crowd');
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      api.call('POST', `${path}/execute`, { headers: { 'Idempotency-Key': 'crowd' } }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  const ids = new Set(answers.map(({ body }) => body.job.id));
  expect(ids.size).toBe(1);
  expect(executionsOf([...ids][0])).toHaveLength(1);
});

test('twenty transports that are executed in the same moment all begin', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `same-moment-${n}`);
  const paths = await Promise.all(names.map(newTransport));
  const answers = await Promise.all(paths.map((path) => api.call('POST', `${path}/execute`)));
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 202));
});

test('a lost answer to RunJob is settled by looking for the execution', async () => {
  const path = await newTransport('lost');
  api.cloudRun.faults.inject('run-job-answer-lost');
  const { status, body } = await api.call('POST', `${path}/execute`);
  expect(status).toBe(202);
  const executions = executionsOf(body.job.id);
  expect(executions).toHaveLength(1);
  expect(body.job.execution).toBe(executions[0]?.name);
});

test('a refused launch fails the job with the reason and leaves the transport free', async () => {
  const path = await newTransport('refused');
  api.cloudRun.faults.inject('run-job-refused');
  const refused = await api.call('POST', `${path}/execute`);
  expect([refused.status, refused.body.code]).toEqual([502, 'JOB_LAUNCH_ERROR']);
  const { body: job } = await api.call('GET', `/api/jobs/${refused.body.details.job_id}`);
  expect(job).toMatchObject({ state: 'FAILED', error: { code: 'JOB_LAUNCH_ERROR' } });
  expect(job.finished_at).not.toBeNull();
  const next = await api.call('POST', `${path}/execute`);
  expect([next.status, next.body.job.version]).toEqual([202, 2]);
});

test('the next call with the key finishes a launch that a crash left undone', async () => {
  const path = await newTransport('crashed');
  const job = await enqueueOnly(path, 'crashed-key');
  const { body } = await api.call('POST', `${path}/execute`, {
    headers: { 'Idempotency-Key': 'crashed-key' },
  });
  expect(body.job).toMatchObject({ id: job.id, state: 'QUEUED' });
  expect(executionsOf(job.id).map(({ name }) => name)).toEqual([body.job.execution]);
});

test('a call without a key finishes it too, so that the transport does not stay busy', async () => {
  const path = await newTransport('crashed-silently');
  const job = await enqueueOnly(path);
  const conflict = await api.call('POST', `${path}/execute`);
  expect([conflict.status, conflict.body.details]).toEqual([409, { job_id: job.id }]);
  expect(executionsOf(job.id)).toHaveLength(1);
  const { body } = await api.call('GET', `/api/jobs/${job.id}`);
  expect(body.execution).toBe(executionsOf(job.id)[0]?.name);
});

test('an execution that a crash kept from the record is found, not started again', async () => {
  const path = await newTransport('unrecorded');
  const job = await enqueueOnly(path, 'unrecorded-key');
  const launch = present(await api.context.jobs.takeLaunch(job.id));
  const execution = await api.context.launcher.launch({
    jobId: job.id,
    transportName: job.transportName,
    version: job.version,
    tasks: 1,
    traceparent: '',
  });
  // As a minute does.
  await api.context.jobs.releaseLaunch(launch);
  const { body } = await api.call('POST', `${path}/execute`, {
    headers: { 'Idempotency-Key': 'unrecorded-key' },
  });
  expect(body.job.execution).toBe(execution);
  expect(executionsOf(job.id)).toHaveLength(1);
});

test('who comes late to the launch of a job that it made itself finds what another has started', async () => {
  const path = await newTransport('late');
  const job = await enqueueOnly(path);
  const { context } = api;
  const forget = (launch: Launch) => context.jobs.releaseLaunch(launch).then(() => true);
  const jobs = { ...context.jobs, recordExecution: forget };
  const { execution } = await ensureLaunched({ ...context, jobs }, job);
  expect(await ensureLaunched(context, job)).toMatchObject({ execution });
  expect(executionsOf(job.id)).toHaveLength(1);
});

test('while nobody knows what became of the launch, the job stays QUEUED until a call finishes it', async () => {
  const cut = await startApi();
  const { body: transport } = await cut.call('POST', '/api/transport', {
    body: transportNamed('cut-off'),
  });
  await cut.cloudRun.close();
  const execute = () =>
    cut.call('POST', `/api/transport/${transport.id}/execute`, {
      headers: { 'Idempotency-Key': 'k' },
    });
  const failed = await execute();
  expect([failed.status, failed.body.code]).toEqual([502, 'JOB_LAUNCH_ERROR']);
  expect(JSON.stringify(failed.body)).not.toContain('127.0.0.1');
  const { job_id: jobId } = failed.body.details;
  expect((await cut.call('GET', `/api/jobs/${jobId}`)).body).toMatchObject({
    state: 'QUEUED',
    execution: null,
  });
  const back = await startCloudRun({
    project: 'p',
    region: 'r',
    jobs: { oraferry: { command: ['true'], cwd: process.cwd(), env: {} } },
    port: cut.cloudRun.port,
  });
  let answer = await execute();
  while (answer.status === 502) answer = await execute();
  expect(answer.body.job).toMatchObject({
    id: jobId,
    execution: expect.stringContaining('executions'),
  });
  expect(back.executions()).toHaveLength(1);
  await Promise.all([cut.close(), back.close()]);
});

test('when the store fails after RunJob, the error still names the job, and the execution is found later', async () => {
  const path = await newTransport('forgetful');
  const job = await enqueueOnly(path);
  const { context } = api;
  let taken: Launch | undefined;
  const silent = (launch: Launch) => {
    taken = launch;
    return Promise.reject(new OraFerryError('STORE_ERROR', 'no answer'));
  };
  const jobs = { ...context.jobs, recordExecution: silent, releaseLaunch: silent };
  await expect(ensureLaunched({ ...context, jobs }, job)).rejects.toMatchObject({
    code: 'STORE_ERROR',
    details: { job_id: job.id },
  });
  await context.jobs.releaseLaunch(present(taken));
  const { execution } = await ensureLaunched(context, job);
  expect(executionsOf(job.id).map(({ name }) => name)).toEqual([execution]);
});

test('a bucket that has left the list of allowed ones is not written to', async () => {
  const created = await api.context.transports.create('default', {
    name: 'left-behind',
    tables: [{ owner: 'HR', table: 'JOBS' }],
    destination: { prefix: '', bucket: 'former-bucket' },
    options: defaultOptions,
    labels: {},
  });
  const refused = await api.call('POST', `/api/transport/${created.id}/execute`);
  expect(refused.body.details.problems[0].field).toBe('transport.destination.bucket');
  expect((await api.call('GET', '/api/jobs')).body.jobs).not.toContainEqual(
    expect.objectContaining({ transport_id: created.id }),
  );
});

async function newTransport(name: string): Promise<string> {
  const { body } = await api.call('POST', '/api/transport', { body: transportNamed(name) });
  return `/api/transport/${body.id}`;
}

function enqueueOnly(path: string, idempotencyKey?: string) {
  return api.context.jobs
    .enqueue({
      tenant: 'default',
      transportId: path.split('/').at(-1) ?? '',
      traceId: 'e'.repeat(32),
      defaultBucket: bucket,
      fingerprint: fingerprintOf(undefined),
      limits: farLimits,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    })
    .then(({ job }) => job);
}

function executionsOf(jobId: string | undefined) {
  return api.cloudRun.executions().filter(({ args }) => args.includes(`--job=${jobId}`));
}
