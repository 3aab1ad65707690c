import { expect, it } from 'vitest';
import type { ExtractionView } from '../../../../infra/local/demo/api.ts';
import { createPicture, type TableWord } from '../../../../infra/local/demo/picture.ts';

it('shows a table that nobody has claimed as waiting, also when the stream lists it', () => {
  const picture = createPicture();
  picture.see({ state: 'RUNNING', scn: '42', extractions: [extraction('PENDING', 0, 0)] });
  hear(picture, { rows: 0, rowsPerSecond: 0, percent: 0 });
  expect(picture.current()).toEqual({
    state: 'RUNNING',
    scn: '42',
    tables: [{ name: 'A.T', phase: 'waiting', rows: 0, rowsPerSecond: 0, percent: 0 }],
  });
});

it('never goes back to what the record has committed', () => {
  const picture = createPicture();
  hear(picture, { rows: 30, rowsPerSecond: 10, percent: 30 });
  picture.see({ state: 'RUNNING', extractions: [extraction('PENDING', 0, 0)] });
  expect(picture.current().tables).toEqual([
    { name: 'A.T', phase: 'moving', rows: 30, rowsPerSecond: 10, percent: 30 },
  ]);
});

it('keeps the last word about a table that is done', () => {
  const picture = createPicture();
  hear(picture, { rows: 120, rowsPerSecond: 10, percent: 99.9 });
  picture.see({ state: 'RUNNING', extractions: [extraction('RUNNING', 1, 100)] });
  hear(picture, { rows: 99, rowsPerSecond: 10, percent: 99 });
  expect(picture.current().tables).toEqual([
    { name: 'A.T', phase: 'done', rows: 100, rowsPerSecond: 0, percent: 100 },
  ]);
});

it('shows a table as failed even when all of it had been committed', () => {
  const picture = createPicture();
  hear(picture, { rows: 100, done: true, percent: 100 });
  hear(picture, { rows: 100, failed: true, percent: 100 });
  expect(picture.current().tables[0]?.phase).toBe('failed');
});

it('takes the job from an event, and keeps an SCN that a later word leaves out', () => {
  const picture = createPicture();
  picture.hear({ job: { state: 'RUNNING', scn: '42' }, tables: [], terminal: false });
  picture.see({ state: 'VERIFYING' });
  expect(picture.current()).toEqual({ state: 'VERIFYING', scn: '42', tables: [] });
});

function hear(picture: ReturnType<typeof createPicture>, word: Partial<TableWord>) {
  const silent = { name: 'A.T', done: false, failed: false, rows: 0, rowsPerSecond: 0, percent: 0 };
  picture.hear({ tables: [{ ...silent, ...word }], terminal: false });
}

function extraction(state: string, splits_done: number, rows: number): ExtractionView {
  return { owner: 'A', table: 'T', state, rows, splits_done, splits_total: 1 };
}
