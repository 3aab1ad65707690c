import { describe, expect, it } from 'vitest';
import type { RowQuery } from '../../../shared/ports/oracle.ts';
import { collect } from './fixture.ts';
import { createTable, live, numbered, useSplits } from './splits/fixture.ts';

const oracle = useSplits();
const columns: RowQuery['columns'] = [
  {
    name: 'ID',
    field: 'ID',
    oracleType: 'NUMBER',
    bigQueryType: 'NUMERIC',
    nullable: true,
    encoding: { kind: 'number' },
  } as RowQuery['columns'][number],
];

/** A table whose past is closed to the user `now`, whose pool has one session. */
function present(rows: number) {
  if (oracle.database.findTable('HR', 'PRESENT')) oracle.database.drop('HR', 'PRESENT');
  return { ...createTable(oracle.database, numbered(rows), { name: 'PRESENT' }), columns };
}

describe('without the right to read the past', () => {
  it('a table is counted and read in one transaction, whatever is committed meanwhile', async () => {
    const query = present(2_500);
    const source = oracle.open('now');
    const scn = await source.currentScn();
    await expect(source.count(query, { scn })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });

    const counts: number[] = [];
    const onCount = (rows: number) => {
      counts.push(rows);
      oracle.database.delete('HR', 'PRESENT', ([id]) => Number(id) % 2 === 0);
      oracle.database.insert('HR', 'PRESENT', [['9999', 'late']]);
    };
    const rows = await collect(source.rows({ ...query, scn, onCount }, live));
    expect(counts).toEqual([2_500]);
    expect(rows.map(([id]) => id)).toEqual(numbered(2_500).map(([id]) => id));
    expect(await source.count(query, {})).toBe(1_251);
    expect(oracle.server.statements).toEqual([]);
  });

  it('only the chosen rows are counted, and a limit does not change that', async () => {
    const counts: number[] = [];
    const filter = [{ column: 'ID', op: '<=', compare: 'number', values: ['5'] }] as const;
    const query = {
      ...present(20),
      filter,
      limit: 2,
      onCount: (rows: number) => counts.push(rows),
    };
    expect(await collect(oracle.open('now').rows(query, live))).toHaveLength(2);
    expect(counts).toEqual([5]);
  });

  it.each(['left in the middle', 'aborted', 'failed'])(
    'the transaction of a reader that is %s is over for the next one',
    async (how) => {
      const query = present(3_000);
      const source = oracle.open('now');
      const stop = new AbortController();
      if (how === 'failed') oracle.server.faults.errorAtRow(1_500, 600, 'internal', 'PRESENT');
      const reading = async () => {
        for await (const _ of source.rows({ ...query, onCount: () => undefined }, stop.signal)) {
          if (how === 'left in the middle') break;
          if (how === 'aborted') stop.abort(new Error('enough'));
        }
      };
      await reading().catch(() => undefined);
      oracle.database.insert('HR', 'PRESENT', [['9999', 'late']]);
      expect(await source.count(query, {})).toBe(3_001);
      const counts: number[] = [];
      await collect(source.rows({ ...query, onCount: (rows) => counts.push(rows) }, live));
      expect(counts).toEqual([3_001]);
    },
  );
});

it('a session says what it is for, and its next user says something else', async () => {
  const source = oracle.open('now');
  const query = present(1);
  const before = oracle.server.actions.length;
  await collect(source.rows({ ...query, action: `split 7 of ${'ü'.repeat(40)}` }, live));
  await source.ping();
  expect(oracle.server.actions.slice(before)).toEqual([`split 7 of ${'ü'.repeat(26)}`, 'test']);
});
