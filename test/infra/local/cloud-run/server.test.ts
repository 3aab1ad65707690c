import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExecutionsClient, JobsClient, TasksClient } from '@google-cloud/run';
import {
  type Client,
  credentials,
  makeClientConstructor,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LogSource } from '../../../../infra/local/cloud-run/execution.ts';
import { type LocalCloudRun, startCloudRun } from '../../../../infra/local/cloud-run/server.ts';

const JOB = 'projects/p/locations/europe-west1/jobs/export';
const TASK = fileURLToPath(new URL('./fixtures/task.mjs', import.meta.url));
const NO_PAGING = { autoPaginate: false };

let server: LocalCloudRun;
let clients: { jobs: JobsClient; executions: ExecutionsClient; tasks: TasksClient };
let log: (LogSource & { line: string })[];

beforeEach(async () => {
  log = [];
  server = await startCloudRun({
    project: 'p',
    region: 'europe-west1',
    jobs: {
      export: {
        command: [process.execPath, TASK],
        cwd: import.meta.dirname,
        env: { GREETING: 'hello' },
        maxRetries: 1,
        graceSeconds: 0.2,
        onLog: (line, source) => log.push({ ...source, line }),
      },
    },
  });
  const options = {
    apiEndpoint: '127.0.0.1',
    port: server.port,
    sslCreds: credentials.createInsecure(),
    projectId: 'p',
  };
  clients = {
    jobs: new JobsClient(options),
    executions: new ExecutionsClient(options),
    tasks: new TasksClient(options),
  };
});

afterEach(async () => {
  await Promise.all(Object.values(clients).map((client) => client.close()));
  await server.close();
});

const run = async (args: string[], overrides: object = {}) => {
  const containerOverrides = [{ args }];
  const [operation] = await clients.jobs.runJob({
    name: JOB,
    overrides: { containerOverrides, ...overrides },
  });
  return operation;
};

type RunOperation = Awaited<ReturnType<typeof run>>;

const nameOf = (operation: RunOperation) => (operation.metadata as { name: string }).name;

const lines = () => log.map(({ line }) => line);

const untilLogged = (line: string, times = 1) =>
  vi.waitFor(() => expect(lines().filter((one) => one === line)).toHaveLength(times), 10_000);

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it('runs each task as a process that is told who it is', async () => {
  const env = [{ name: 'GREETING', value: 'override' }];
  const [operation] = await clients.jobs.runJob({
    name: JOB,
    overrides: { containerOverrides: [{ args: ['print', '--a=1'], env }], taskCount: 2 },
  });
  const [execution] = await operation.promise();
  const printed = log.filter(({ stream }) => stream === 'stdout');
  const seen = printed.map(({ line }) => JSON.parse(line)).sort(byIndex);
  const shared = {
    GREETING: 'override',
    CLOUD_RUN_JOB: 'export',
    CLOUD_RUN_EXECUTION: execution.name?.split('/').at(-1),
    CLOUD_RUN_TASK_COUNT: '2',
    CLOUD_RUN_TASK_ATTEMPT: '0',
  };
  expect(seen).toEqual([
    { args: ['--a=1'], env: { ...shared, CLOUD_RUN_TASK_INDEX: '0' } },
    { args: ['--a=1'], env: { ...shared, CLOUD_RUN_TASK_INDEX: '1' } },
  ]);
});

type Printed = { env: { CLOUD_RUN_TASK_INDEX: string } };

const byIndex = (a: Printed, b: Printed) =>
  Number(a.env.CLOUD_RUN_TASK_INDEX) - Number(b.env.CLOUD_RUN_TASK_INDEX);

it('hands both outputs over line by line, the last without its newline too', async () => {
  await (await run(['print'])).promise();
  const errors = log.filter(({ stream }) => stream === 'stderr').map(({ line }) => line);
  expect(errors).toEqual(['to standard error', 'without a last newline']);
});

it('names the execution at once and reports it while it runs and afterwards', async () => {
  const operation = await run(['graceful', '--job=j1'], { taskCount: 2 });
  const name = nameOf(operation);
  const [running] = await clients.executions.getExecution({ name });
  expect(running).toMatchObject({
    name,
    job: 'export',
    taskCount: 2,
    runningCount: 2,
    reconciling: true,
    completionTime: null,
    template: { containers: [{ args: ['graceful', '--job=j1'] }], maxRetries: 1 },
  });
  expect(completedOf(running)).toMatchObject({ state: 'CONDITION_RECONCILING' });
  expect(running.logUri).toContain(name.split('/').at(-1));
});

