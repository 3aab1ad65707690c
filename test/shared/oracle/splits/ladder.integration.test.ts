import { describe, expect, it } from 'vitest';
import type { LocalTable } from '../../../../infra/local/oracle/database.ts';
import type { TableKind } from '../../../../shared/domain/table.ts';
import { createOracleSource } from '../../../../shared/oracle/source.ts';
import { oracleSettings } from '../../../../shared/oracle-config.ts';
import { silent } from '../fixture.ts';
import { createTable, divide, live, numbered, readAll, sorted, useSplits } from './fixture.ts';

const oracle = useSplits();
const { database } = oracle;
const byYear = {
  kind: 'PARTITIONED',
  partitions: {
    parts: [{ name: 'P0' }, { name: 'P1' }, { name: 'P2' }],
    choose: ([id]) => `P${Number(id) % 3}`,
  },
} as const satisfies Partial<LocalTable>;

async function methodFor(user: string, table: Partial<LocalTable>, rows = numbered(2_000)) {
  const source = oracle.open(user);
  const { layout } = await divide(source, createTable(database, rows, table), 4);
  return { method: layout.method, ranges: layout.ranges.length };
}

describe('the way to divide a table', () => {
  it.each([
    ['extents', 'extents', 4],
    ['half', 'sampled rowids', 4],
    ['chunks', 'chunks', 4],
    ['samples', 'sampled rowids', 4],
  ])('for a user with the rights %s is %s', async (user, method, ranges) => {
    const layout = { extentBlocks: 2 };
    expect(await methodFor(user, { layout })).toEqual({ method, ranges });
    expect(oracle.server.statements).toEqual([]);
    expect(oracle.server.tasks()).toEqual([]);
  });

  it.each<[LocalTable['kind'] & string, string]>([
    ['PARTITIONED', 'extents'],
    ['MATERIALIZED VIEW', 'extents'],
    ['IOT', 'whole table'],
    ['VIEW', 'whole table'],
    ['EXTERNAL', 'whole table'],
    ['TEMPORARY', 'whole table'],
    ['CLUSTER', 'whole table'],
  ])('of kind %s is %s', async (kind, method) => {
    expect(await methodFor('extents', { kind })).toMatchObject({ method });
  });

  it('of an index-organized table are its partitions, else ranges of its key', async () => {
    const primaryKey = ['ID'];
    const partitioned = { ...byYear, kind: 'IOT' as const, primaryKey };
    expect(await methodFor('extents', partitioned)).toEqual({ method: 'partitions', ranges: 3 });
    expect(await methodFor('extents', { kind: 'IOT', primaryKey })).toEqual({
      method: 'key ranges',
      ranges: 5,
    });
  });

  it('has a part for NULLs that a constraint without VALIDATE left in a key', async () => {
    const source = oracle.open('extents');
    const columns = [{ name: 'ID', type: 'NUMBER' as const, nullable: false }];
    const definition = { owner: 'HR', name: 'NOVALIDATE', columns, kind: 'IOT' as const };
    const table = createTable(database, [], { ...definition, primaryKey: ['ID'] });
    const ids = numbered(100).map(([id]) => [id]);
    database.insert('HR', 'NOVALIDATE', ids);
    const { layout } = await divide(source, table, 4);
    const nulls = { kind: 'conditions', conditions: [{ column: 'ID', op: 'is_null' }] };
    expect(layout.ranges.at(-1)).toEqual(nulls);
  });

  it('of a partitioned table of which some lies outside the database is none', async () => {
    expect(await methodFor('extents', { ...byYear, isHybrid: true })).toMatchObject({
      method: 'whole table',
    });
  });

  it('of blocks that have no place in a ROWID is left to Oracle', async () => {
    const layout = { files: [1_024], firstBlock: 2 ** 22 - 4 };
    expect(await methodFor('extents', { layout })).toMatchObject({ method: 'sampled rowids' });
  });

  it.each(['extents', 'chunks', 'samples'])(
    'of a table without rows is %s, or none',
    async (user) => {
      const { method, ranges } = await methodFor(user, {}, []);
      expect(method).toBe('whole table');
      expect(ranges).toBe(1);
    },
  );

  it('asks nothing for a single split', async () => {
    const source = oracle.open('extents');
    const request = { owner: 'NO', table: 'SUCH', kind: 'table' as const, scn: '1', splits: 1 };
    expect(await source.divide(request)).toEqual({
      method: 'whole table',
      ranges: [{ kind: 'whole' }],
    });
  });

  it.each<TableKind>(['table', 'partitioned table', 'index-organized table'])(
    'of a %s that nobody may see is none',
    async (kind) => {
      const request = { owner: 'NO', table: 'SUCH', kind, scn: '1', splits: 9 };
      const { method } = await oracle.open('samples').divide(request);
      expect(method).toBe('whole table');
    },
  );

  it('is not guessed when the snapshot is lost', async () => {
    const source = oracle.open('samples');
    const table = createTable(database, numbered(100), { kind: 'IOT', primaryKey: ['ID'] });
    const scn = String(database.currentScn());
    database.move('HR', table.table);
    const dividing = source.divide({ ...table, kind: 'index-organized table', scn, splits: 4 });
    await expect(dividing).rejects.toMatchObject({ code: 'TABLE_CHANGED' });
  });

  it('is another one when Oracle takes too long over the first', async () => {
    const settings = { user: 'samples', password: 'secret', call_timeout_seconds: 1 };
    const { connectString: connect_string, faults } = oracle.server;
    const config = oracleSettings.parse({ ...settings, connect_string });
    const source = createOracleSource(config, { action: 'test', log: silent });
    const table = createTable(database, numbered(2_000), byYear);
    const stalled = faults.stallAfterRows(0, table.table);
    const { layout } = await divide(source, table, 4);
    expect([stalled.consumed, layout.method]).toEqual([1, 'partitions']);
    await source.close();
  });

  it('is not looked for any more after an abort', async () => {
    const table = createTable(database, numbered(100));
    const request = { ...table, kind: 'table' as const, scn: '1', splits: 4 };
    const source = oracle.open('samples');
    await expect(source.divide(request, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });
});

describe('on a standby', () => {
  const standby = useSplits({ isStandby: true });

  it('chunks cannot be made, and a sample is taken', async () => {
    const table = createTable(standby.database, numbered(2_000), { layout: { extentBlocks: 2 } });
    const { layout } = await divide(standby.open('chunks'), table, 4);
    expect(layout.method).toBe('sampled rowids');
    expect(standby.server.tasks()).toEqual([]);
  });
});

describe('a table that is moved after it was divided', () => {
  async function divided() {
    const source = oracle.open('extents');
    const table = createTable(database, numbered(1_000), { layout: { extentBlocks: 2 } });
    const [before] = await source.catalogue.identities([table]);
    const { layout, ...query } = await divide(source, table, 3);
    const identity = async () => (await source.catalogue.identities([table]))[0];
    const read = () => readAll(source, { table, ...query }, layout);
    return { table, before, identity, read };
  }

  it('cannot be read as it was', async () => {
    const { table, before, identity, read } = await divided();
    database.move('HR', table.table);
    await expect(read()).rejects.toMatchObject({ code: 'TABLE_CHANGED' });
    expect(await identity()).not.toBe(before);
  });

  it('shows by its identity even if Oracle says nothing', async () => {
    const { table, before, identity, read } = await divided();
    expect(await identity()).toBe(before);
    database.move('HR', table.table, 'unnoticed');
    const rows = (await read()).flat();
    expect(sorted(rows)).toEqual(sorted(numbered(1_000)));
    expect(await identity()).not.toBe(before);
  });
});

it('no more than one session is used, and its tasks are dropped when the table is divided twice', async () => {
  const source = oracle.open('chunks');
  const table = createTable(database, numbered(500), { layout: { extentBlocks: 1 } });
  const layouts = await Promise.all([divide(source, table, 3), divide(source, table, 4)]);
  expect(layouts.map(({ layout }) => layout.ranges.length)).toEqual([3, 4]);
  expect(oracle.server.tasks()).toEqual([]);
  expect(live.aborted).toBe(false);
});
