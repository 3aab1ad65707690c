import { describe, expect, it } from 'vitest';
import { type ColumnDefinition, planColumn, planColumns } from '../../../shared/domain/column.ts';

function define(dataType: string, change: Partial<ColumnDefinition> = {}): ColumnDefinition {
  return {
    name: 'C',
    dataType,
    length: 22,
    precision: null,
    scale: null,
    nullable: true,
    ...change,
  };
}

function planNumber(precision: number | null, scale: number | null) {
  const planned = planColumn(define('NUMBER', { precision, scale }));
  return [planned?.oracleType, planned?.bigQueryType, planned?.encoding.kind];
}

describe('the plan of a NUMBER', () => {
  it.each([
    [1, 0, 'NUMBER(1)', 'INT64', 'number'],
    [15, 0, 'NUMBER(15)', 'INT64', 'number'],
    [16, 0, 'NUMBER(16)', 'INT64', 'decimal'],
    [18, 0, 'NUMBER(18)', 'INT64', 'decimal'],
    [19, 0, 'NUMBER(19)', 'NUMERIC', 'decimal'],
    [29, 0, 'NUMBER(29)', 'NUMERIC', 'decimal'],
    [30, 0, 'NUMBER(30)', 'BIGNUMERIC', 'decimal'],
    [38, 0, 'NUMBER(38)', 'BIGNUMERIC', 'decimal'],
    [5, -2, 'NUMBER(5,-2)', 'INT64', 'number'],
    [10, -5, 'NUMBER(10,-5)', 'INT64', 'number'],
    [10, -6, 'NUMBER(10,-6)', 'INT64', 'decimal'],
    [10, -19, 'NUMBER(10,-19)', 'NUMERIC', 'number'],
    [16, -13, 'NUMBER(16,-13)', 'NUMERIC', 'decimal'],
    [10, -28, 'NUMBER(10,-28)', 'BIGNUMERIC', 'decimal'],
    [10, -29, 'NUMBER(10,-29)', 'STRING', 'decimal'],
    [38, -84, 'NUMBER(38,-84)', 'STRING', 'decimal'],
    [15, 2, 'NUMBER(15,2)', 'NUMERIC', 'number'],
    [16, 2, 'NUMBER(16,2)', 'NUMERIC', 'decimal'],
    [38, 9, 'NUMBER(38,9)', 'NUMERIC', 'decimal'],
    [38, 8, 'NUMBER(38,8)', 'BIGNUMERIC', 'decimal'],
    [10, 10, 'NUMBER(10,10)', 'BIGNUMERIC', 'decimal'],
    [2, 5, 'NUMBER(2,5)', 'NUMERIC', 'number'],
    [38, 38, 'NUMBER(38,38)', 'BIGNUMERIC', 'decimal'],
    [38, 39, 'NUMBER(38,39)', 'STRING', 'decimal'],
    [5, 127, 'NUMBER(5,127)', 'STRING', 'decimal'],
    [null, 0, 'NUMBER(*,0)', 'BIGNUMERIC', 'decimal'],
    [null, 9, 'NUMBER(*,9)', 'NUMERIC', 'decimal'],
    [null, -1, 'NUMBER(*,-1)', 'STRING', 'decimal'],
    [null, null, 'NUMBER', 'STRING', 'decimal'],
  ])('with precision %s and scale %s: %s → %s as %s', (precision, scale, ...expected) => {
    expect(planNumber(precision, scale)).toEqual(expected);
  });
});

