import oracledb from 'oracledb';
import { describe, expect, it } from 'vitest';
import type { LocalColumn, Value } from '../../../infra/local/oracle/database.ts';
import { executeInsert, insertStatements } from './inserts.ts';
import { openLocalDatabase } from './local.ts';

function inserts(columns: LocalColumn[], rows: Value[][]) {
  return insertStatements('F', { name: 'T', columns }, rows);
}

const day = `'SYYYY-MM-DD"T"HH24:MI:SS'`;
const time = `'SYYYY-MM-DD"T"HH24:MI:SS.FF9'`;
const offset = `'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM'`;
const region = `'SYYYY-MM-DD"T"HH24:MI:SS.FF9 TZR'`;

/**
 * By hand from https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Format-Models.html and the pages
 * of the functions beside it.
 */
const values: [Omit<LocalColumn, 'name'>, Value, string, unknown][] = [
  [{ type: 'NUMBER' }, '-.5', 'TO_NUMBER(:1)', '-.5'],
  [{ type: 'NUMBER' }, 12, 'TO_NUMBER(:1)', '12'],
  [{ type: 'FLOAT' }, null, 'TO_NUMBER(:1)', null],
  [{ type: 'VARCHAR2' }, 'żółć', ':1', 'żółć'],
  [{ type: 'VARCHAR2' }, '', ':1', null],
  [{ type: 'DATE' }, '2024-02-29T23:59:58', `TO_DATE(:1, ${day})`, ' 2024-02-29T23:59:58'],
  [{ type: 'DATE' }, '-4712-01-01T00:00:00', `TO_DATE(:1, ${day})`, '-4712-01-01T00:00:00'],
  [
    { type: 'TIMESTAMP' },
    '0001-01-01T00:00:00',
    `TO_TIMESTAMP(:1, ${time})`,
    ' 0001-01-01T00:00:00.000000000',
  ],
  [
    { type: 'TIMESTAMP WITH TIME ZONE' },
    '2024-02-29T23:59:58.5-05:30',
    `TO_TIMESTAMP_TZ(:1, ${offset})`,
    ' 2024-02-29T23:59:58.500000000-05:30',
  ],
  [
    { type: 'TIMESTAMP WITH TIME ZONE' },
    '2024-02-29T23:59:58Z',
    `TO_TIMESTAMP_TZ(:1, ${offset})`,
    ' 2024-02-29T23:59:58.000000000+00:00',
  ],
  [
    { type: 'TIMESTAMP WITH TIME ZONE' },
    '2024-02-29T23:59:58 Europe/Berlin',
    `TO_TIMESTAMP_TZ(:1, ${region})`,
    ' 2024-02-29T23:59:58.000000000 Europe/Berlin',
  ],
  [
    { type: 'TIMESTAMP WITH TIME ZONE' },
    '2024-10-27T02:30:00+02:00 Europe/Berlin',
    `TO_TIMESTAMP_TZ(:1, ${offset}) AT TIME ZONE 'Europe/Berlin'`,
    ' 2024-10-27T02:30:00.000000000+02:00',
  ],
  [
    { type: 'TIMESTAMP WITH TIME ZONE' },
    '1880-01-01T00:00:00+00:53:28 Europe/Berlin',
    `(TO_TIMESTAMP_TZ(:1, ${offset}) - INTERVAL '28' SECOND) AT TIME ZONE 'Europe/Berlin'`,
    ' 1880-01-01T00:00:00.000000000+00:53',
  ],
  [
    { type: 'TIMESTAMP WITH TIME ZONE' },
    '1880-01-01T00:00:00-04:56:02 America/New_York',
    `(TO_TIMESTAMP_TZ(:1, ${offset}) + INTERVAL '02' SECOND) AT TIME ZONE 'America/New_York'`,
    ' 1880-01-01T00:00:00.000000000-04:56',
  ],
  [{ type: 'TIMESTAMP WITH TIME ZONE' }, null, `TO_TIMESTAMP_TZ(:1, ${offset})`, null],
  [
    { type: 'TIMESTAMP WITH LOCAL TIME ZONE' },
    '2024-02-29T23:59:58.1Z',
    `TO_TIMESTAMP_TZ(:1, ${offset})`,
    ' 2024-02-29T23:59:58.100000000+00:00',
  ],
  [{ type: 'INTERVAL YEAR TO MONTH' }, '-1-2', 'TO_YMINTERVAL(:1)', '-1-2'],
  [{ type: 'INTERVAL DAY TO SECOND' }, '4 5:12:10.222', 'TO_DSINTERVAL(:1)', '4 5:12:10.222'],
  [{ type: 'RAW' }, '00ff', ':1', Buffer.of(0, 255)],
  [{ type: 'BINARY_DOUBLE' }, '-Infinity', ':1', Number.NEGATIVE_INFINITY],
  [{ type: 'BINARY_FLOAT' }, '1.5', ':1', 1.5],
  [{ type: 'ROWID' }, 'AAASjbAAEAAAACXAAA', 'CHARTOROWID(:1)', 'AAASjbAAEAAAACXAAA'],
  [{ type: 'UROWID' }, '*BAEASbICwQL+', ':1', '*BAEASbICwQL+'],
  [{ type: 'BOOLEAN' }, true, 'TO_BOOLEAN(:1)', 'true'],
  [{ type: 'JSON' }, '{"a":1}', 'JSON(:1)', '{"a":1}'],
  [{ type: 'VECTOR' }, '[1,2.5]', 'TO_VECTOR(:1, *, FLOAT32)', '[1,2.5]'],
  [{ type: 'VECTOR', dimensions: 2, format: 'INT8' }, '[1,-2]', 'TO_VECTOR(:1, 2, INT8)', '[1,-2]'],
  [{ type: 'XMLTYPE' }, '<a/>', 'XMLTYPE(:1)', '<a/>'],
  [{ type: 'CLOB' }, null, ':1', null],
];

