import { expect, it } from 'vitest';
import type { ExtractionView } from '../../../../infra/local/demo/api.ts';
import type { TablePicture } from '../../../../infra/local/demo/picture.ts';
import { createStopwatch } from '../../../../infra/local/demo/stopwatch.ts';

it('times a table from the last look at which it waited to the first word of its end', () => {
  const stopwatch = createStopwatch(0);
  stopwatch.look([extraction('PENDING')], 100);
  stopwatch.look([extraction('PENDING')], 200);
  stopwatch.look([extraction('RUNNING')], 300);
  stopwatch.stop([picture('moving')], 400);
  stopwatch.stop([picture('done')], 500);
  stopwatch.stop([picture('done')], 600);
  expect([...stopwatch.durations]).toEqual([['A.T', 300]]);
});

it('times a table that was claimed when it was first seen from the look before', () => {
  const stopwatch = createStopwatch(0);
  stopwatch.look([], 100);
  stopwatch.look([extraction('RUNNING')], 200);
  stopwatch.stop([picture('failed')], 450);
  expect(stopwatch.durations.get('A.T')).toBe(350);
});

it('times a table that only the stream has told of from the last look', () => {
  const stopwatch = createStopwatch(0);
  stopwatch.look([], 100);
  stopwatch.stop([picture('done')], 150);
  expect(stopwatch.durations.get('A.T')).toBe(50);
});

function extraction(state: string): ExtractionView {
  return { owner: 'A', table: 'T', state, rows: 0, splits_done: 0, splits_total: 1 };
}

function picture(phase: TablePicture['phase']): TablePicture {
  return { name: 'A.T', phase, rows: 0, rowsPerSecond: 0, percent: 0 };
}