describe('the plan of other types', () => {
  it.each([
    [define('FLOAT', { precision: 126 }), 'FLOAT(126)', 'STRING', { kind: 'decimal' }],
    [define('FLOAT'), 'FLOAT', 'STRING', { kind: 'decimal' }],
    [define('VARCHAR2', { length: 30 }), 'VARCHAR2(30)', 'STRING', { kind: 'text' }],
    [define('CHAR', { length: 2 }), 'CHAR(2)', 'STRING', { kind: 'text' }],
    [define('NVARCHAR2', { length: 30 }), 'NVARCHAR2(30)', 'STRING', { kind: 'text' }],
    [define('NCHAR', { length: 2 }), 'NCHAR(2)', 'STRING', { kind: 'text' }],
    [define('CLOB'), 'CLOB', 'STRING', { kind: 'clob' }],
    [define('NCLOB'), 'NCLOB', 'STRING', { kind: 'clob' }],
    [define('RAW', { length: 16 }), 'RAW(16)', 'BYTES', { kind: 'bytes' }],
    [define('BLOB'), 'BLOB', 'BYTES', { kind: 'blob' }],
    [define('DATE'), 'DATE', 'DATETIME', { kind: 'datetime', fractionDigits: 0 }],
    [define('TIMESTAMP(0)'), 'TIMESTAMP(0)', 'DATETIME', { kind: 'datetime', fractionDigits: 0 }],
    [define('TIMESTAMP(6)'), 'TIMESTAMP(6)', 'DATETIME', { kind: 'datetime', fractionDigits: 6 }],
    [define('TIMESTAMP(7)'), 'TIMESTAMP(7)', 'STRING', { kind: 'datetime', fractionDigits: 7 }],
    [define('TIMESTAMP(9)'), 'TIMESTAMP(9)', 'STRING', { kind: 'datetime', fractionDigits: 9 }],
  ])('%o', (definition, oracleType, bigQueryType, encoding) => {
    expect(planColumn(definition)).toEqual({
      name: 'C',
      field: 'C',
      nullable: true,
      oracleType,
      bigQueryType,
      encoding,
    });
  });

  it.each(['TIMESTAMP(6) WITH TIME ZONE', 'BFILE', 'SDO_GEOMETRY', 'TIMESTAMP(10)', 'number'])(
    'knows no exact way for %s',
    (dataType) => {
      expect(planColumn(define(dataType))).toBeUndefined();
    },
  );
});

describe('the plan of a table', () => {
  const table = {
    owner: 'HR',
    table: 'EMPLOYEES',
    columns: [
      define('NUMBER', { name: 'ID', precision: 6, scale: 0, nullable: false }),
      define('VARCHAR2', { name: 'PAY$', length: 10 }),
      define('BFILE', { name: 'PHOTO' }),
      define('XMLTYPE', { name: 'CV' }),
    ],
  };

  it('takes the named columns in the order of the table', () => {
    const planned = planColumns(table, { columns: ['PAY$', 'ID'] });
    expect(planned.map(({ name, field }) => [name, field])).toEqual([
      ['ID', 'ID'],
      ['PAY$', 'PAY_'],
    ]);
    expect(planned.map(({ nullable }) => nullable)).toEqual([false, true]);
  });

  it('leaves out the excluded columns', () => {
    const planned = planColumns(table, { exclude_columns: ['PHOTO', 'CV'] });
    expect(planned.map(({ name }) => name)).toEqual(['ID', 'PAY$']);
  });

  it('names every column that it cannot export, and the way out', () => {
    expect(() => planColumns(table, {})).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_TYPE',
        message:
          'No exact export is known for HR.EMPLOYEES.PHOTO (BFILE), HR.EMPLOYEES.CV (XMLTYPE). ' +
          'Name them in exclude_columns to export the rest.',
      }),
    );
  });

  it.each([
    [{ columns: ['ID', 'NOPE', 'id', 'NOPE'] }, 'HR.EMPLOYEES has no column NOPE, id.'],
    [{ exclude_columns: ['GONE'] }, 'HR.EMPLOYEES has no column GONE.'],
  ])('names the columns of %o that do not exist', (selection, message) => {
    expect(() => planColumns(table, selection)).toThrow(
      expect.objectContaining({ code: 'TABLE_NOT_FOUND', message }),
    );
  });

  it('refuses a selection that leaves nothing', () => {
    expect(() => planColumns(table, { exclude_columns: ['ID', 'PAY$', 'PHOTO', 'CV'] })).toThrow(
      expect.objectContaining({ code: 'VALIDATION_ERROR' }),
    );
  });
});
