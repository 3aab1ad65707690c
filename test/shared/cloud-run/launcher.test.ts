import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloudRun, startCloudRun } from '../../../infra/local/cloud-run/server.ts';
import { createTaskLauncher } from '../../../shared/cloud-run/launcher.ts';
import { type Config, loadConfig } from '../../../shared/config.ts';
import { createLogger } from '../../../shared/logging.ts';
import type { LaunchRequest, TaskLauncher } from '../../../shared/ports/launcher.ts';

const program = (script: string) => ({
  command: [process.execPath, '-e', script, '--'],
  cwd: process.cwd(),
  env: {},
  maxRetries: 0,
  graceSeconds: 1,
});

let cloudRun: LocalCloudRun;
let launcher: TaskLauncher;
let lines: string[] = [];

beforeAll(async () => {
  cloudRun = await startCloudRun({
    project: 'p',
    region: 'r',
    jobs: {
      patient: program('setTimeout(() => {}, 60_000)'),
      good: { ...program(''), command: ['true'] },
      bad: program('process.exit(3)'),
      talker: {
        ...program('console.log(process.env.TRACEPARENT, process.env.CLOUD_RUN_TASK_COUNT)'),
        onLog: (line) => lines.push(line),
      },
    },
  });
  launcher = createLauncher('patient');
});

afterAll(async () => {
  await launcher.close();
  await cloudRun.close();
});

test('a launch names the execution at once and hands over arguments, trace and task count', async () => {
  lines = [];
  const talker = createLauncher('talker');
  const execution = await talker.launch({ ...request('j-talk'), tasks: 2 });
  expect(execution).toMatch(/^projects\/p\/locations\/r\/jobs\/talker\/executions\/talker-/);
  const [newest] = cloudRun.executions();
  expect(newest?.name).toBe(execution);
  expect(newest?.args).toEqual(['--job=j-talk', '--transport=nightly', '--version=12']);
  await ended(talker, execution);
  expect(lines).toEqual([`${request('').traceparent} 2`, `${request('').traceparent} 2`]);
  await talker.close();
});

test('an execution is found by its job id, and not when it is older than the launch', async () => {
  const execution = await launcher.launch(request('j-find'));
  const other = await launcher.launch(request('j-other'));
  expect(await launcher.find('j-find', new Date(Date.now() - 60_000))).toBe(execution);
  expect(await launcher.find('j-find', new Date(Date.now() + 60_000))).toBeUndefined();
  expect(await launcher.find('j-fin', new Date(0))).toBeUndefined();
  await Promise.all([launcher.cancel(execution), launcher.cancel(other)]);
});

test('the search goes on to older pages', async () => {
  const good = createLauncher('good');
  const first = await good.launch(request('j-first'));
  for (let i = 0; i < 100; i++) await good.launch(request(`j-${i}`));
  expect(await good.find('j-first', new Date(0))).toBe(first);
  expect(await good.find('j-none', new Date(0))).toBeUndefined();
  await good.close();
});

test('the state follows the execution to its end', async () => {
  const [good, bad] = [createLauncher('good'), createLauncher('bad')];
  expect(await ended(good, await good.launch(request('j-good')))).toBe('SUCCEEDED');
  expect(await ended(bad, await bad.launch(request('j-bad')))).toBe('FAILED');
  const running = await launcher.launch(request('j-run'));
  expect(await launcher.state(running)).toBe('RUNNING');
  await launcher.cancel(running);
  expect(await ended(launcher, running)).toBe('CANCELLED');
  await good.close();
  await bad.close();
});

test('cancelling what has ended or was never there is no error', async () => {
  const good = createLauncher('good');
  const execution = await good.launch(request('j-ended'));
  await ended(good, execution);
  await good.cancel(execution);
  await good.cancel(`${execution}-gone`);
  await good.close();
});

test('a refusal is certain, a lost answer is not', async () => {
  cloudRun.faults.inject('run-job-refused');
  const refused = { code: 'JOB_LAUNCH_ERROR', retryable: false };
  await expect(launcher.launch(request('j-refused'))).rejects.toMatchObject(refused);

  cloudRun.faults.inject('run-job-answer-lost');
  const unknown = { code: 'JOB_LAUNCH_ERROR', retryable: true };
  await expect(launcher.launch(request('j-lost'))).rejects.toMatchObject(unknown);
  const execution = await launcher.find('j-lost', new Date(0));
  expect(execution).toBe(cloudRun.executions()[0]?.name);
  await launcher.cancel(execution ?? '');

  const missing = createLauncher('missing');
  await expect(missing.launch(request('j'))).rejects.toMatchObject(refused);
  await expect(missing.find('j', new Date(0))).rejects.toMatchObject(refused);
  expect(await missing.state('projects/p/locations/r/jobs/x/executions/y')).toBeUndefined();
  await missing.close();
});

test('a server that is not there is a lost answer, told without the names of hosts', async () => {
  const absent = createTaskLauncher(configFor('good', '127.0.0.1:1'), silent);
  const error = await absent.launch(request('j')).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'JOB_LAUNCH_ERROR', retryable: true });
  expect(String(error)).not.toContain('127.0.0.1');
  await absent.close();
});

const silent = createLogger(configFor('x'), 'test', { write: () => undefined });

function createLauncher(job: string): TaskLauncher {
  return createTaskLauncher(configFor(job), silent);
}

function configFor(job: string, endpoint = `127.0.0.1:${cloudRun?.port ?? 1}`): Config {
  return loadConfig({
    GOOGLE_CLOUD_PROJECT: 'p',
    ORAFERRY_REGION: 'r',
    ORAFERRY_BUCKETS: 'bucket',
    ORAFERRY_CLOUD_RUN_JOB: job,
    CLOUD_RUN_API_ENDPOINT: endpoint,
  });
}

function request(jobId: string): LaunchRequest {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  return { jobId, transportName: 'nightly', version: 12, tasks: 1, traceparent };
}

async function ended(source: TaskLauncher, execution: string): Promise<string> {
  for (;;) {
    const state = await source.state(execution);
    if (state !== undefined && state !== 'RUNNING') return state;
    await delay(20);
  }
}