it('resolves the operation with the counts of a success', async () => {
  const operation = await run(['fail-once'], { taskCount: 2 });
  const [execution] = await operation.promise();
  expect(execution).toMatchObject({ succeededCount: 2, failedCount: 0, retriedCount: 2 });
  const [read] = await clients.executions.getExecution({ name: nameOf(operation) });
  expect(completedOf(read)).toMatchObject({ state: 'CONDITION_SUCCEEDED' });
  expect(Number(read.completionTime?.seconds)).toBeGreaterThan(0);
});

const completedOf = (execution: { conditions?: { type?: string | null }[] | null }) =>
  execution.conditions?.find(({ type }) => type === 'Completed');

it('retries a failing task up to the limit, then fails it and the execution', async () => {
  const operation = await run(['fail']);
  await expect(operation.promise()).rejects.toThrow('1 of 1 tasks failed after 1 retries');
  const name = nameOf(operation);
  const [execution] = await clients.executions.getExecution({ name });
  expect(execution).toMatchObject({ failedCount: 1, succeededCount: 0, retriedCount: 1 });
  expect(completedOf(execution)).toMatchObject({
    state: 'CONDITION_FAILED',
    executionReason: 'NON_ZERO_EXIT_CODE',
  });
  const [tasks] = await clients.tasks.listTasks({ parent: name });
  expect(tasks).toMatchObject([{ index: 0, retried: 1, lastAttemptResult: { exitCode: 3 } }]);
});

it('lets the other tasks finish when one has failed for good', async () => {
  const operation = await run(['first-fails'], { taskCount: 3 });
  await expect(operation.promise()).rejects.toThrow('1 of 3');
  expect(server.executions()[0]?.tasks.map(({ state }) => state)).toEqual([
    'FAILED',
    'SUCCEEDED',
    'SUCCEEDED',
  ]);
});

it('retries a task that a signal has killed', async () => {
  const operation = await run(['wait']);
  await untilLogged('waiting');
  server.kill(nameOf(operation), 0, 'SIGKILL');
  await untilLogged('waiting', 2);
  expect(log.map(({ attempt }) => attempt)).toEqual([0, 1]);
  server.kill(nameOf(operation), 0, 'SIGKILL');
  await expect(operation.promise()).rejects.toThrow('1 of 1 tasks failed');
  const [tasks] = await clients.tasks.listTasks({ parent: nameOf(operation) });
  expect(tasks).toMatchObject([{ lastAttemptResult: { termSignal: 9 } }]);
});

it('fails an attempt that runs out of time even when it ends in good order', async () => {
  const operation = await run(['graceful'], { timeout: { seconds: 1 } });
  await expect(operation.promise()).rejects.toThrow('1 of 1 tasks failed after 1 retries');
  expect(lines()).toContain('got SIGTERM');
});

it('fails a task whose program cannot be started, and says why', async () => {
  const broken = await startCloudRun({
    project: 'p',
    region: 'r',
    jobs: { broken: { command: ['/no/such/program'], cwd: '/', env: {}, maxRetries: 0, onLog } },
  });
  const said: string[] = [];
  function onLog(line: string) {
    said.push(line);
  }
  const sslCreds = credentials.createInsecure();
  const jobs = new JobsClient({
    apiEndpoint: '127.0.0.1',
    port: broken.port,
    sslCreds,
    projectId: 'p',
  });
  const [operation] = await jobs.runJob({ name: 'projects/p/locations/r/jobs/broken' });
  await expect(operation.promise()).rejects.toThrow('1 of 1 tasks failed');
  expect(said.join()).toContain('ENOENT');
  await jobs.close();
  await broken.close();
});

it('waits for an operation until it is done, or as long as it is told', async () => {
  const operation = await run(['wait']);
  const operations = rawOperationsClient();
  const name = operation.name ?? '';
  const impatient = await wait(operations, { name, timeout: { nanos: 1_000_000 } });
  expect(impatient).toMatchObject({ name, done: false });
  const patient = wait(operations, { name });
  await clients.executions.cancelExecution({ name: nameOf(operation) });
  expect(await patient).toMatchObject({ name, done: true, error: { code: 1 } });
  operations.close();
});

// Google's clients have no call for WaitOperation.
function rawOperationsClient(): Client {
  const require = createRequire(import.meta.url);
  const protos = join(dirname(require.resolve('@google-cloud/run')), '../protos/protos.json');
  const definition = fromJSON(require(protos), { defaults: true });
  const service = definition['google.longrunning.Operations'] as ServiceDefinition;
  const Operations = makeClientConstructor(service, 'Operations');
  return new Operations(`127.0.0.1:${server.port}`, credentials.createInsecure());
}

