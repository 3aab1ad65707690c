import fc from 'fast-check';
import oracledb from 'oracledb';
import { describe, expect, it } from 'vitest';
import type { PlannedColumn } from '../../../shared/domain/column.ts';
import type { SplitRange } from '../../../shared/domain/split-range.ts';
import { quoteName } from '../../../shared/oracle/quote-name.ts';
import { countRows, selectRows } from '../../../shared/oracle/sql.ts';
import type { RowQuery } from '../../../shared/ports/oracle.ts';

function column(name: string, encoding: PlannedColumn['encoding']): PlannedColumn {
  return { name, field: name, oracleType: 'X', bigQueryType: 'X', nullable: true, encoding };
}

describe('a quoted name', () => {
  it.each(['EMPLOYEES', 'with space', "it's", 'a.b', '東京', '--', ';'])(
    'takes %j literally',
    (name) => {
      expect(quoteName(name)).toBe(`"${name}"`);
    },
  );

  it.each(['', 'a"b', '"', 'a\0b'])('refuses %j', (name) => {
    expect(() => quoteName(name)).toThrow(expect.objectContaining({ code: 'VALIDATION_ERROR' }));
  });

  it('never holds a quote inside, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        fc.pre(!name.includes('"') && !name.includes('\0'));
        const quoted = quoteName(name);
        expect(quoted.indexOf('"', 1)).toBe(quoted.length - 1);
        expect(quoted.slice(1, -1)).toBe(name);
      }),
    );
  });
});

