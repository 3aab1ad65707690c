import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedColumn } from '../../../shared/domain/column.ts';
import { countRows, quoteName, selectRows } from '../../../shared/oracle/sql.ts';

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

  it('count at a bound SCN', () => {
    expect(countRows(table)).toBe('SELECT COUNT(*) FROM "HR"."My Table" AS OF SCN :scn');
  });

  it('select dates as text with a signed year and every fraction digit', () => {
    const sql = selectRows(table, [
      column('A', { kind: 'text' }),
      column('D', { kind: 'datetime', fractionDigits: 0 }),
      column('TS', { kind: 'datetime', fractionDigits: 6 }),
    ]);
    expect(sql).toBe(
      `SELECT "A", TO_CHAR("D", 'SYYYY-MM-DD"T"HH24:MI:SS') AS "D", ` +
        `TO_CHAR("TS", 'SYYYY-MM-DD"T"HH24:MI:SS.FF6') AS "TS" FROM "HR"."My Table" AS OF SCN :scn`,
    );
  });

  it('select the length of each LOB behind all columns', () => {
    const sql = selectRows(table, [
      column('B', { kind: 'blob' }),
      column('A', { kind: 'bytes' }),
      column('my clob', { kind: 'clob' }),
    ]);
    expect(sql).toBe(
      'SELECT "B", "A", "my clob", DBMS_LOB.GETLENGTH("B"), DBMS_LOB.GETLENGTH("my clob") ' +
        'FROM "HR"."My Table" AS OF SCN :scn',
    );
  });

  it('refuse a column name that would leave its quotes', () => {
    expect(() => selectRows(table, [column('A" FROM DUAL --', { kind: 'text' })])).toThrow(
      /cannot be an Oracle name/,
    );
  });
});
