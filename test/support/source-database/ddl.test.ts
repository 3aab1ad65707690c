import { describe, expect, it } from 'vitest';
import type { LocalColumn } from '../../../infra/local/oracle/database.ts';
import { createStatements, dropStatements } from './ddl.ts';

const id: LocalColumn = { name: 'ID', type: 'NUMBER', precision: 4, scale: 0, nullable: false };

/** Spelled as in https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html */
const types: [Omit<LocalColumn, 'name'>, string][] = [
  [{ type: 'NUMBER' }, 'NUMBER'],
  [{ type: 'NUMBER', precision: 9 }, 'NUMBER(9)'],
  [{ type: 'NUMBER', precision: 5, scale: -2 }, 'NUMBER(5, -2)'],
  [{ type: 'NUMBER', scale: 0 }, 'NUMBER(*, 0)'],
  [{ type: 'FLOAT' }, 'FLOAT'],
  [{ type: 'FLOAT', precision: 63 }, 'FLOAT(63)'],
  [{ type: 'BINARY_DOUBLE' }, 'BINARY_DOUBLE'],
  [{ type: 'VARCHAR2' }, 'VARCHAR2(4000 CHAR)'],
  [{ type: 'VARCHAR2', length: 30 }, 'VARCHAR2(30 CHAR)'],
  [{ type: 'CHAR' }, 'CHAR(1 CHAR)'],
  [{ type: 'CHAR', length: 3 }, 'CHAR(3 CHAR)'],
  [{ type: 'NVARCHAR2', length: 20 }, 'NVARCHAR2(20)'],
  [{ type: 'NVARCHAR2' }, 'NVARCHAR2(2000)'],
  [{ type: 'NCHAR' }, 'NCHAR(1)'],
  [{ type: 'RAW', length: 16 }, 'RAW(16)'],
  [{ type: 'LONG RAW' }, 'LONG RAW'],
  [{ type: 'DATE' }, 'DATE'],
  [{ type: 'TIMESTAMP' }, 'TIMESTAMP(6)'],
  [{ type: 'TIMESTAMP WITH TIME ZONE', scale: 9 }, 'TIMESTAMP(9) WITH TIME ZONE'],
  [{ type: 'TIMESTAMP WITH LOCAL TIME ZONE', scale: 0 }, 'TIMESTAMP(0) WITH LOCAL TIME ZONE'],
  [{ type: 'INTERVAL YEAR TO MONTH', precision: 9 }, 'INTERVAL YEAR(9) TO MONTH'],
  [{ type: 'INTERVAL DAY TO SECOND', scale: 9 }, 'INTERVAL DAY(2) TO SECOND(9)'],
  [{ type: 'NCLOB' }, 'NCLOB'],
  [{ type: 'UROWID' }, 'UROWID'],
  [{ type: 'JSON' }, 'JSON'],
  [{ type: 'VECTOR' }, 'VECTOR(*, FLOAT32)'],
  [{ type: 'VECTOR', dimensions: 3, format: 'INT8' }, 'VECTOR(3, INT8)'],
  [{ type: 'XMLTYPE' }, 'XMLTYPE'],
  [{ type: 'ANYDATA' }, 'SYS.ANYDATA'],
  [{ type: 'OBJECT', typeOwner: 'MDSYS', typeName: 'SDO_GEOMETRY' }, '"MDSYS"."SDO_GEOMETRY"'],
];

describe('a table for tests', () => {
  it.each(types)('has a column %o as %s', (column, spelled) => {
    const table = { name: 'T', columns: [{ name: 'C', ...column }] };
    expect(createStatements('FERRY', table)).toEqual([`CREATE TABLE "FERRY"."T" ("C" ${spelled})`]);
  });

  it('keeps the case of its names, and carries its comments', () => {
    const table = {
      name: 'odd $#.name',
      columns: [id, { name: 'Mixed case', type: 'CLOB' as const }],
      comment: "the shop's",
      columnComments: { 'Mixed case': 'text' },
    };
    expect(createStatements('FERRY', table)).toEqual([
      'CREATE TABLE "FERRY"."odd $#.name" ("ID" NUMBER(4, 0) NOT NULL, "Mixed case" CLOB)',
      `COMMENT ON TABLE "FERRY"."odd $#.name" IS 'the shop''s'`,
      `COMMENT ON COLUMN "FERRY"."odd $#.name"."Mixed case" IS 'text'`,
    ]);
  });

  it.each([
    [
      'IOT',
      ['CREATE TABLE "F"."T" ("ID" NUMBER(4, 0) NOT NULL, PRIMARY KEY ("ID")) ORGANIZATION INDEX'],
    ],
    [
      'PARTITIONED',
      ['CREATE TABLE "F"."T" ("ID" NUMBER(4, 0) NOT NULL) PARTITION BY HASH ("ID") PARTITIONS 4'],
    ],
    [
      'VIEW',
      [
        'CREATE TABLE "F"."T base" ("ID" NUMBER(4, 0) NOT NULL)',
        'CREATE VIEW "F"."T" AS SELECT * FROM "F"."T base"',
      ],
    ],
  ] as const)('may be of kind %s', (kind, statements) => {
    expect(createStatements('F', { name: 'T', kind, columns: [id] })).toEqual(statements);
  });

  it('is refused when it is of another kind, or its name would leave its quotes', () => {
    const external = { name: 'T', kind: 'EXTERNAL' as const, columns: [id] };
    expect(() => createStatements('F', external)).toThrow('tests make no EXTERNAL');
    expect(() => createStatements('F', { name: 'T"', columns: [id] })).toThrow('Oracle name');
  });

  it('goes with whatever was made under its name', () => {
    expect(dropStatements('F', 'T')).toEqual([
      'DROP VIEW "F"."T"',
      'DROP TABLE "F"."T" CASCADE CONSTRAINTS PURGE',
      'DROP TABLE "F"."T base" CASCADE CONSTRAINTS PURGE',
    ]);
  });
});
