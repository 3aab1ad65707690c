import { expect, test } from 'vitest';
import { type Evidence, type Verdict, verifyJob } from '../../jobs/verify.ts';
import type { Extraction } from '../../shared/domain/extraction.ts';
import type { Job } from '../../shared/domain/job.ts';
import { partName } from '../../shared/domain/layout.ts';
import type { Part, Split } from '../../shared/domain/split.ts';
import { defaultOptions } from '../support/options.ts';

const prefix = 'exports/nightly/v000001-abcdefgh/';

test('a job succeeds when every table has all its splits, the counted rows and its parts in the bucket', () => {
  const verdict = verifyJob(job(), evidence([table('A', 10, [4, 6]), table('B', 0, [0])]));
  expect(verdict.outcome).toEqual({ state: 'SUCCEEDED' });
  expect(verdict.results.map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
});

test.each([9, 11])(
  'rows that do not add up to the count %i fail the table with both numbers',
  (counted) => {
    const { outcome, results } = verifyJob(job(), evidence([table('A', counted, [4, 6])]));
    expect(outcome.state).toBe('FAILED');
    expect(results[0]?.error).toMatchObject({
      code: 'VERIFICATION_FAILED',
      details: { exported_rows: 10, counted_rows: counted },
    });
    expect(outcome.error).toEqual(results[0]?.error);
  },
);

test('without a count the other checks still hold', () => {
  const uncounted = table('A', undefined, [4]);
  expect(verifyJob(job(), evidence([uncounted])).outcome.state).toBe('SUCCEEDED');
});

test('a split that is not done fails the table even when the rows add up', () => {
  const { extraction, splits } = table('A', 4, [4]);
  const verdict = verifyJob(
    job(),
    evidence([{ extraction: { ...extraction, splitsTotal: 2 }, splits }]),
  );
  expect(verdict.results[0]?.error).toMatchObject({
    code: 'VERIFICATION_FAILED',
    details: { splits_done: 1, splits_total: 2 },
  });
});

test('a failed split fails its table with its own error, and the job in part', () => {
  const good = table('A', 4, [4]);
  const bad = table('B', 4, [4]);
  const error = { code: 'VALUE_ERROR', message: 'Column X holds no date.' } as const;
  const failed = bad.splits.map((split) => ({
    ...split,
    state: 'FAILED' as const,
    parts: [],
    error,
  }));
  const verdict = verifyJob(job(), evidence([good, { ...bad, splits: failed }]));
  expect(verdict.outcome).toEqual({
    state: 'PARTIALLY_SUCCEEDED',
    error: {
      code: 'VALUE_ERROR',
      message: '1 of 2 tables failed; the first: Column X holds no date.',
    },
  });
  expect(verdict.results.map(({ state }) => state)).toEqual(['SUCCEEDED', 'FAILED']);
});

// https://firebase.google.com/docs/firestore/quotas#limits: all results are written in one request.
const requestBytes = 10 * 1024 * 1024;
const longest = 'Ä'.repeat(64);
const mostTables = Array.from({ length: 5_000 }, (_, position) => position);

test('however many tables fail with however long reports, their results fit into one request', () => {
  const error = { code: 'VALUE_ERROR', message: 'No date. '.repeat(1_000) } as const;
  const failed = mostTables.map((position): Table => {
    const { extraction } = table(`${position}`, 4, [4]);
    return { extraction: { ...extraction, phase: 'FAILED', error }, splits: [] };
  });
  const { outcome, results } = verifyJob(job(), evidence(failed));
  expect(outcome).toMatchObject({ state: 'FAILED', error: { code: 'VALUE_ERROR' } });
  expect(outcome.error?.message).toContain('5000 of 5000 tables failed; the first: No date.');
  expect(bytesOf(results)).toBeLessThan(requestBytes);
});

test('so do those of as many tables with the longest names, whose parts all lie elsewhere', () => {
  const name = partName(longest, longest, { split: 99_999, epoch: 9, attempt: 9, part: 9 });
  const moved = mostTables.map((position): Table => {
    const { extraction, splits } = table(`${position}`, 4, [4]);
    const parts = splits.flatMap((entry) => entry.parts.map((part) => ({ ...part, name })));
    return {
      extraction: { ...extraction, owner: longest, table: longest },
      splits: splits.map((entry) => ({ ...entry, parts })),
    };
  });
  const { results } = verifyJob(job(), { ...evidence(moved), objects: new Map() });
  expect(results.at(-1)?.error).toMatchObject({ details: { part: name } });
  expect(bytesOf(results)).toBeLessThan(requestBytes);
});

/** About what the writes of them take, each with the name of its document. */
function bytesOf(results: Verdict['results']): number {
  return Buffer.byteLength(JSON.stringify(results)) + 250 * results.length;
}

test.each([
  ['is gone', undefined],
  ['has another generation', { generation: '99' }],
  ['has other bytes', { crc32c: 'AAAAAA==' }],
])('a committed part that %s fails the table', (_, change) => {
  const facts = evidence([table('A', 4, [4])]);
  const name = `${prefix}S.A/part-00000-a1.jsonl.gz`;
  const objects = new Map(facts.objects);
  const stored = objects.get(name);
  if (change && stored) objects.set(name, { ...stored, ...change });
  else objects.delete(name);
  const verdict = verifyJob(job(), { ...facts, objects });
  expect(verdict.results[0]?.error).toMatchObject({
    code: 'VERIFICATION_FAILED',
    details: { part: 'S.A/part-00000-a1.jsonl.gz' },
  });
});

test('a job that is being cancelled ends cancelled, whatever its tables have done', () => {
  const verdict = verifyJob(job('CANCELLING'), evidence([table('A', 4, [4])]));
  expect(verdict.outcome).toMatchObject({ state: 'CANCELLED', error: { code: 'CANCELLED' } });
  expect(verdict.results.map(({ state }) => state)).toEqual(['CANCELLED']);
});

interface Table {
  readonly extraction: Extraction;
  readonly splits: readonly Split[];
}

function job(state: Job['state'] = 'VERIFYING'): Job {
  return {
    id: 'abcdefghijkl',
    tenant: 'default',
    transportId: 't',
    transportName: 'nightly',
    version: 1,
    state,
    tables: [],
    options: defaultOptions,
    output: { bucket: 'b', prefix },
    traceId: 'trace',
    createdAt: '2026-01-01T00:00:00.000Z',
    epoch: 1,
  };
}

function table(name: string, countedRows: number | undefined, rows: readonly number[]): Table {
  const extraction: Extraction = {
    id: name,
    owner: 'S',
    table: name,
    kind: 'table',
    position: 0,
    phase: 'READ',
    epoch: 1,
    failures: 0,
    scn: '4000001',
    columns: [],
    splitsTotal: rows.length,
    ...(countedRows !== undefined && { countedRows }),
  };
  return { extraction, splits: rows.map((count, position) => split(name, position, count)) };
}

function split(name: string, position: number, rows: number): Split {
  return {
    id: `${name}-1-${position}`,
    extractionId: name,
    epoch: 1,
    position,
    range: { kind: 'whole' },
    state: 'DONE',
    attempt: 1,
    failures: 0,
    uploads: [],
    parts: rows === 0 ? [] : [part(name, position, rows)],
  };
}

function part(table: string, position: number, rows: number): Part {
  return {
    name: `S.${table}/part-0000${position}-a1.jsonl.gz`,
    rows,
    bytes: rows * 10,
    bytesUncompressed: rows * 50,
    crc32c: 'yZRlqg==',
    generation: String(position + 1),
  };
}

function evidence(tables: readonly Table[]): Evidence {
  const splits = tables.flatMap((entry) => entry.splits);
  const stored = splits
    .flatMap((entry) => entry.parts)
    .map((entry) => ({ ...entry, name: prefix + entry.name }));
  return {
    extractions: tables.map((entry) => entry.extraction),
    splits,
    objects: new Map(stored.map((object) => [object.name, object])),
  };
}
