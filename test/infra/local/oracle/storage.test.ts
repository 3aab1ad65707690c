import type oracledb from 'oracledb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalTable } from '../../../../infra/local/oracle/database.ts';
import { parseRowid } from '../../../../infra/local/oracle/rowids.ts';
import { fetchAll, useOracle, VERSIONS } from './fixture.ts';

describe.each(VERSIONS)('on %s', (version) => {
  const oracle = useOracle(version);
  let connection: oracledb.Connection;
  let tables = 0;

  beforeAll(async () => {
    connection = await oracle.connect();
  });
  afterAll(() => connection.close());

  function create(rows: number, more: Partial<LocalTable> = {}): string {
    const name = `S${++tables}`;
    oracle.database.createTable({
      owner: 'S',
      name,
      columns: [{ name: 'ID', type: 'NUMBER' }],
      ...more,
    });
    insert(name, 0, rows);
    return name;
  }
  function insert(name: string, from: number, to: number): void {
    const rows = Array.from({ length: to - from }, (_, index) => [from + index]);
    oracle.database.insert('S', name, rows);
  }
  async function select(items: string, table: string, rest = '', binds: string[] = []) {
    return fetchAll(connection, `SELECT ${items} FROM "S"."${table}" ${rest}`, { binds });
  }
  async function addresses(table: string) {
    const rows = await select('ROWID', table);
    return rows.map(([id]) => parseRowid(String(id)));
  }

  describe('rows', () => {
    it('fill the blocks of one extent after another, in the files in turn, past what others hold', async () => {
      const layout = { rowsPerBlock: 2, extentBlocks: 2, files: [21, 22], gap: () => 3 };
      const table = create(5, { layout });
      create(1, { layout });
      insert(table, 5, 13);
      const [first = { object: 0, file: 0, block: 0, row: 0 }, ...rest] = await addresses(table);
      const { object, block } = first;
      expect(first).toEqual({ object, file: 21, block, row: 0 });
      const at = (file: number, offset: number, row: number) => ({
        object,
        file,
        block: block + offset,
        row,
      });
      expect(rest.slice(0, 4)).toEqual([at(21, 0, 1), at(21, 1, 0), at(21, 1, 1), at(22, 0, 0)]);
      // Another table has taken an extent of the file 21 meanwhile.
      expect(rest[7]).toEqual(at(21, 10, 0));
    });

    it('keep their ROWIDs until they are moved, or go to another partition', async () => {
      const parts = [{ name: 'EVEN' }, { name: 'ODD' }];
      const choose = ([id]: readonly unknown[]) => (Number(id) % 2 === 0 ? 'EVEN' : 'ODD');
      const table = create(4, { kind: 'PARTITIONED', partitions: { parts, choose } });
      const before = await addresses(table);
      const objects = before.map((address) => address?.object);
      expect(objects[0]).toBe(objects[2]);
      expect(objects[0]).not.toBe(objects[1]);
      oracle.database.update(
        'S',
        table,
        ([id]) => id === '0',
        () => [11],
      );
      const after = await addresses(table);
      expect(after.slice(0, 3)).toEqual(before.slice(1));
      expect(after[3]).toEqual({ ...before[1], row: 2 });
      expect(await select('"ID"', table, 'PARTITION ("ODD")')).toEqual([['1'], ['3'], ['11']]);
      oracle.database.move('S', table);
      expect((await addresses(table)).some((moved) => objects.includes(moved?.object))).toBe(false);
    });

    it('cannot be read as they were before they were moved, unless nobody noticed', async () => {
      const [told, untold] = [create(3), create(3)];
      const scn = oracle.database.currentScn();
      oracle.database.move('S', told);
      oracle.database.move('S', untold, 'unnoticed');
      const past = `AS OF SCN ${scn}`;
      await expect(select('"ID"', told, past)).rejects.toMatchObject({ errorNum: 1466 });
      expect(await select('"ID"', untold, past)).toHaveLength(3);
    });
  });

  describe('a query of a table', () => {
    it('may be for a range of ROWIDs', async () => {
      const table = create(250);
      const ids = (await select('ROWID', table)).map(([id]) => String(id));
      const range = 'WHERE ROWID >= CHARTOROWID(:1) AND ROWID < CHARTOROWID(:2)';
      const rows = await select('"ID"', table, range, [ids[7] ?? '', ids[210] ?? '']);
      expect(rows.map(([id]) => Number(id))).toEqual(
        Array.from({ length: 203 }, (_, index) => index + 7),
      );
      await expect(select('"ID"', table, range, ['x', 'y'])).rejects.toMatchObject({
        errorNum: 1410,
      });
    });

    it('may be for a partition or a subpartition that there is', async () => {
      const parts = ['A1', 'A2', 'B1'].map((name) => ({ name, of: name.charAt(0) }));
      const choose = ([id]: readonly unknown[]) => parts[Number(id) % 3]?.name ?? '';
      const table = create(9, { kind: 'PARTITIONED', partitions: { parts, choose } });
      const count = async (rest: string) => (await select('COUNT(*)', table, rest))[0]?.[0];
      expect(await count('PARTITION ("A")')).toBe('6');
      expect(await count('SUBPARTITION ("A2")')).toBe('3');
      await expect(count('PARTITION ("C")')).rejects.toMatchObject({ errorNum: 2149 });
    });

    it('may be for a sample of its blocks, and for the extremes of a column', async () => {
      const table = create(1_000, { layout: { rowsPerBlock: 10 } });
      const blocks = 'DISTINCT SUBSTR(ROWIDTOCHAR(ROWID), 1, 15)';
      expect(await select(blocks, table)).toHaveLength(100);
      const some = await select(blocks, table, 'SAMPLE BLOCK (50.5)');
      expect(some.length).toBeGreaterThan(10);
      expect(some.length).toBeLessThan(90);
      expect(await select('MIN("ID"), MAX("ID")', table)).toEqual([['0', '999']]);
      expect(await select('MIN("ID"), MAX("ID")', create(0))).toEqual([[null, null]]);
    });
  });

  it('a READ ONLY transaction sees one state until it ends, and there is one at a time', async () => {
    const table = create(3);
    const begin = () => connection.execute('SET TRANSACTION READ ONLY');
    const count = async () => (await select('COUNT(*)', table))[0]?.[0];
    for (const end of ['commit', 'rollback'] as const) {
      const before = await count();
      await begin();
      insert(table, 100, 110);
      expect(await count()).toBe(before);
      await expect(begin()).rejects.toMatchObject({ errorNum: 1453 });
      await connection[end]();
      expect(await count()).toBe(String(Number(before) + 10));
    }
  });
});
