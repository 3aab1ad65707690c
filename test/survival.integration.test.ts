import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RequestKind } from '../infra/local/gcs/faults.ts';
import { type Stack, startStack } from '../infra/local/stack.ts';
import { runJobOf } from './support/stack-job.ts';

/** What the whole product does when the world misbehaves: real processes, real sockets, injected faults. */

const rows = 40_000;
let stack: Stack;
let job = 0;

beforeAll(async () => {
  const definition = {
    owner: 'HR',
    name: 'BIG',
    columns: [
      { name: 'ID', type: 'NUMBER' as const, precision: 10, scale: 0 },
      { name: 'NOISE', type: 'VARCHAR2' as const, length: 100 },
    ],
  };
  const tables = [{ definition, rows: Array.from({ length: rows }, (_, id) => [id, noise(id)]) }];
  stack = await startStack({ tables, environment: { ORAFERRY_LEASE_SECONDS: '3' } });
});
afterAll(() => stack.close());

test("a task killed with SIGKILL is started again by Cloud Run, and takes the dead one's work over", async () => {
  const stall = stack.servers.oracle.faults.stallAfterRows(10_000, 'BIG');
  const running = run();
  while (stall.consumed === 0) await sleep(20);
  const [execution] = stack.servers.cloudRun.executions();
  stack.servers.cloudRun.kill(String(execution?.name), 0, 'SIGKILL');
  const done = await running;
  expect(done).toMatchObject({ state: 'SUCCEEDED' });
  expect(done.extractions).toMatchObject([{ rows, verified_rows: rows, attempts: 2 }]);
  await expectNoStray(done.output.prefix, 2);
});

test('an Oracle connection that is cut costs an attempt', async () => {
  const cut = stack.servers.oracle.faults.cutAfterRows(15_000, 'BIG');
  const done = await run();
  expect(cut.consumed).toBe(1);
  expect(done).toMatchObject({ state: 'SUCCEEDED', extractions: [{ rows, attempts: 2 }] });
  await expectNoStray(done.output.prefix, 2);
});

test.each<[string, RequestKind, Parameters<typeof inject>[1], number]>([
  ['503 on the data', 'chunk', { status: 503 }, 3],
  ['429 on the start of an upload', 'session', { status: 429 }, 2],
  ['a reset in the middle of the data', 'chunk', { resetAfter: 300_000 }, 1],
  ['a lost final response', 'chunk', 'lose-answer', 1],
  ['503 on the manifest', 'insert', { status: 503 }, 2],
  ['a lost answer to the manifest', 'insert', 'lose-answer', 1],
])('Cloud Storage that answers with %s costs no attempt', async (_, on, action, times) => {
  const fault = inject(on, action, times);
  const done = await run();
  expect(fault.consumed).toBe(times);
  expect(done).toMatchObject({ state: 'SUCCEEDED', extractions: [{ rows, attempts: 1 }] });
  await expectNoStray(done.output.prefix, 1);
});

test('a RunJob whose answer is lost has started one execution, and the caller gets the job', async () => {
  const before = stack.servers.cloudRun.executions().length;
  stack.servers.cloudRun.faults.inject('run-job-answer-lost');
  const done = await run();
  expect(stack.servers.cloudRun.faults.consumed('run-job-answer-lost')).toBe(1);
  expect(done.state).toBe('SUCCEEDED');
  expect(stack.servers.cloudRun.executions()).toHaveLength(before + 1);
});

test('without Pub/Sub jobs run as ever', async () => {
  await stack.servers.pubsub.close();
  expect(await run()).toMatchObject({ state: 'SUCCEEDED', extractions: [{ rows }] });
});

function run() {
  return runJobOf(stack, `job-${++job}`, ['HR.BIG']);
}

type Fault = Parameters<Stack['servers']['gcs']['faults']['inject']>[0];

function inject(on: RequestKind, action: Fault['action'], times: number) {
  return stack.servers.gcs.faults.inject({ on, action, times });
}

async function expectNoStray(prefix: string, attempt: number): Promise<void> {
  const names = await readdir(join(stack.bucketDir, stack.bucket, prefix), { recursive: true });
  expect(names.toSorted()).toEqual([
    'HR.BIG',
    'HR.BIG/_load.json',
    'HR.BIG/_schema.json',
    `HR.BIG/part-00000-a${attempt}.jsonl.gz`,
    '_SUCCESS',
    '_manifest.json',
  ]);
}

/** Text that hardly compresses, the same for the same id. */
function noise(id: number): string {
  let state = id + 1;
  const next = () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    return ((state >>> 0) % 36).toString(36);
  };
  return Array.from({ length: 80 }, next).join('');
}
