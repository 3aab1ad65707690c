import { describe, expect, it } from 'vitest';
import { splitsOf, totalsOf, withSplits } from '../../../shared/domain/extraction.ts';
import { aDoneSplit, anExtraction, aSplit } from '../../support/records.ts';

const times = anExtraction('TIMES', { splitsTotal: 3, phase: 'READING' });
const error = { code: 'VALUE_ERROR', message: 'bad' } as const;

describe('the totals of a table', () => {
  it('add up what was committed, in the order of the splits', () => {
    const splits = [
      aDoneSplit('TIMES', 2, 5),
      aSplit('TIMES', 1, { state: 'CLAIMED', attempt: 4, failures: 3 }),
      aDoneSplit('TIMES', 0, 7),
    ];
    expect(totalsOf(times, splits)).toMatchObject({
      state: 'RUNNING',
      rows: 12,
      bytes: 120,
      bytesUncompressed: 1080,
      splitsDone: 2,
      attempts: 6,
      parts: [{ rows: 7 }, { rows: 5 }],
    });
  });

  it('pass over other tables and other epochs', () => {
    const own = aDoneSplit('TIMES', 0, 1);
    const foreign = [aDoneSplit('COSTS', 0, 10), { ...aDoneSplit('TIMES', 0, 100), epoch: 1 }];
    expect(totalsOf(times, [...foreign, own]).rows).toBe(1);
    expect(splitsOf(times, [...foreign, own])).toEqual([own]);
  });

  it('are the same when all tables are looked up at once, also for one without splits', () => {
    const own = [aDoneSplit('TIMES', 0, 1), aSplit('TIMES', 1)];
    const splits = [aDoneSplit('COSTS', 0, 10), ...own];
    const nothing = anExtraction('NOTHING');
    expect(withSplits([times, nothing], splits)).toEqual([
      { extraction: times, splits: own },
      { extraction: nothing, splits: [] },
    ]);
  });

  it('parts are counted only of splits that are done', () => {
    const { parts } = aDoneSplit('TIMES', 0, 9);
    expect(totalsOf(times, [aSplit('TIMES', 0, { state: 'CLAIMED', parts })]).rows).toBe(0);
  });

  it.each(['PENDING', 'PLANNING'] as const)('in phase %s the table is pending', (phase) => {
    const totals = totalsOf({ ...times, phase, splitsTotal: 0, error }, []);
    expect(totals).toMatchObject({ state: 'PENDING', rows: 0, splitsDone: 0, parts: [] });
    expect(totals).not.toHaveProperty('error');
  });

  it.each(['READING', 'CHECKING', 'READ'] as const)('in phase %s it runs', (phase) => {
    expect(totalsOf({ ...times, phase }, [aSplit('TIMES', 0)])).toMatchObject({ state: 'RUNNING' });
  });

  it('a table that failed says why, and a failed split says it first', () => {
    expect(totalsOf({ ...times, phase: 'FAILED', error }, [])).toMatchObject({
      state: 'FAILED',
      error,
    });
    const failed = aSplit('TIMES', 1, { state: 'FAILED', error });
    const splits = [aSplit('TIMES', 0, { error: { ...error, message: 'passing' } }), failed];
    expect(totalsOf({ ...times, phase: 'READING' }, splits)).toMatchObject({ error });
  });

  it('the count comes from the plan or, without an SCN, with the rows', () => {
    expect(totalsOf({ ...times, countedRows: 5 }, []).countedRows).toBe(5);
    const counted = { ...aDoneSplit('TIMES', 0, 7), countedRows: 7 };
    expect(totalsOf(times, [counted]).countedRows).toBe(7);
    expect(totalsOf(times, [aDoneSplit('TIMES', 0, 7)])).not.toHaveProperty('countedRows');
  });

  it('values with characters that were replaced are added up by field', () => {
    const [part] = aDoneSplit('TIMES', 0, 1).parts;
    const parts = [{ B: 2, C: 1 }, { A: 1, B: 1 }, undefined].map((replacements) => ({
      ...(part as NonNullable<typeof part>),
      ...(replacements && { replacements }),
    }));
    const { replacements } = totalsOf(times, [aSplit('TIMES', 0, { state: 'DONE', parts })]);
    expect(Object.entries(replacements)).toEqual([
      ['A', 1],
      ['B', 3],
      ['C', 1],
    ]);
  });

  it('once decided, the result stands, whatever the splits say', () => {
    const result = { state: 'FAILED', error } as const;
    const decided = { ...times, result };
    expect(totalsOf(decided, [aDoneSplit('TIMES', 0, 1)])).toMatchObject(result);
    const good = { ...times, result: { state: 'SUCCEEDED' } as const };
    expect(totalsOf(good, [aDoneSplit('TIMES', 0, 1)]).state).toBe('SUCCEEDED');
  });
});
