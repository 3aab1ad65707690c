import { expect, it } from 'vitest';
import {
  formatReceipt,
  isVerified,
  type Receipt,
  totalRows,
} from '../../../../infra/local/demo/receipt.ts';

const part = { name: 'A.T/part-00000-a1.jsonl.gz', rows: 1, bytes: 1, crc32c: '', generation: '1' };
const receipt: Receipt = {
  job: {
    id: 'job-1',
    version: 3,
    state: 'SUCCEEDED',
    output: { bucket: 'b', prefix: 'p/' },
  },
  scn: '4000012',
  tables: [
    {
      owner: 'A',
      table: 'T',
      rows: 1_200,
      verified_rows: 1_200,
      parts: [part],
      bytes: 9_000,
      problems: [],
    },
    {
      owner: 'A',
      table: 'LONGER',
      rows: 0,
      verified_rows: 0,
      parts: [],
      bytes: 0,
      problems: ['no'],
    },
  ],
  durations: new Map([['A.T', 600]]),
  objects: 5,
  outputDir: '/some/where',
  seconds: 1.25,
};

it('names job, version, SCN and folder', () => {
  expect(formatReceipt(receipt)).toContain('Job job-1, version 3: SUCCEEDED at SCN 4000012');
  expect(formatReceipt(receipt)).toContain('5 objects lie in /some/where');
});

it('has a line per table with rows, bytes, parts, rate and verdict in columns', () => {
  const lines = formatReceipt(receipt).split('\n');
  expect(lines.slice(3, 6)).toEqual([
    'table      rows  bytes  parts  rows/s  verified',
    'A.T       1,200  9,000      1   2,000       yes',
    'A.LONGER      0      0      0       -        NO',
  ]);
});

it('says that it is verified only when no table has a problem', () => {
  const [good] = receipt.tables;
  const sound = { ...receipt, tables: good ? [good] : [] };
  expect(isVerified(sound)).toBe(true);
  expect(formatReceipt(sound)).toContain('Every part was read back');
  expect(isVerified(receipt)).toBe(false);
  expect(formatReceipt(receipt)).toContain('NOT VERIFIED');
  expect(isVerified({ ...receipt, tables: [] })).toBe(false);
});

it('adds up the rows', () => {
  expect(totalRows(receipt)).toBe(1_200);
});
