import { expect, test } from 'vitest';
import type { Extraction } from '../../../shared/domain/extraction.ts';
import { type SplitProgress, tableProgress } from '../../../shared/domain/progress.ts';
import type { Split } from '../../../shared/domain/split.ts';

test('a table that nobody has begun is at zero', () => {
  expect(tableProgress(extraction(100), [split(0), split(1)], [])).toEqual({
    extractionId: 'x',
    rows: 0,
    rowsPerSecond: 0,
    percent: 0,
    bytesRead: 0,
    bytesUploaded: 0,
    splitsDone: 0,
    splitsTotal: 2,
  });
});

test('committed splits and attempts under way add up, with an estimate of the rest', () => {
  const splits = [done(split(0), 40), split(1)];
  const progress = tableProgress(extraction(100), splits, [
    hint(1, { rows: 20, rowsPerSecond: 8 }),
  ]);
  expect(progress).toMatchObject({
    rows: 60,
    rowsPerSecond: 8,
    percent: 60,
    bytesRead: 400 + 200,
    bytesUploaded: 40 + 20,
    splitsDone: 1,
    splitsTotal: 2,
    etaSeconds: 5,
  });
});

test('a hint about a committed, failed, foreign or already repeated split does not count', () => {
  const splits = [
    done(split(0), 40),
    { ...split(1), attempt: 2 },
    { ...split(2), state: 'FAILED' as const },
  ];
  const hints = [hint(0, {}), hint(1, { attempt: 1 }), hint(2, {}), hint(9, {})];
  expect(tableProgress(extraction(100), splits, hints).rows).toBe(40);
});

test('what is not committed is never 100 percent, even with more rows than counted', () => {
  const progress = tableProgress(extraction(10), [split(0)], [hint(0, { rows: 12 })]);
  expect(progress.percent).toBe(99.9);
  expect(progress).not.toHaveProperty('etaSeconds');
});

test('a table whose splits are all committed is at 100 percent, an empty one too', () => {
  expect(tableProgress(extraction(0), [done(split(0), 0)], []).percent).toBe(100);
});

test('without a count the finished splits tell the percentage, and there is no estimate', () => {
  const splits = [done(split(0), 5), split(1), split(2)];
  const progress = tableProgress(extraction(undefined), splits, [hint(1, { rowsPerSecond: 5 })]);
  expect(progress.percent).toBe(33.3);
  expect(progress).not.toHaveProperty('etaSeconds');
});

test('a table that is not planned yet is at 0 percent', () => {
  expect(tableProgress({ ...extraction(undefined), splitsTotal: 0 }, [], []).percent).toBe(0);
});

test('what is said of a split that a new plan superseded is passed over', () => {
  const superseded = { ...split(0), state: 'SUPERSEDED' } as const;
  expect(tableProgress(extraction(50), [superseded], [hint(0, { rows: 9 })]).rows).toBe(0);
});

function extraction(countedRows: number | undefined): Extraction {
  return {
    id: 'x',
    owner: 'S',
    table: 'T',
    kind: 'table',
    position: 0,
    phase: 'READING',
    epoch: 1,
    failures: 0,
    scn: '1',
    columns: [],
    splitsTotal: countedRows === undefined ? 3 : countedRows < 50 ? 1 : 2,
    ...(countedRows !== undefined && { countedRows }),
  };
}

function split(position: number): Split {
  return {
    id: `s${position}`,
    extractionId: 'x',
    epoch: 1,
    position,
    range: { kind: 'whole' },
    state: 'PENDING',
    attempt: 0,
    failures: 0,
    uploads: [],
    parts: [],
  };
}

function done(pending: Split, rows: number): Split {
  const part = {
    name: 'p',
    rows,
    bytes: rows,
    bytesUncompressed: rows * 10,
    crc32c: 'AAAAAA==',
    generation: '1',
  };
  return { ...pending, state: 'DONE', attempt: 1, parts: rows === 0 ? [] : [part] };
}

function hint(position: number, change: Partial<SplitProgress>): SplitProgress {
  const rows = change.rows ?? 10;
  return {
    splitId: `s${position}`,
    extractionId: 'x',
    attempt: 1,
    rows,
    rowsPerSecond: 0,
    bytesRead: rows * 10,
    bytesUploaded: rows,
    done: false,
    ...change,
  };
}
