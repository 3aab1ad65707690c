import { describe, expect, it } from 'vitest';
import type { OracleSource, TableName } from '../../../../shared/ports/oracle.ts';
import { createTable, numbered, useSplits } from '../splits/fixture.ts';

const oracle = useSplits();
const nowhere: TableName = { owner: 'HR', table: 'NOWHERE' };
const partitions = {
  parts: [{ name: 'A' }, { name: 'B' }],
  choose: ([id]: readonly unknown[]) => (Number(id) % 2 === 0 ? 'A' : 'B'),
};

describe('the identity of a table', () => {
  const identityOf = async (source: OracleSource, table: TableName) =>
    (await source.catalogue.identities([table]))[0];

  it('stays while rows come and go, and changes with a definition and with a move', async () => {
    const source = oracle.open('samples');
    const table = createTable(oracle.database, numbered(10));
    const first = await identityOf(source, table);
    expect(first).toMatch(/^[\w-]{22}$/);
    oracle.database.insert('HR', table.table, numbered(1_000));
    oracle.database.delete('HR', table.table, () => true);
    expect(await identityOf(source, table)).toBe(first);
    oracle.database.ddl('HR', table.table);
    const second = await identityOf(source, table);
    oracle.database.move('HR', table.table, 'unnoticed');
    const third = await identityOf(source, table);
    oracle.database.drop('HR', table.table);
    createTable(oracle.database, numbered(10), { name: table.table });
    const fourth = await identityOf(source, table);
    expect(new Set([first, second, third, fourth]).size).toBe(4);
  });

  it.each(['VIEW', 'IOT', 'EXTERNAL', 'PARTITIONED', 'MATERIALIZED VIEW'] as const)(
    'is there for a %s as well',
    async (kind) => {
      const source = oracle.open('samples');
      const table = createTable(oracle.database, [], { kind, partitions });
      const first = await identityOf(source, table);
      oracle.database.ddl('HR', table.table);
      expect(await identityOf(source, table)).not.toBe(first);
    },
  );

  it('is asked for many tables at once, in their order, with none for what is not there', async () => {
    const tables = Array.from({ length: 250 }, () => createTable(oracle.database, []));
    const asked = [nowhere, ...tables, nowhere];
    const identities = await oracle.open('samples').catalogue.identities(asked);
    expect(identities.map((identity) => identity !== undefined)).toEqual(
      asked.map((table) => table !== nowhere),
    );
    expect(new Set(identities).size).toBe(251);
    expect(await oracle.open('samples').catalogue.identities([])).toEqual([]);
  });
});

describe('the size of a table', () => {
  it('is that of its extents, over all its partitions, and unknown without any', async () => {
    const layout = { rowsPerBlock: 10, extentBlocks: 4 };
    const plain = createTable(oracle.database, numbered(100), { layout });
    const kind = 'PARTITIONED' as const;
    const parted = createTable(oracle.database, numbered(100), { layout, kind, partitions });
    const empty = createTable(oracle.database, []);
    const view = createTable(oracle.database, numbered(100), { kind: 'VIEW' });
    const sizes = await oracle
      .open('extents')
      .catalogue.sizes([nowhere, plain, parted, empty, view]);
    expect(sizes).toEqual([undefined, 12 * 8_192, 16 * 8_192, undefined, undefined]);
  });

  it('is unknown to a user who may not look', async () => {
    const table = createTable(oracle.database, numbered(100));
    expect(await oracle.open('samples').catalogue.sizes([table, nowhere])).toEqual([
      undefined,
      undefined,
    ]);
  });
});
