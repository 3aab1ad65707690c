import oracledb from 'oracledb';
import { describe, expect, it } from 'vitest';
import { useColumn, VERSIONS, WHOLE } from './fixture.ts';

const SHORT = 'CASE WHEN DBMS_LOB.GETLENGTH("C") <= 1000 THEN "C" END AS "SHORT"';
const LONG = 'CASE WHEN DBMS_LOB.GETLENGTH("C") > 1000 THEN "C" END AS "LONG"';

describe.each(VERSIONS)('on %s', (version) => {
  const { connection, database, roundTrip, select, store } = useColumn(version);

  it('LONG and LONG RAW arrive whole', async () => {
    const texts = ['x', 'é😀'.repeat(100_000), null, 'y'.repeat(65_535)];
    const bytes = texts.map((text) => (text === null ? null : Buffer.from(text)));
    const hex = bytes.map((value) => value?.toString('hex') ?? null);

    expect(await roundTrip({ type: 'LONG' }, texts)).toEqual(texts);
    expect(await roundTrip({ type: 'LONG RAW' }, hex)).toEqual(bytes);
  });

  it('VARCHAR2, NVARCHAR2 and RAW hold 32,767 bytes, CHAR 2,000', async () => {
    const lengths = [1, 4000, 4001, 32_766];
    const texts = lengths.map((length) => 'x'.repeat(length));
    const national = texts.map((text) => text.slice(0, 16_383));
    const bytes = lengths.map((length) => Buffer.alloc(length + 1, length));

    expect(await roundTrip({ type: 'VARCHAR2', length: 32_767 }, texts)).toEqual(texts);
    expect(await roundTrip({ type: 'NVARCHAR2', length: 16_383 }, national)).toEqual(national);
    const hex = bytes.map((value) => value.toString('hex'));
    expect(await roundTrip({ type: 'RAW', length: 32_767 }, hex)).toEqual(bytes);
    const [padded] = await roundTrip({ type: 'CHAR', length: 2000 }, ['x']);
    expect(padded).toBe('x'.padEnd(2000));
    await expect(
      roundTrip({ type: 'VARCHAR2', length: 32_767 }, ['é'.repeat(16_384)]),
    ).rejects.toThrow(/longer than/);
  });

  it('long columns stand beside each other and a LOB', async () => {
    const columns = [
      { name: 'TEXT', type: 'VARCHAR2', length: 32_767 },
      { name: 'LONG', type: 'LONG' },
      { name: 'BYTES', type: 'RAW', length: 32_767 },
      { name: 'LOB', type: 'CLOB' },
      { name: 'JSON', type: 'JSON' },
      { name: 'N', type: 'NUMBER' },
    ] as const;
    database.createTable({ owner: 'C', name: 'MANY', columns: [...columns] });
    const text = 'x'.repeat(32_767);
    database.insert('C', 'MANY', [
      [text, text, '00'.repeat(32_767), text, '{}', 1],
      [null, null, null, null, null, null],
    ]);

    expect(await select('"TEXT", "LONG", "BYTES", "LOB", "JSON", "N"', 'MANY', WHOLE)).toEqual([
      [text, text, Buffer.alloc(32_767), text, '{}', '1'],
      [null, null, null, null, null, null],
    ]);
  });

  it.each(['CLOB', 'NCLOB', 'BLOB'] as const)(
    'a %s comes in line up to a length, and by a locator beyond it',
    async (type) => {
      const values = ['', null, 'ab'.repeat(500), 'ab'.repeat(501), 'ab'.repeat(1001)];
      const limit = type === 'BLOB' ? 3 : 2;
      const read = async ([short, long]: (oracledb.Lob | string | Buffer | null)[]) => [
        Buffer.isBuffer(short) ? short.toString('hex') : short,
        isLocator(long) ? (await long.getData())?.toString() : long,
      ];
      const rows = await select<oracledb.Lob | string>(
        `${SHORT}, ${LONG}`,
        store({ type }, values),
        {
          fetchTypeHandler: ({ name, dbType }) => {
            if (name !== 'SHORT') return undefined;
            return { type: dbType === oracledb.DB_TYPE_BLOB ? oracledb.BUFFER : oracledb.STRING };
          },
        },
      );

      expect(await Promise.all(rows.map(read))).toEqual(
        values.map((value, index) => {
          const [short, long] = index <= limit ? [value || null, null] : [null, value];
          return type === 'BLOB' && long
            ? [short, Buffer.from(long, 'hex').toString()]
            : [short, long];
        }),
      );
    },
  );

  it('pieces of a text that part surrogate pairs give the text when they are joined', async () => {
    const text = 'a😀é'.repeat(500);
    const [row] = await select<oracledb.Lob>(LONG, store({ type: 'CLOB' }, [text]));
    const lob = row?.[0];
    const pieces: (string | Buffer | null | undefined)[] = [];
    for (let at = 1; at <= text.length; at += 7) pieces.push(await lob?.getData(at, 7));

    expect(pieces.some((piece) => !String(piece).isWellFormed())).toBe(true);
    expect(pieces.join('')).toBe(text);
  });

  it('a length is asked of a LOB only', () =>
    expect(roundTrip({ type: 'VARCHAR2' }, ['x'], SHORT)).rejects.toMatchObject({ errorNum: 932 }));

  it.each([
    'CASE WHEN DBMS_LOB.GETLENGTH("C") < 5 THEN "C" END',
    'CASE WHEN DBMS_LOB.GETLENGTH("C") <= 5 THEN "D" END',
    'CASE WHEN DBMS_LOB.GETLENGTH("C") > 5 THEN "C"',
    'JSON_SERIALIZE("C")',
    'XMLSERIALIZE(DOCUMENT "C" AS CLOB)',
    'ROWIDTOCHAR()',
    'CAST("C" AS NUMBER)',
    'TO_CHAR("C")',
  ])('%s is not known', (expression) =>
    expect(roundTrip({ type: 'CLOB' }, ['x'], expression)).rejects.toMatchObject({ errorNum: 900 }),
  );

  it('ROWNUM limits the rows, by a number or a bind', async () => {
    const table = store(
      { type: 'NUMBER' },
      Array.from({ length: 30 }, (_, i) => i),
    );
    const query = `SELECT "C" FROM "C"."${table}"`;
    const count = async (where: string, binds: oracledb.BindParameters = []) =>
      (await connection().execute(`${query} ${where}`, binds, { fetchArraySize: 4 })).rows?.length;
    const scn = database.currentScn();
    database.delete('C', table, ([id]) => Number(id) < 10);

    expect(await count('WHERE ROWNUM <= 5')).toBe(5);
    expect(await count('WHERE ROWNUM <= :n AND ROWNUM <= :m', [7, 9])).toBe(7);
    expect(await count('WHERE ROWNUM <= :n', [100])).toBe(20);
    expect(await count('AS OF SCN :scn WHERE ROWNUM <= :n', { scn, n: 29 })).toBe(29);
    expect(await count('WHERE ROWNUM <= :n', [0])).toBe(0);
    expect(await count('WHERE ROWNUM <= :n', [null])).toBe(0);
    const { rows } = await connection().execute(
      `SELECT COUNT(*) FROM "C"."${table}" WHERE ROWNUM <= 12`,
    );
    expect(rows).toEqual([[12]]);
  });
});

function isLocator(value: unknown): value is oracledb.Lob {
  return typeof value === 'object' && value !== null && 'getData' in value;
}
