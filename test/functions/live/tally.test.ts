import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTally } from '../../../functions/live/tally.ts';
import type { SplitProgress } from '../../../shared/domain/progress.ts';
import type { Split } from '../../../shared/domain/split.ts';
import { aDoneSplit, aJob, anExtraction, aSplit } from '../../support/records.ts';

const seed = Date.now();
const longMs = 60_000;
const table = anExtraction('TIMES', { splitsTotal: 2, countedRows: 100 });

function detailOf(splits: readonly Split[], hints: readonly SplitProgress[] = []) {
  return { job: aJob({ state: 'RUNNING' }), extractions: [table], splits, hints };
}

function hint(position: number, attempt: number, rows: number, done = false): SplitProgress {
  const of = { splitId: `TIMES-${position}`, extractionId: 'id-TIMES', attempt, rows, done };
  return { ...of, rowsPerSecond: 1, bytesRead: rows * 90, bytesUploaded: rows * 10 };
}

function claimed(position: number, attempt: number): Split {
  return aSplit('TIMES', position, { state: 'CLAIMED', attempt, holder: 'a' });
}

function said(holder: string, sequence: number, ...splits: SplitProgress[]) {
  return { jobId: 'j', holder, sequence, splits };
}

test('two tasks that speak of one split are counted once, by the later attempt', () => {
  const tally = createTally(longMs);
  tally.record(detailOf([claimed(0, 2), claimed(1, 1)], [hint(0, 1, 30)]));
  tally.hear(said('dead', 1, hint(0, 1, 40)));
  tally.hear(said('alive', 1, hint(0, 2, 10), hint(1, 1, 5)));
  expect(tally.tables()[0]?.shown).toMatchObject({ rows: 15, rowsPerSecond: 2 });
});

test('a commit that was said stays counted until the record says it, and is not counted twice', () => {
  const tally = createTally(longMs);
  tally.record(detailOf([claimed(0, 1), claimed(1, 1)]));
  tally.hear(said('a', 1, hint(0, 1, 50, true)));
  tally.hear(said('a', 2, hint(1, 1, 5)));
  expect(tally.tables()[0]?.shown).toMatchObject({ rows: 55, splitsDone: 0 });
  tally.record(detailOf([aDoneSplit('TIMES', 0, 50), claimed(1, 1)]));
  expect(tally.tables()[0]?.shown).toMatchObject({ rows: 55, splitsDone: 1 });
});

test('a task that is silent for long no longer counts into the rate', () => {
  const tally = createTally(-1);
  tally.record(detailOf([claimed(0, 1), claimed(1, 1)]));
  tally.hear(said('a', 1, hint(0, 1, 50)));
  expect(tally.tables()[0]?.shown.rowsPerSecond).toBe(0);
});

test('of a job that is over only the record counts', () => {
  const tally = createTally(longMs);
  tally.hear(said('a', 1, hint(0, 1, 50)));
  tally.record({ ...detailOf([claimed(0, 1)]), job: aJob({ state: 'FAILED' }) });
  expect(tally.tables()[0]?.shown.rows).toBe(0);
});

test('before the first record there are no tables', () => {
  expect(createTally(longMs).tables()).toEqual([]);
});

test(`numbers never go back, whatever comes in whichever order (seed ${seed})`, () => {
  const hints = fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 3 }), fc.nat(50), fc.boolean());
  const message = fc.record({
    holder: fc.constantFrom('a', 'b'),
    sequence: fc.nat(20),
    splits: fc.array(hints, { maxLength: 3 }),
  });
  const splits = fc
    .tuple(fc.constantFrom('CLAIMED', 'DONE', 'PENDING', 'FAILED'), fc.nat(3), fc.nat(50))
    .map(([state, attempt, rows]) => ({ state, attempt, rows }));
  const record = fc.tuple(splits, splits);
  const check = fc.property(fc.array(fc.oneof(message, record), { maxLength: 30 }), (steps) => {
    const tally = createTally(longMs);
    tally.record(detailOf([claimed(0, 1), claimed(1, 1)]));
    let before = tally.tables()[0]?.shown;
    for (const step of steps) {
      if ('holder' in step) {
        const { holder, sequence } = step;
        tally.hear(said(holder, sequence, ...step.splits.map((one) => hint(...one))));
      } else {
        const read = step.map(({ state, attempt, rows }, position) =>
          state === 'DONE'
            ? aDoneSplit('TIMES', position, rows)
            : aSplit('TIMES', position, { state: state as Split['state'], attempt }),
        );
        tally.record(detailOf(read));
      }
      const now = tally.tables()[0]?.shown;
      for (const key of ['rows', 'percent', 'bytesRead', 'bytesUploaded', 'splitsDone'] as const) {
        expect(now?.[key]).toBeGreaterThanOrEqual(before?.[key] ?? 0);
      }
      before = now;
    }
  });
  fc.assert(check, { seed, numRuns: 300 });
});
