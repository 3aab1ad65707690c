import type oracledb from 'oracledb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fetchAll, useOracle, VERSIONS } from './fixture.ts';

const OWNER = 'HR';
describe.each(VERSIONS)('on %s', (version) => {
  const oracle = useOracle(version);
  let connection: oracledb.Connection;
  let table = '';
  let tables = 0;

  beforeAll(async () => {
    connection = await oracle.connect();
  });
  afterAll(() => connection.close());
  beforeEach(() => {
    table = `T${++tables}`;
    oracle.database.createTable({
      owner: OWNER,
      name: table,
      columns: [
        { name: 'ID', type: 'NUMBER', precision: 10, scale: 0, nullable: false },
        { name: 'NAME', type: 'VARCHAR2', length: 100 },
      ],
    });
  });

  const insert = (from: number, to: number) =>
    oracle.database.insert(OWNER, table, people(from, to));
  const people = (from: number, to: number): [string, string][] =>
    Array.from({ length: to - from + 1 }, (_, i) => [String(from + i), `person ${from + i}`]);
  const select = () => `SELECT "ID", "NAME" FROM "${OWNER}"."${table}"`;

  describe('AS OF SCN', () => {
    it('shows the past after rows were inserted, changed and deleted', async () => {
      const created = oracle.database.currentScn();
      const three = insert(1, 3);
      const four = insert(4, 4);
      const changed = oracle.database.update(
        OWNER,
        table,
        ([id]) => id === '2',
        ([id]) => [id ?? null, 'renamed'],
      );
      const deleted = oracle.database.delete(OWNER, table, ([id]) => id === '1');
      const at = (scn: number) =>
        fetchAll(connection, `${select()} AS OF SCN :scn`, { binds: [scn] });

      expect(await at(created)).toEqual([]);
      expect(await at(three)).toEqual(people(1, 3));
      expect(await at(four)).toEqual(people(1, 4));
      const renamed = [['1', 'person 1'], ...people(3, 4), ['2', 'renamed']];
      expect(await at(changed)).toEqual(renamed);
      expect(await at(deleted)).toEqual(renamed.slice(1));
      expect(await fetchAll(connection, select())).toEqual(renamed.slice(1));
      expect([three, four, changed, deleted]).toEqual([1, 2, 3, 4].map((step) => created + step));
      expect([...oracle.database.rowsAt(OWNER, table, three)]).toEqual(people(1, 3));
    });

    it('counts what it would show', async () => {
      const before = insert(1, 250);
      oracle.database.delete(OWNER, table, ([id]) => Number(id) > 100);
      const count = `SELECT COUNT(*) FROM "${OWNER}"."${table}"`;

      const past = await connection.execute(`${count} AS OF SCN :scn`, { scn: before });
      const present = await connection.execute(count);
      const literal = await connection.execute(`${count} as of scn ${before}`);

      expect([past.rows, present.rows, literal.rows]).toEqual([[[250]], [[100]], [[250]]]);
    });

    it('keeps a query on its SCN while rows change between its fetches', async () => {
      insert(1, 300);
      const { resultSet } = await connection.execute<unknown[]>(select(), [], { resultSet: true });
      const first = await resultSet?.getRows(100);
      oracle.database.delete(OWNER, table, () => true);
      insert(1000, 1100);
      const rest = await resultSet?.getRows(1000);
      await resultSet?.close();

      expect([...(first ?? []), ...(rest ?? [])].map(([id]) => id)).toEqual(
        people(1, 300).map(([id]) => Number(id)),
      );
    });

    it('takes the SCN as a bind of text as well', async () => {
      const scn = insert(1, 2);
      const rows = await fetchAll(connection, `${select()} AS OF SCN :scn`, {
        binds: [String(scn)],
      });

      expect(rows).toEqual(people(1, 2));
    });

    it('answers as Oracle does for an SCN in the future, before the table or beyond undo', async () => {
      const first = insert(1, 1);
      const second = insert(2, 2);
      const at = (scn: unknown) =>
        connection.execute(`${select()} AS OF SCN :scn`, [scn as oracledb.BindParameter]);

      await expect(at(second + 1)).rejects.toMatchObject({ errorNum: 8181 });
      await expect(at(null)).rejects.toMatchObject({ errorNum: 8181 });
      await expect(at(4_000_000)).rejects.toMatchObject({ errorNum: 1466 });
      await expect(at(new Date())).rejects.toMatchObject({ errorNum: 932 });
      oracle.database.expireUndo(second);
      await expect(at(first)).rejects.toMatchObject({ errorNum: 1555 });
      await expect(at(second)).resolves.toMatchObject({
        rows: [
          [1, 'person 1'],
          [2, 'person 2'],
        ],
      });
    });

    it('fails a fetch once undo has expired under it', async () => {
      const scn = insert(1, 300);
      const { resultSet } = await connection.execute<unknown[]>(`${select()} AS OF SCN :1`, [scn], {
        resultSet: true,
      });
      await resultSet?.getRows(100);
      insert(301, 301);
      oracle.database.expireUndo(scn + 1);

      await expect(resultSet?.getRows(100)).rejects.toMatchObject({ errorNum: 1555 });
      await expect(connection.ping()).resolves.toBeUndefined();
    });
  });

  describe('a query', () => {
    it.each([1, 2, 3, 99, 100, 101, 1000])('is fetched whole in batches of %i', async (size) => {
      insert(1, 200);

      expect(await fetchAll(connection, select(), { size })).toEqual(people(1, 200));
    });

    it.each([0, 1, 2, 200, 500])(
      'returns all rows at once with prefetchRows %i',
      async (prefetch) => {
        insert(1, 200);
        const { rows } = await connection.execute<unknown[]>(select(), [], {
          prefetchRows: prefetch,
        });

        expect(rows?.length).toBe(200);
      },
    );

    it('is executed again from the statement cache, with other binds', async () => {
      const first = insert(1, 1);
      const second = insert(2, 2);
      const sql = `${select()} AS OF SCN :scn`;
      const at = async (scn: number | string) =>
        (await fetchAll(connection, sql, { binds: [scn] })).length;

      expect([await at(first), await at(second), await at(first)]).toEqual([1, 2, 1]);
      expect([await at(String(second)), await at(second)]).toEqual([2, 2]);
    });

    it('takes any spelling of keywords and space, and names its columns', async () => {
      insert(1, 1);
      const sql = `select"NAME"as "Who",\n\t"ID" , "ID" "again" From "${OWNER}" . "${table}"`;
      const { rows, metaData } = await connection.execute(sql);

      expect(rows).toEqual([['person 1', 1, 1]]);
      expect(metaData?.map(({ name }) => name)).toEqual(['Who', 'ID', 'again']);
      expect(metaData?.[1]).toMatchObject({ precision: 10, scale: 0, nullable: false });
    });

    it('reads names that look like syntax', async () => {
      const name = `A FROM B, "C`.replace('"', "'");
      oracle.database.createTable({
        owner: 'my.owner',
        name,
        columns: [{ name: 'x, y:z', type: 'NUMBER' }],
      });
      oracle.database.insert('my.owner', name, [[1]]);

      const rows = await fetchAll(connection, `SELECT "x, y:z" FROM "my.owner"."${name}"`);

      expect(rows).toEqual([['1']]);
    });

    it('streams rows larger than a packet', async () => {
      oracle.database.createTable({
        owner: OWNER,
        name: 'WIDE',
        columns: Array.from({ length: 6 }, (_, i) => ({
          name: `C${i}`,
          type: 'VARCHAR2' as const,
          length: 4000,
        })),
      });
      const row = (i: number) => Array.from({ length: 6 }, (_, c) => `${i}.${c} `.repeat(500));
      const rows = Array.from({ length: 300 }, (_, i) => row(i));
      oracle.database.insert(OWNER, 'WIDE', rows);
      const sql = `SELECT "C0","C1","C2","C3","C4","C5" FROM "${OWNER}"."WIDE"`;

      expect(await fetchAll(connection, sql, { size: 50 })).toEqual(rows);
      expect(await fetchAll(connection, sql, { size: 300 })).toEqual(rows);
    });

    it.each([512, 2048, 65_535, 2_097_152])('travels in packets of %i bytes', async (sdu) => {
      insert(1, 3000);
      const session = await oracle.connect({
        connectString: `${oracle.server.connectString}?sdu=${sdu}`,
      });

      expect(await fetchAll(session, select(), { size: 1000 })).toEqual(people(1, 3000));
      await session.close();
    });

    it('describes a table again when it was created anew in another shape', async () => {
      insert(1, 1);
      const sql = `SELECT "ID" FROM "${OWNER}"."${table}"`;
      await connection.execute(sql);
      oracle.database.drop(OWNER, table);
      await expect(connection.execute(sql)).rejects.toMatchObject({ errorNum: 942 });
      oracle.database.createTable({
        owner: OWNER,
        name: table,
        columns: [{ name: 'ID', type: 'VARCHAR2', length: 10 }],
      });
      oracle.database.insert(OWNER, table, [['one']]);

      expect((await connection.execute(sql)).rows).toEqual([['one']]);
    });

    it('answers ORA-00942 and ORA-00904 for unknown tables and columns, and where', async () => {
      const column = `SELECT "ID", "NOPE" FROM "${OWNER}"."${table}"`;
      await expect(connection.execute(column)).rejects.toMatchObject({ errorNum: 904, offset: 13 });
      await expect(connection.execute(column)).rejects.toThrow('"NOPE": invalid identifier');
      const elsewhere = 'SELECT "ID" FROM "HR"."NOPE"';
      await expect(connection.execute(elsewhere)).rejects.toMatchObject({
        errorNum: 942,
        offset: 17,
      });
      await expect(connection.execute('SELECT COUNT(*) FROM "hr"."T1"')).rejects.toMatchObject({
        errorNum: 942,
      });
      await expect(connection.execute(`${select()} AS OF SCN :scn`)).rejects.toThrow();
    });

    it.each([
      'SELECT * FROM "HR"."T1"',
      'SELECT "ID" FROM HR.T1',
      'SELECT "ID" FROM "HR"."T1" WHERE "ID" = 1',
      'SELECT "ID" FROM "HR"."T1" AS OF TIMESTAMP :t',
      'SELECT "ID" AS FROM "HR"."T1"',
      'SELECT TO_CHAR("ID") FROM "HR"."T1"',
      'SELECT "ID", FROM "HR"."T1"',
      'SELECT "ID" FROM "HR"."T1";',
      'ALTER SESSION SET SQL_TRACE = TRUE',
      'DELETE FROM "HR"."T1"',
    ])('that is not known is refused and recorded: %s', async (sql) => {
      const binds = sql.includes(':t') ? [1] : [];
      await expect(connection.execute(sql, binds)).rejects.toMatchObject({ errorNum: 900 });
      expect(oracle.server.statements).toContain(sql);
    });
  });

  describe('many at once', () => {
    it('serves ten sessions that read different tables', async () => {
      const names = Array.from({ length: 10 }, (_, i) => `MANY${i}`);
      for (const [i, name] of names.entries()) {
        oracle.database.createTable({
          owner: OWNER,
          name,
          columns: [{ name: 'N', type: 'NUMBER' }],
        });
        const rows = Array.from({ length: 1500 }, (_, n) => [i * 10_000 + n]);
        oracle.database.insert(OWNER, name, rows);
      }
      const read = async (name: string) => {
        const session = await oracle.connect();
        const rows = await fetchAll(session, `SELECT "N" FROM "${OWNER}"."${name}"`, { size: 70 });
        await session.close();
        return rows.map(([value]) => Number(value));
      };

      const results = await Promise.all(names.map(read));

      for (const [i, values] of results.entries()) {
        expect(values).toEqual(Array.from({ length: 1500 }, (_, n) => i * 10_000 + n));
      }
    });

    it('keeps many cursors open in one session', async () => {
      insert(1, 50);
      const sets = [];
      for (let i = 0; i < 40; i++) {
        const sql = `SELECT "ID" "I${i}" FROM "${OWNER}"."${table}"`;
        sets.push((await connection.execute<unknown[]>(sql, [], { resultSet: true })).resultSet);
      }
      for (const set of sets) expect(await set?.getRows(100)).toHaveLength(50);
      for (const set of sets) await set?.close();

      expect(await fetchAll(connection, select())).toEqual(people(1, 50));
    });
  });

  it('231,000 rows arrive complete and in order', async () => {
    insert(1, 231_000);
    const scn = oracle.database.currentScn();
    const { resultSet } = await connection.execute<[number, string]>(
      `${select()} AS OF SCN :scn`,
      [scn],
      { resultSet: true, fetchArraySize: 1000, prefetchRows: 1000 },
    );
    let expected = 0;
    for (
      let rows = await resultSet?.getRows(1000);
      rows?.length;
      rows = await resultSet?.getRows(1000)
    ) {
      for (const [id, name] of rows) {
        expected++;
        if (id !== expected || name !== `person ${expected}`)
          throw new Error(`row ${expected}: ${id}`);
      }
    }
    await resultSet?.close();

    expect(expected).toBe(231_000);
  });
});
