import { describe, expect, it } from 'vitest';
import { latestBody, latestVersion, manifestBody } from '../../../shared/domain/manifest.ts';
import { aDoneSplit, aJob, anExtraction, aSplit } from '../../support/records.ts';

const succeeded = { state: 'SUCCEEDED' } as const;
const times = anExtraction('TIMES', { position: 0, countedRows: 12, result: succeeded });
const costs = anExtraction('COSTS', { position: 1, result: succeeded });
const splits = [aDoneSplit('TIMES', 1, 5), aDoneSplit('TIMES', 0, 7), aDoneSplit('COSTS', 0, 1)];

describe('the manifest', () => {
  it('names exactly the committed parts, with the sums and the SCN as text', () => {
    const manifest = JSON.parse(manifestBody(aJob(), [costs, times], splits));
    expect(manifest).toEqual({
      job_id: aJob().id,
      transport: 'nightly',
      version: 12,
      scn: '9007199254740993',
      consistency: 'scn',
      state: 'SUCCEEDED',
      started_at: '2026-01-01T00:00:01.000Z',
      finished_at: '2026-01-01T00:00:09.000Z',
      tables: [
        expect.objectContaining({ table: 'TIMES', rows: 12, verified_rows: 12 }),
        expect.objectContaining({ table: 'COSTS', rows: 1, verified_rows: null }),
      ],
      failed: [],
    });
    expect(manifest.tables[0]).toMatchObject({
      owner: 'SH',
      scn: '9007199254740993',
      epoch: 2,
      schema: 'SH.TIMES/_schema.json',
      load: 'SH.TIMES/_load.json',
    });
    expect(manifest.tables[0].parts[0]).toEqual({
      name: 'SH.TIMES/part-00000-a1.jsonl.gz',
      rows: 7,
      bytes: 70,
      bytes_uncompressed: 630,
      crc32c: 'AAAAAA==',
      generation: '17',
    });
  });

  it('rule 5: has the same bytes in whatever order the records are read', () => {
    const details = { b: [{ d: 1, c: null }], a: 2 };
    const error = { code: 'VALUE_ERROR', message: 'no', details } as const;
    const failed = { ...costs, result: { state: 'FAILED', error } } as const;
    const reordered = {
      details: { a: 2, b: [{ c: null, d: 1 }] },
      message: 'no',
      code: 'VALUE_ERROR',
    } as const;
    const same = { ...failed, result: { state: 'FAILED', error: reordered } } as const;
    const first = manifestBody(aJob(), [times, failed], splits);
    expect(manifestBody(aJob(), [same, times], splits.toReversed())).toBe(first);
    expect(JSON.parse(first).failed).toEqual([{ owner: 'SH', table: 'COSTS', error }]);
  });

  it('lists a failed table with its reason, and none of its parts', () => {
    const error = { code: 'VERIFICATION_FAILED', message: '11 of 12 rows' } as const;
    const short = { ...times, result: { state: 'FAILED', error } } as const;
    const job = aJob({ outcome: { state: 'PARTIALLY_SUCCEEDED' } });
    const manifest = JSON.parse(manifestBody(job, [short, costs], splits));
    expect(manifest.state).toBe('PARTIALLY_SUCCEEDED');
    expect(manifest.tables).toMatchObject([{ table: 'COSTS' }]);
    expect(manifest.failed).toEqual([{ owner: 'SH', table: 'TIMES', error }]);
  });

  it('a table without a result counts as failed, with or without a known reason', () => {
    const { result: _, ...undecided } = times;
    const open = JSON.parse(manifestBody(aJob(), [undecided], [aSplit('TIMES', 0)]));
    expect(open).toMatchObject({ tables: [], failed: [{ table: 'TIMES', error: null }] });
  });

  it('with an SCN per table there is none for the job', () => {
    const { scn: _, ...job } = aJob({ consistency: 'scn-per-table' });
    const manifest = JSON.parse(manifestBody(job, [{ ...times, scn: '5' }], splits));
    expect(manifest).toMatchObject({ scn: null, consistency: 'scn-per-table' });
    expect(manifest.tables).toMatchObject([{ scn: '5', consistency: 'scn' }]);
    expect(JSON.parse(latestBody(job)).scn).toBeNull();
  });
});

describe('how the tables of a manifest belong together', () => {
  const consistencyOf = (...tables: Parameters<typeof manifestBody>[1]) =>
    JSON.parse(manifestBody(aJob(), tables, splits)).consistency;

  it('by the SCN of the job, while every table has it', () => {
    expect(consistencyOf(times, costs)).toBe('scn');
    expect(consistencyOf(times, { ...costs, scn: '9007199254740999', epoch: 3 })).toBe(
      'scn-per-table',
    );
  });

  it('not at all where one was read in a transaction, with the count of that transaction', () => {
    const { scn: _, ...rest } = costs;
    const table = { ...rest, consistency: 'transaction' } as const;
    expect(consistencyOf(times, table)).toBe('transaction');
    const counted = splits.map((split) => ({ ...split, countedRows: 1 }));
    const manifest = JSON.parse(manifestBody(aJob(), [table], counted));
    expect(manifest.tables).toMatchObject([
      { scn: null, consistency: 'transaction', rows: 1, verified_rows: 1 },
    ]);
  });
});

describe('latest.json', () => {
  it('says where the newest complete version lies', () => {
    const body = latestBody(aJob());
    expect(JSON.parse(body)).toEqual({
      version: 12,
      job_id: aJob().id,
      scn: '9007199254740993',
      prefix: 'nightly/v000012-01234567/',
      manifest: 'nightly/v000012-01234567/_manifest.json',
      finished_at: '2026-01-01T00:00:09.000Z',
    });
    expect(latestVersion(body)).toBe(12);
  });

  it.each([undefined, '', 'no JSON', 'null', '[]', '{}', '{"version":"12"}', '{"version":1.5}'])(
    'of the content %j counts as none',
    (body) => {
      expect(latestVersion(body)).toBe(0);
    },
  );
});