describe('statements', () => {
  const table = { owner: 'HR', table: 'My Table' };
  const select = (columns: PlannedColumn[], more: Partial<RowQuery> = {}) =>
    selectRows({ ...table, columns, ...more }, { inlineLob: 4_096, driver: 'thin' });

  it('count at a bound SCN, or now', () => {
    expect(countRows(table, { scn: '123456789012345678' })).toEqual({
      sql: 'SELECT COUNT(*) FROM "HR"."My Table" AS OF SCN :scn',
      binds: { scn: 123456789012345678n },
    });
    expect(countRows(table, {})).toEqual({
      sql: 'SELECT COUNT(*) FROM "HR"."My Table"',
      binds: {},
    });
  });

  it('choose rows by conditions and number, with every value bound', () => {
    const filter = [{ column: 'A', op: 'is_null' }] as const;
    const { sql, binds } = select([column('A', { kind: 'text' })], { scn: '5', filter, limit: 3 });
    expect(sql).toBe(
      'SELECT "A" FROM "HR"."My Table" AS OF SCN :scn WHERE "A" IS NULL AND ROWNUM <= :limit',
    );
    expect(binds).toEqual({ scn: 5n, limit: 3 });
  });

  const low = 'AAAAAAAABAAAAAAAAA';
  const high = 'AAAAAAAABAAAAABAAA';
  it.each<[SplitRange, string, Record<string, unknown>]>([
    [{ kind: 'whole' }, ' AS OF SCN :scn WHERE "A" = TO_NUMBER(:w0)', {}],
    [
      { kind: 'rowids', low, high },
      ' AS OF SCN :scn WHERE "A" = TO_NUMBER(:w0) AND ROWID >= CHARTOROWID(:low) AND ROWID <= CHARTOROWID(:high)',
      { low, high },
    ],
    [
      { kind: 'rowids', high, isHighOpen: true },
      ' AS OF SCN :scn WHERE "A" = TO_NUMBER(:w0) AND ROWID < CHARTOROWID(:high)',
      { high },
    ],
    [
      { kind: 'partition', name: 'P 1', level: 'partition' },
      ' PARTITION ("P 1") AS OF SCN :scn WHERE "A" = TO_NUMBER(:w0)',
      {},
    ],
    [
      { kind: 'partition', name: 'S', level: 'subpartition' },
      ' SUBPARTITION ("S") AS OF SCN :scn WHERE "A" = TO_NUMBER(:w0)',
      {},
    ],
    [
      {
        kind: 'conditions',
        conditions: [{ column: 'K', op: '>=', compare: 'number', values: ['7'] }],
      },
      ' AS OF SCN :scn WHERE "A" = TO_NUMBER(:w0) AND "K" >= TO_NUMBER(:w1)',
      { w1: { val: '7', type: oracledb.DB_TYPE_VARCHAR } },
    ],
  ])('choose the rows of the range %o among those of the filter', (range, behind, more) => {
    const filter = [{ column: 'A', op: '=', compare: 'number', values: ['1'] }] as const;
    const { sql, binds } = countRows(table, { scn: '5', filter, range });
    expect(sql).toBe(`SELECT COUNT(*) FROM "HR"."My Table"${behind}`);
    const w0 = { val: '1', type: oracledb.DB_TYPE_VARCHAR };
    expect(binds).toEqual({ scn: 5n, w0, ...more });
  });

  it.each<[PlannedColumn['encoding'], string]>([
    [{ kind: 'datetime', fractionDigits: 0 }, `TO_CHAR("C", 'SYYYY-MM-DD"T"HH24:MI:SS') AS "C"`],
    [
      { kind: 'datetime', fractionDigits: 6 },
      `TO_CHAR("C", 'SYYYY-MM-DD"T"HH24:MI:SS.FF6') AS "C"`,
    ],
    [
      { kind: 'instant', fractionDigits: 9, zone: 'own' },
      `TO_CHAR(CASE WHEN "C" < TIMESTAMP '1973-01-01 00:00:00 +00:00' ` +
        `THEN "C" AT TIME ZONE TO_CHAR("C", 'TZH:TZM') ELSE "C" END, ` +
        `'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM') AS "C"`,
    ],
    [
      { kind: 'instant', fractionDigits: 0, zone: 'utc' },
      `TO_CHAR("C", 'SYYYY-MM-DD"T"HH24:MI:SS"Z"') AS "C"`,
    ],
    [{ kind: 'region' }, `TO_CHAR("C", 'TZR')`],
    [{ kind: 'json' }, 'JSON_SERIALIZE("C" RETURNING CLOB ERROR ON ERROR) AS "C"'],
    [{ kind: 'xml' }, 'XMLSERIALIZE(CONTENT "C" AS CLOB NO INDENT) AS "C"'],
    [{ kind: 'rowid' }, 'CAST("C" AS VARCHAR2(4000)) AS "C"'],
    [{ kind: 'row_address' }, 'CAST(ROWID AS VARCHAR2(4000))'],
    [{ kind: 'float' }, '"C"'],
  ])('select %o in the form that loses nothing', (encoding, item) => {
    expect(select([column('C', encoding)]).sql).toBe(`SELECT ${item} FROM "HR"."My Table"`);
  });

  it('select numbers as text in Thick mode, where the client library might round them', () => {
    const columns = [column('N', { kind: 'number' }), column('D', { kind: 'decimal' })];
    const thick = selectRows({ ...table, columns }, { inlineLob: 4_096, driver: 'thick' });
    expect(thick.sql).toBe(
      `SELECT TO_CHAR("N", 'TM9') AS "N", TO_CHAR("D", 'TM9') AS "D" FROM "HR"."My Table"`,
    );
    expect(select(columns).sql).toBe('SELECT "N", "D" FROM "HR"."My Table"');
  });

  it('select LOBs in line up to a length, and behind all columns their lengths and locators', () => {
    const { sql, locators } = select([
      column('B', { kind: 'blob' }),
      column('A', { kind: 'bytes' }),
      column('LOCATOR_2', { kind: 'clob' }),
    ]);
    expect(sql).toBe(
      'SELECT CASE WHEN DBMS_LOB.GETLENGTH("B") <= 4096 THEN "B" END AS "B", "A", ' +
        'CASE WHEN DBMS_LOB.GETLENGTH("LOCATOR_2") <= 4096 THEN "LOCATOR_2" END AS "LOCATOR_2", ' +
        'DBMS_LOB.GETLENGTH("B"), DBMS_LOB.GETLENGTH("LOCATOR_2"), ' +
        'CASE WHEN DBMS_LOB.GETLENGTH("B") > 4096 THEN "B" END AS "LOCATOR_1", ' +
        'CASE WHEN DBMS_LOB.GETLENGTH("LOCATOR_2") > 4096 THEN "LOCATOR_2" END AS "LOCATOR_2_" ' +
        'FROM "HR"."My Table"',
    );
    expect(locators).toEqual(['LOCATOR_1', 'LOCATOR_2_']);
  });

  it('refuse a column name that would leave its quotes', () => {
    expect(() => select([column('A" FROM DUAL --', { kind: 'text' })])).toThrow(
      /cannot be an Oracle name/,
    );
  });
});
