import oracledb from 'oracledb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchAll, useOracle } from './fixture.ts';

const oracle = useOracle();
let connection: oracledb.Connection;

beforeAll(async () => {
  connection = await oracle.connect();
  oracle.database.createTable({
    owner: 'HR',
    name: 'T',
    columns: [
      { name: 'ID', type: 'NUMBER' },
      { name: 'PADDED', type: 'CHAR', length: 4 },
      { name: 'WORD', type: 'VARCHAR2', length: 10 },
      { name: 'DAY', type: 'DATE' },
      { name: 'BYTES', type: 'RAW', length: 4 },
      { name: 'PICTURE', type: 'BLOB' },
    ],
  });
  oracle.database.insert('HR', 'T', [
    [1, 'ab', 'ab', '2024-02-29T00:00:00', '00FF', ''],
    [2, null, null, null, null, null],
    ['9007199254740993', 'abcd', 'ab  ', '1582-10-15T00:00:00', 'FF', '00'],
  ]);
});
afterAll(() => connection.close());

const sqlOf = (condition: string) => `SELECT "ID" FROM "HR"."T" WHERE ${condition}`;

async function select(condition: string, binds: oracledb.BindParameters = []): Promise<unknown[]> {
  const rows = await fetchAll(connection, sqlOf(condition), { binds });
  return rows.map(([id]) => id);
}

describe('text', () => {
  it('is padded with blanks only where both sides are CHAR', async () => {
    const char = (val: string) => [{ val, type: oracledb.DB_TYPE_CHAR }];
    expect(await select('"PADDED" = :1', char('ab'))).toEqual(['1']);
    expect(await select('"PADDED" = :1', ['ab'])).toEqual([]);
    expect(await select('"PADDED" = :1', ['ab  '])).toEqual(['1']);
    expect(await select('"WORD" = :1', char('ab'))).toEqual(['1']);
  });

  it('padded by a blank is greater than by a character below it', async () => {
    const bind = [{ val: 'ab\t', type: oracledb.DB_TYPE_CHAR }];
    expect(await select('"PADDED" > :1', bind)).toEqual(['1', '9007199254740993']);
  });
});

describe('NULL', () => {
  it('is neither equal nor different', async () => {
    expect(await select('"WORD" != :1', ['x'])).toEqual(['1', '9007199254740993']);
    expect(await select('"WORD" = :1', [null])).toEqual([]);
    expect(await select('"WORD" != :1', [null])).toEqual([]);
    expect(await select('"WORD" LIKE :1 ESCAPE \'\\\'', [null])).toEqual([]);
    expect(await select('"WORD" IN (:1, :2)', ['ab', null])).toEqual(['1']);
    expect(await select('"ID" = TO_NUMBER(:1)', [null])).toEqual([]);
  });

  it('is what IS NULL finds, in a LOB too, where nothing else is found', async () => {
    expect(await select('"PICTURE" IS NULL')).toEqual(['2']);
    expect(await select('"PICTURE" IS NOT NULL')).toEqual(['1', '9007199254740993']);
    await expect(select('"PICTURE" = HEXTORAW(:1)', ['00'])).rejects.toMatchObject({
      errorNum: 932,
    });
  });
});

it('numbers are compared by all their digits', async () => {
  expect(await select('"ID" = TO_NUMBER(:1)', ['9007199254740992'])).toEqual([]);
  expect(await select('"ID" > TO_NUMBER(:1)', ['9007199254740992'])).toEqual(['9007199254740993']);
  expect(await select('"ID" = TO_NUMBER(:1)', ['1.0E0'])).toEqual(['1']);
  expect(await select('"ID" = :1', [1])).toEqual(['1']);
});

it('a thousand values may be in a list', async () => {
  const values = Array.from({ length: 1000 }, (_, index) => String(index));
  const list = values.map((_, index) => `TO_NUMBER(:b${index})`).join(', ');
  expect(await select(`"ID" IN (${list})`, values)).toEqual(['1', '2']);
});

it('conditions stand beside the SCN and the limit, their binds in order of appearance', async () => {
  const scn = oracle.database.currentScn();
  const sql = 'SELECT COUNT(*) FROM "HR"."T" AS OF SCN :s WHERE "WORD" >= :w AND ROWNUM <= :n';
  const { rows } = await connection.execute(sql, { s: scn, w: 'ab', n: 1 });
  expect(rows).toEqual([[1]]);
});

it.each([
  ['"ID" = TO_NUMBER(:1)', 'one', 1722],
  ['"DAY" = TO_DATE(:1, \'SYYYY-MM-DD"T"HH24:MI:SS\')', '2024-02-29', 1861],
  ['"BYTES" = HEXTORAW(:1)', 'XY', 1465],
  ['"WORD" LIKE :1 ESCAPE \'\\\'', 'a\\b', 1424],
  ['"NOPE" IS NULL OR :1', '1', 900],
  ['"NOPE" = :1', '1', 904],
  ['"DAY" = :1', '2024-02-29', 932],
  ['"DAY" = HEXTORAW(:1)', '00', 932],
])('%s of %j is refused as Oracle does', async (condition, value, errorNum) => {
  await expect(select(condition, [value])).rejects.toMatchObject({ errorNum });
});

it.each([
  '"ID" = 1',
  '"ID" IN ()',
  '"ID" IN (:1',
  '"ID" BETWEEN :1',
  '"ID" = :1 OR "ID" = :1',
  '"ID" = :1 AND',
  '"WORD" LIKE :1',
  "\"WORD\" LIKE 'x' ESCAPE '\\'",
  '"DAY" = TO_DATE(:1)',
  '"DAY" = TO_DATE(:1, \'YYYY\')',
  '"DAY" = CAST(:1 AS DATE)',
  '"DAY" IS NOT :1',
  'ID = :1',
])('what is not known is refused: %s', async (condition) => {
  const binds = Array.from(condition.matchAll(/:1/g), () => '1');
  await expect(select(condition, binds)).rejects.toMatchObject({ errorNum: 900 });
});