describe('a value for a real Oracle', () => {
  it.each(values)('of %o, %j, becomes %s', (column, value, expression, bind) => {
    const [insert, ...others] = inserts([{ name: 'C', ...column }], [[value]]);
    expect(insert?.sql).toBe(`INSERT INTO "F"."T" ("C") VALUES (${expression})`);
    expect(insert?.rows).toEqual([[bind]]);
    expect(others).toEqual([]);
  });

  it.each([
    ['CLOB', '', 'EMPTY_CLOB()'],
    ['NCLOB', '', 'EMPTY_CLOB()'],
    ['BLOB', '', 'EMPTY_BLOB()'],
    ['XMLTYPE', null, 'NULL'],
    ['BFILE', null, 'NULL'],
  ] as const)('of %s, %j, is %s and needs no bind', (type, value, expression) => {
    const [insert] = inserts([{ name: 'C', type }], [[value]]);
    expect(insert?.sql).toBe(`INSERT INTO "F"."T" ("C") VALUES (${expression})`);
    expect(insert).toMatchObject({ rows: [[]], options: { bindDefs: [] } });
  });

  it('of a type that text cannot make is refused', () => {
    expect(() => inserts([{ name: 'C', type: 'BFILE' }], [['x']])).toThrow('tests make no BFILE');
  });
});

describe('rows for a real Oracle', () => {
  const columns: LocalColumn[] = [
    { name: 'C', type: 'CLOB' },
    { name: 'Id', type: 'NUMBER' },
    { name: 'R', type: 'RAW' },
  ];

  it('are bound in arrays, long values behind all others', () => {
    const rows: Value[][] = [
      ['é', 1, 'ABCD'],
      [null, 2, null],
    ];
    expect(inserts(columns, rows)).toEqual([
      {
        sql: 'INSERT INTO "F"."T" ("Id", "R", "C") VALUES (TO_NUMBER(:1), :2, :3)',
        rows: [
          ['1', Buffer.of(0xab, 0xcd), 'é'],
          ['2', null, null],
        ],
        options: {
          autoCommit: true,
          bindDefs: [
            { type: oracledb.DB_TYPE_VARCHAR, maxSize: 1 },
            { type: oracledb.DB_TYPE_RAW, maxSize: 2 },
            { type: oracledb.DB_TYPE_VARCHAR, maxSize: 2 },
          ],
        },
      },
    ]);
  });

  it('that need other SQL, or are too many, begin another statement', () => {
    const many = Array.from({ length: 1_001 }, (_, index): Value[] => ['x', index, null]);
    const statements = inserts(columns, [...many, ['', 7, null]]);
    expect(statements.map(({ rows }) => rows.length)).toEqual([1_000, 1, 1]);
    expect(statements[2]?.sql).toMatch(/VALUES \(TO_NUMBER\(:1\), :2, EMPTY_CLOB\(\)\)$/);
  });

  it.each([
    ['BINARY_FLOAT', 1, { type: oracledb.DB_TYPE_BINARY_FLOAT }],
    ['BINARY_DOUBLE', 1, { type: oracledb.DB_TYPE_BINARY_DOUBLE }],
    ['JSON', '{}', { type: oracledb.DB_TYPE_VARCHAR, maxSize: 2 }],
    ['JSON', `"${'x'.repeat(3_999)}"`, { type: oracledb.DB_TYPE_CLOB }],
    ['CLOB', 'x'.repeat(40_000), { type: oracledb.DB_TYPE_VARCHAR, maxSize: 40_000 }],
    ['NCLOB', 'é', { type: oracledb.DB_TYPE_NVARCHAR, maxSize: 2 }],
    ['BLOB', 'AB', { type: oracledb.DB_TYPE_RAW, maxSize: 1 }],
  ] as const)('bind %s in a form that holds it exactly', (type, value, bind) => {
    const [insert] = inserts([{ name: 'C', type }], [[value]]);
    expect(insert?.options.bindDefs).toEqual([bind]);
  });
});

/** The local server knows no INSERT, but it is asked only when the driver could make a message of the binds. */
it.each([
  ['NUMBER', ['1', null]],
  ['CLOB', ['x'.repeat(50_000), null, 'é']],
  ['CLOB', ['', '']],
  ['NCLOB', ['é'.repeat(40_000), '']],
  ['NVARCHAR2', ['漢字', null]],
  ['BINARY_FLOAT', ['NaN', '1.5', null]],
  ['BLOB', ['AB'.repeat(40_000), '', null]],
  ['TIMESTAMP WITH TIME ZONE', ['2024-10-27T02:30:00+02:00 Europe/Berlin', null]],
  ['JSON', ['{}', null]],
  ['XMLTYPE', [null, '<a/>']],
] as const)('the driver takes and sends values of %s', async (type, values) => {
  const database = await openLocalDatabase('23ai');
  const { user, password, connect_string: connectString } = database.config;
  const connection = await oracledb.getConnection({ user, password, connectString });
  const rows = values.map((value) => [value]);
  for (const insert of inserts([{ name: 'C', type }], rows)) {
    const unknown = { code: expect.stringMatching(/^ORA-00(900|932)$/) };
    await expect(executeInsert(connection, insert)).rejects.toMatchObject(unknown);
  }
  await connection.close();
  await database.close();
});
