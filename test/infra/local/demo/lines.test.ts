import { beforeEach, expect, it } from 'vitest';
import type { Display } from '../../../../infra/local/demo/display.ts';
import { createLines } from '../../../../infra/local/demo/lines.ts';
import type { TablePicture } from '../../../../infra/local/demo/picture.ts';

let said: string[];
let now: number;
let lines: Display;

beforeEach(() => {
  said = [];
  now = 0;
  lines = createLines(
    (line) => said.push(line),
    () => now,
  );
});

it('tells each change of the state once', () => {
  for (const state of ['QUEUED', 'RUNNING', 'RUNNING', 'SUCCEEDED']) {
    lines.show({ state, scn: '42', tables: [] });
  }
  lines.close();
  expect(said).toEqual(['job QUEUED', 'job RUNNING at SCN 42', 'job SUCCEEDED']);
});

it('tells a table at most once in two seconds while rows arrive, and at once when it is done', () => {
  at(0, { phase: 'waiting' });
  at(100, { rows: 1_000, rowsPerSecond: 900, percent: 1 });
  at(2_099, { rows: 2_000, rowsPerSecond: 950, percent: 2 });
  at(2_100, { rows: 12_000, rowsPerSecond: 1_234.5, percent: 12.34 });
  at(9_000, { rows: 12_000, rowsPerSecond: 0, percent: 12.34 });
  at(9_001, { phase: 'done', rows: 98_765, percent: 100 });
  at(9_002, { phase: 'done', rows: 98_765, percent: 100 });
  expect(said).toEqual([
    '  A.T: 1,000 rows so far, 1.0 %, 900 rows/s',
    '  A.T: 12,000 rows so far, 12.3 %, 1,235 rows/s',
    '  A.T: 98,765 rows',
  ]);
});

it('tells a table that failed, also after it was said to be done', () => {
  at(0, { phase: 'done', rows: 7 });
  at(1, { phase: 'failed' });
  at(2, { phase: 'failed' });
  expect(said).toEqual(['  A.T: 7 rows', '  A.T: failed']);
});

function at(time: number, table: Partial<TablePicture>) {
  now = time;
  const still = { name: 'A.T', phase: 'moving', rows: 0, rowsPerSecond: 0, percent: 0 } as const;
  lines.show({ state: '', scn: null, tables: [{ ...still, ...table }] });
}
