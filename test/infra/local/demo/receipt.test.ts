import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
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
  outputDir: '/some/where/b/p/',
  here: '/else/where',
  seconds: 1.25,
};

it('says what happened', () => {
  expect(formatReceipt(receipt)).toContain(
    [
      'Job job-1, version 3: SUCCEEDED',
      '1,200 rows of 2 tables went from Oracle to Cloud Storage,',
      'all as they were at SCN 4000012, in 1.3 s with the start of all servers.',
    ].join('\n'),
  );
  expect(formatReceipt({ ...receipt, scn: null })).toContain('each as it was at an SCN of its own');
});

describe('where to look', () => {
  it('names the folder, the manifest and a command for the first part', () => {
    expect(endOf(receipt)).toEqual([
      'The 5 objects of the job lie as files in',
      '  /some/where/b/p/',
      'The manifest lists every part that counts, with its rows, bytes and checksum:',
      '  /some/where/b/p/_manifest.json',
      'See the first rows of a part:',
      '  gunzip -c /some/where/b/p/A.T/part-00000-a1.jsonl.gz | head -3',
    ]);
  });

  it('is named from where the reader is, when it lies below', () => {
    const [, folder, , manifest] = endOf({ ...receipt, here: '/some' });
    expect([folder, manifest]).toEqual(['  where/b/p/', '  where/b/p/_manifest.json']);
  });

  it('is a command that a shell takes as it stands', () => {
    const folder = mkdtempSync(join(tmpdir(), "receipt's $HOME "));
    mkdirSync(join(folder, 'A.T'));
    writeFileSync(join(folder, part.name), gzipSync('{"N":1}\n{"N":2}\n{"N":3}\n{"N":4}\n'));
    const command = String(endOf({ ...receipt, outputDir: folder }).at(-1));
    const output = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(output).toBe('{"N":1}\n{"N":2}\n{"N":3}\n');
  });

  it('offers no part when there is none', () => {
    expect(endOf({ ...receipt, tables: [] }).at(-1)).toBe('  /some/where/b/p/_manifest.json');
  });
});

it('has a line per table with rows, bytes, parts, rate and verdict in columns', () => {
  const lines = formatReceipt(receipt).split('\n');
  expect(lines.slice(5, 8)).toEqual([
    'table      rows  bytes  parts  rows/s  verified',
    'A.T       1,200  9,000      1   2,000       yes',
    'A.LONGER      0      0      0       -        NO',
  ]);
});

it('says that it is verified only when no table has a problem', () => {
  const [good] = receipt.tables;
  const sound = { ...receipt, tables: good ? [good] : [] };
  expect(isVerified(sound)).toBe(true);
  expect(formatReceipt(sound)).toContain('Verified: every part was read back');
  expect(isVerified(receipt)).toBe(false);
  expect(formatReceipt(receipt)).toContain('NOT VERIFIED');
  expect(isVerified({ ...receipt, tables: [] })).toBe(false);
});

it('adds up the rows', () => {
  expect(totalRows(receipt)).toBe(1_200);
});

/** The lines about where things are. */
function endOf(shown: Receipt): string[] {
  const lines = formatReceipt(shown).trimEnd().split('\n');
  return lines.slice(lines.findIndex((line) => line.startsWith(`The ${shown.objects} objects`)));
}
