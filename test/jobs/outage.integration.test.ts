import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { TaskContext } from '../../jobs/context.ts';
import { fillTable, type JobFixture, startJobFixture } from '../support/job-fixture.ts';

let fixture: JobFixture;

beforeAll(async () => {
  fixture = await startJobFixture({ ORAFERRY_WORKERS: '4' });
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => fixture.close());

/** The fixture's context, which notes how long after each failed attempt the ledger is told of it. */
function timingFailures(): { context: TaskContext; waitedMs: number[] } {
  const { context } = fixture;
  const waitedMs: number[] = [];
  let failedAt = 0;
  const startWorker: TaskContext['startWorker'] = () => {
    const worker = context.startWorker();
    const run: typeof worker.run = (...about) =>
      worker.run(...about).catch((error) => {
        failedAt = performance.now();
        throw error;
      });
    return { ...worker, run };
  };
  const failSplit: TaskContext['ledger']['failSplit'] = async (...about) => {
    waitedMs.push(performance.now() - failedAt);
    await context.ledger.failSplit(...about);
  };
  const ledger = { ...context.ledger, failSplit };
  return { context: { ...context, startWorker, ledger }, waitedMs };
}

test('a split that failed waits in the hands of its session: idle ones do not use up its attempts', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  fillTable(fixture.database, 'HR', 'CUT', 100);
  const { faults } = fixture.backends.oracle;
  const cuts = [faults.cutAfterRows(50, 'CUT'), faults.cutAfterRows(50, 'CUT')];
  const { context, waitedMs } = timingFailures();
  const job = await fixture.enqueue([{ owner: 'HR', table: 'CUT' }], {
    options: { verify: 'none' },
  });
  expect(await fixture.run(job, context)).toBe('SUCCEEDED');
  expect(cuts.map(({ consumed }) => consumed)).toEqual([1, 1]);
  expect(waitedMs.map((ms) => Math.floor(ms / 500))).toEqual([1, 2]);
  expect(await fixture.rows(job, 'HR', 'CUT')).toHaveLength(100);
});

test('a table whose definition has just changed is left alone for a while before it is planned anew', async () => {
  fillTable(fixture.database, 'HR', 'FRESH', 10);
  const fault = fixture.backends.oracle.faults.errorAtRow(1, 1466, 'has changed', 'FRESH');
  const { context } = fixture;
  const job = await fixture.enqueue(['HR.FRESH'], { options: { verify: 'none' } });
  const began = performance.now();
  let waitedMs = 0;
  const restartTable: typeof context.ledger.restartTable = async (...about) => {
    waitedMs = performance.now() - began;
    await context.ledger.restartTable(...about);
  };
  const ledger = { ...context.ledger, restartTable };
  expect(await fixture.run(job, { ...context, ledger })).toBe('SUCCEEDED');
  expect(fault.consumed).toBe(1);
  expect(waitedMs).toBeGreaterThan(5_000);
});

test('sessions show a DBA the job, and the split that they read', async () => {
  fillTable(fixture.database, 'HR', 'SHOWN', 10);
  const { oracle } = fixture.backends;
  const job = await fixture.enqueue(['HR.SHOWN']);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(oracle.clients).toContain(job.id);
  expect(oracle.actions).toContain(`${job.transportName} v1 SHOWN 0`);
});

test('a session that a DBA kills is tried once more, and no more', async () => {
  fillTable(fixture.database, 'HR', 'KILLED', 100);
  const { faults } = fixture.backends.oracle;
  const kill = () => faults.errorAtRow(50, 28, 'your session has been killed', 'KILLED');
  const kills = [kill(), kill(), kill()];
  const { context, waitedMs } = timingFailures();
  const job = await fixture.enqueue(['HR.KILLED']);
  expect(await fixture.run(job, context)).toBe('FAILED');
  expect(waitedMs).toHaveLength(2);
  expect(kills.map(({ consumed }) => consumed)).toEqual([1, 1, 0]);
});
