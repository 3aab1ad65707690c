import { expect, it } from 'vitest';
import { parseStatusEvent, statusEventNames } from '../../../../infra/local/demo/status-events.ts';

const progress = {
  table: 'A.T',
  rows_processed: 30,
  rows_per_second: 12.5,
  progress_percent: 42.9,
  bytes_read: 900,
  bytes_uploaded: 90,
  splits_done: 1,
  splits_total: 2,
  eta_seconds: null,
};
const moving = {
  name: 'A.T',
  done: false,
  failed: false,
  rows: 30,
  rowsPerSecond: 12.5,
  percent: 42.9,
};
const job = {
  state: 'RUNNING',
  scn: '42',
  extractions: [
    { owner: 'A', table: 'T', state: 'RUNNING', rows: 9, splits_done: 1, splits_total: 2 },
  ],
};

it('reads the job and its tables from a snapshot', () => {
  const data = JSON.stringify({ job, progress: [progress], totals: {} });
  expect(parseStatusEvent('snapshot', data)).toEqual({ job, tables: [moving], terminal: false });
});

it('reads a snapshot that comes before any job', () => {
  const data = JSON.stringify({ job: null, progress: [], totals: {} });
  expect(parseStatusEvent('snapshot', data)).toEqual({ tables: [], terminal: false });
});

it('reads how far a table is', () => {
  const event = parseStatusEvent('progress', JSON.stringify(progress));
  expect(event).toEqual({ tables: [moving], terminal: false });
});

it.each([
  ['SUCCEEDED', 2, { done: true, failed: false }],
  ['FAILED', 1, { done: false, failed: true }],
])('reads that a table is %s', (state, splits_done, outcome) => {
  const event = parseStatusEvent('table', JSON.stringify({ ...progress, state, splits_done }));
  expect(event?.tables).toEqual([{ ...moving, ...outcome }]);
});

it('reads the end of the job', () => {
  const data = JSON.stringify({ job: { ...job, state: 'SUCCEEDED' } });
  expect(parseStatusEvent('terminal', data)).toEqual({
    job: { ...job, state: 'SUCCEEDED' },
    tables: [],
    terminal: true,
  });
});

it.each(['', '{', 'null', '{"table":"A.T"}'])('passes over %j', (data) => {
  for (const name of statusEventNames) expect(parseStatusEvent(name, data)).toBeUndefined();
});
