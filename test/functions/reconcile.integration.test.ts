import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { JobView } from '../../infra/local/demo/api.ts';
import { createDatabase } from '../../infra/local/oracle/database.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { hearCompletions } from '../support/completions.ts';
import { fillTable } from '../support/job-fixture.ts';
import { apiOf } from '../support/stack-job.ts';

/** With the tasks' own processes, which are killed until Cloud Run gives up. */

let stack: Stack;
beforeAll(async () => {
  const database = createDatabase();
  fillTable(database, 'HR', 'PEOPLE', 20_000);
  stack = await startStack({ database, environment: { ORAFERRY_LEASE_SECONDS: '2' } });
});
afterAll(() => stack.close());

const patient = { timeout: 60_000, interval: 50 };

test('a job whose tasks were all killed, again and again, is finished by the task of a relaunch', async () => {
  const completions = await hearCompletions(stack.servers.pubsub.host, 'oraferry-local');
  const { job } = await executeAndKill('killed');
  await vi.waitFor(async () => expect(await reconcile(job)).toBe('relaunched'), patient);
  await vi.waitFor(async () => expect(await state(job)).toBe('SUCCEEDED'), patient);
  const done = await apiOf(stack).job(job.id);
  expect(done.extractions).toMatchObject([{ rows: 20_000, verified_rows: 20_000 }]);
  const executions = executionsOf(job);
  expect(executions.map(({ tasks }) => tasks.length)).toEqual([1, 2]);
  const manifest = `gs://${done.output.bucket}/${done.output.prefix}_manifest.json`;
  const body = { job_id: job.id, state: 'SUCCEEDED', manifest };
  await vi.waitFor(() => expect(completions.heard).toMatchObject([{ body }]), patient);
  await completions.close();
});

test('a job whose relaunches are killed as well is FAILED, and its transport is free again', async () => {
  const { job, transportId } = await executeAndKill('hopeless');
  for (const _ of [1, 2, 3]) {
    await vi.waitFor(async () => expect(await reconcile(job)).toBe('relaunched'), patient);
    await killUntilEnded(job);
  }
  await vi.waitFor(async () => expect(await reconcile(job)).toBe('ended'), patient);
  expect(await apiOf(stack).job(job.id)).toMatchObject({
    state: 'FAILED',
    error: { code: 'TASKS_LOST' },
  });
  const again = await apiOf(stack).execute(transportId);
  await vi.waitFor(async () => expect(await state(again)).toBe('SUCCEEDED'), patient);
});

async function executeAndKill(name: string) {
  const api = apiOf(stack);
  const { id } = await api.createTransport({
    name,
    tables: ['HR.PEOPLE'],
    destination: { prefix: 'exports' },
    options: { tasks: 2 },
  });
  const job = await api.execute(id);
  await killUntilEnded(job);
  return { job, transportId: id };
}

/** Kills every attempt of every task of the newest execution, as often as Cloud Run starts one. */
async function killUntilEnded(job: JobView): Promise<void> {
  await vi.waitFor(() => {
    const [newest] = executionsOf(job);
    for (const { index, pid } of newest?.tasks ?? []) {
      if (pid !== undefined) stack.servers.cloudRun.kill(newest?.name ?? '', index, 'SIGKILL');
    }
    expect(newest?.state).toBe('FAILED');
  }, patient);
}

function executionsOf({ id }: JobView) {
  const all = stack.servers.cloudRun.executions();
  return all.filter(({ args }) => args.includes(`--job=${id}`));
}

async function reconcile({ id }: JobView): Promise<string | undefined> {
  const headers = { 'X-API-Key': stack.apiKey };
  const response = await fetch(`${stack.apiUrl}/api/reconcile`, { method: 'POST', headers });
  const { jobs } = (await response.json()) as { jobs: { job_id: string; action: string }[] };
  return jobs.find((job) => job.job_id === id)?.action;
}

async function state({ id }: JobView): Promise<string> {
  return (await apiOf(stack).job(id)).state;
}
