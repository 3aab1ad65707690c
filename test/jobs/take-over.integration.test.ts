import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillTable, type JobFixture, startJobFixture } from '../support/job-fixture.ts';

let fixture: JobFixture;

beforeAll(async () => {
  fixture = await startJobFixture({ ORAFERRY_LEASE_SECONDS: '3' });
  fillTable(fixture.database, 'HR', 'PEOPLE', 3_000);
});
afterAll(() => fixture.close());

test("a killed task's split is taken over, and the result has each row once", async () => {
  const stall = fixture.backends.oracle.faults.stallAfterRows(1_000, 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const victim = startTask(job.id);
  await until(() => stall.consumed === 1);
  victim.kill('SIGKILL');
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  const { splits } = await fixture.detail(job);
  expect(splits.map(({ attempt }) => attempt)).toEqual([2]);
  expect(new Set(await ids(job))).toHaveLength(3_000);
});

test('rule 10: a frozen task that wakes up after its lease finds its work gone and changes nothing', async () => {
  const stall = fixture.backends.oracle.faults.stallAfterRows(1_000, 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const zombie = startTask(job.id);
  await until(() => stall.consumed === 1);
  zombie.kill('SIGSTOP');
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  const before = await fixture.files(job);
  zombie.kill('SIGCONT');
  const [code] = await once(zombie, 'exit');
  expect(code).toBe(0);
  expect(await fixture.files(job)).toEqual(before);
  expect(await ids(job)).toHaveLength(3_000);
});

test('SIGTERM ends a task with its work handed back and its lease released', async () => {
  const stall = fixture.backends.oracle.faults.stallAfterRows(1_000, 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const task = startTask(job.id);
  await until(() => stall.consumed === 1);
  const toldAt = performance.now();
  task.kill('SIGTERM');
  const [code] = await once(task, 'exit');
  expect(code).toBe(143);
  expect(performance.now() - toldAt).toBeLessThan(9_000);
  const { splits } = await fixture.detail(job);
  expect(splits.map(({ state }) => state)).toEqual(['PENDING']);
  const leases = await fixture.db.collection(`jobs/${job.id}/tasks`).get();
  expect(leases.size).toBe(0);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
});

test('a task without arguments says how jobs are started and exits 2', async () => {
  const task = startTask(undefined);
  const said: Buffer[] = [];
  task.stderr?.on('data', (data) => said.push(data));
  const [code] = await once(task, 'close');
  expect(code).toBe(2);
  expect(String(Buffer.concat(said))).toContain('/api/transport/<id>/execute');
});

test('a task whose configuration is not usable names every problem and exits 2', async () => {
  const task = spawn(process.execPath, ['jobs/main.ts', '--job=x'], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
  });
  const said: Buffer[] = [];
  task.stderr.on('data', (data) => said.push(data));
  const [code] = await once(task, 'close');
  expect(code).toBe(2);
  const { message } = JSON.parse(String(Buffer.concat(said)));
  expect(message).toContain('GOOGLE_CLOUD_PROJECT');
  expect(message).toContain('ORAFERRY_BUCKETS');
});

function startTask(jobId: string | undefined): ChildProcess {
  const args = jobId === undefined ? [] : [`--job=${jobId}`];
  return spawn(process.execPath, ['jobs/main.ts', ...args], { env: fixture.env });
}

async function ids(job: Parameters<JobFixture['rows']>[0]): Promise<number[]> {
  const rows = await fixture.rows(job, 'HR', 'PEOPLE');
  return rows.map((row) => (row as { ID: number }).ID);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}