type WaitOperation = (
  request: object,
  callback: (error: Error | null, operation?: object) => void,
) => void;

const wait = (client: Client, request: object) =>
  new Promise((resolve, reject) => {
    const { waitOperation } = client as unknown as { waitOperation: WaitOperation };
    waitOperation.call(client, request, (error, operation) =>
      error ? reject(error) : resolve(operation),
    );
  });

it('cancels: SIGTERM first, SIGKILL after the grace, no retry', async () => {
  const operation = await run(['stubborn'], { taskCount: 2 });
  const name = nameOf(operation);
  await untilLogged('waiting', 2);
  const pids = server.executions()[0]?.tasks.map(({ pid }) => pid ?? 0) ?? [];
  const [cancellation] = await clients.executions.cancelExecution({ name });
  const [cancelled] = await cancellation.promise();
  expect(cancelled).toMatchObject({ cancelledCount: 2, retriedCount: 0 });
  expect(lines().filter((line) => line === 'ignoring SIGTERM')).toHaveLength(2);
  expect(pids.map(isAlive)).toEqual([false, false]);
  await expect(operation.promise()).rejects.toThrow('Cancelled');
  const [execution] = await clients.executions.getExecution({ name });
  expect(completedOf(execution)).toMatchObject({ executionReason: 'CANCELLED' });
  await expect(clients.executions.cancelExecution({ name })).rejects.toMatchObject({ code: 9 });
});

it('lists executions newest first, page by page', async () => {
  const started: string[] = [];
  for (const n of [1, 2, 3]) started.push(nameOf(await run(['wait', `--n=${n}`])));
  const request = { parent: JOB, pageSize: 2 };
  const [first, , answer] = await clients.executions.listExecutions(request, NO_PAGING);
  expect(first.map(({ name }) => name)).toEqual([started[2], started[1]]);
  expect(first[0]?.template?.containers?.[0]?.args).toEqual(['wait', '--n=3']);
  const next = { ...request, pageToken: answer?.nextPageToken ?? '' };
  const [second, , last] = await clients.executions.listExecutions(next, NO_PAGING);
  expect(second.map(({ name }) => name)).toEqual([started[0]]);
  expect(last?.nextPageToken).toBe('');
  const [all] = await clients.executions.listExecutions(request);
  expect(all).toHaveLength(3);
});

it('answers NOT_FOUND for what does not exist', async () => {
  const missing = `${JOB}-missing`;
  await expect(clients.jobs.runJob({ name: missing })).rejects.toMatchObject({ code: 5 });
  await expect(clients.jobs.getJob({ name: missing })).rejects.toMatchObject({ code: 5 });
  const execution = { name: `${JOB}/executions/none` };
  await expect(clients.executions.getExecution(execution)).rejects.toMatchObject({ code: 5 });
  const parent = { parent: missing };
  await expect(clients.executions.listExecutions(parent)).rejects.toMatchObject({ code: 5 });
});

it('describes a job and its newest execution', async () => {
  const operation = await run(['print']);
  await operation.promise();
  const [job] = await clients.jobs.getJob({ name: JOB });
  expect(job).toMatchObject({
    name: JOB,
    executionCount: 1,
    latestCreatedExecution: { name: nameOf(operation), completionStatus: 'EXECUTION_SUCCEEDED' },
    template: { template: { maxRetries: 1 } },
  });
});

it('a refused RunJob starts nothing, once', async () => {
  server.faults.inject('run-job-refused');
  await expect(run(['print'])).rejects.toMatchObject({ code: 7 });
  expect(server.executions()).toEqual([]);
  expect(server.faults.consumed('run-job-refused')).toBe(1);
  await (await run(['print'])).promise();
  expect(server.faults.consumed('run-job-refused')).toBe(1);
});

it('a lost RunJob answer leaves an execution that can be found', async () => {
  server.faults.inject('run-job-answer-lost');
  await expect(run(['print', '--job=j7'])).rejects.toMatchObject({ code: 14 });
  expect(server.faults.consumed('run-job-answer-lost')).toBe(1);
  const [found] = await clients.executions.listExecutions({ parent: JOB });
  expect(found.map(({ template }) => template?.containers?.[0]?.args)).toEqual([
    ['print', '--job=j7'],
  ]);
});

it('close ends every task and what the tasks have started', async () => {
  await run(['family']);
  const pids: number[] = await vi.waitFor(() => JSON.parse(lines()[0] ?? '').pids, 10_000);
  expect(pids.map(isAlive)).toEqual([true, true]);
  await server.close();
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), 5_000);
  expect(server.executions()[0]?.state).toBe('CANCELLED');
});
