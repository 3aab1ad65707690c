import { describe, expect, it } from 'vitest';
import type { ColumnDefinition } from '../../../shared/domain/column.ts';
import { planColumn, planColumns } from '../../../shared/domain/plan-columns.ts';
import { declaredLength } from '../../../shared/domain/type-rules.ts';

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
  const [planned] = planColumn(define('NUMBER', { precision, scale }));
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
    [10, -19, 'NUMBER(10,-19)', 'NUMERIC', 'decimal'],
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
    [null, 9, 'NUMBER(*,9)', 'BIGNUMERIC', 'decimal'],
    [null, 38, 'NUMBER(*,38)', 'BIGNUMERIC', 'decimal'],
    [null, 39, 'NUMBER(*,39)', 'STRING', 'decimal'],
    [null, -1, 'NUMBER(*,-1)', 'STRING', 'decimal'],
    [null, null, 'NUMBER', 'STRING', 'decimal'],
  ])('with precision %s and scale %s: %s → %s as %s', (precision, scale, ...expected) => {
    expect(planNumber(precision, scale)).toEqual(expected);
  });
});

describe('the plan of other types', () => {
  it.each<readonly [ColumnDefinition, string, string, object]>([
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
    [define('BINARY_FLOAT'), 'BINARY_FLOAT', 'FLOAT64', { kind: 'float' }],
    [define('BINARY_DOUBLE'), 'BINARY_DOUBLE', 'FLOAT64', { kind: 'float' }],
    [define('LONG'), 'LONG', 'STRING', { kind: 'long' }],
    [define('LONG RAW'), 'LONG RAW', 'BYTES', { kind: 'long_raw' }],
    [define('ROWID'), 'ROWID', 'STRING', { kind: 'rowid' }],
    [define('UROWID', { length: 4000 }), 'UROWID(4000)', 'STRING', { kind: 'rowid' }],
    [define('JSON'), 'JSON', 'JSON', { kind: 'json' }],
    [define('BOOLEAN'), 'BOOLEAN', 'BOOL', { kind: 'boolean' }],
    [define('VECTOR'), 'VECTOR', 'FLOAT64', { kind: 'vector' }],
    [define('XMLTYPE', { dataTypeOwner: 'SYS' }), 'SYS.XMLTYPE', 'STRING', { kind: 'xml' }],
    [define('XMLTYPE', { dataTypeOwner: 'PUBLIC' }), 'PUBLIC.XMLTYPE', 'STRING', { kind: 'xml' }],
    ...[0, 6].map((digits) => {
      const type = `TIMESTAMP(${digits}) WITH TIME ZONE`;
      return [define(type), type, 'TIMESTAMP', instant(digits, 'own')] as const;
    }),
    ...[7, 9].map((digits) => {
      const type = `TIMESTAMP(${digits}) WITH TIME ZONE`;
      return [define(type), type, 'STRING', instant(digits, 'own')] as const;
    }),
    ...[0, 6].map((digits) => {
      const type = `TIMESTAMP(${digits}) WITH LOCAL TIME ZONE`;
      return [define(type), type, 'TIMESTAMP', instant(digits, 'utc')] as const;
    }),
    [
      define('TIMESTAMP(9) WITH LOCAL TIME ZONE'),
      'TIMESTAMP(9) WITH LOCAL TIME ZONE',
      'STRING',
      instant(9, 'utc'),
    ],
    [
      define('INTERVAL YEAR(9) TO MONTH'),
      'INTERVAL YEAR(9) TO MONTH',
      'STRING',
      { kind: 'year_month' },
    ],
    [
      define('INTERVAL DAY(2) TO SECOND(6)'),
      'INTERVAL DAY(2) TO SECOND(6)',
      'STRING',
      { kind: 'day_second', fractionDigits: 6 },
    ],
  ])('%o', (definition, oracleType, bigQueryType, encoding) => {
    expect(planColumn(definition)).toEqual([
      { name: 'C', field: 'C', nullable: true, oracleType, bigQueryType, encoding },
    ]);
  });

  it.each([
    define('BFILE'),
    define('TIMESTAMP(10)'),
    define('number'),
    define('SDO_GEOMETRY', { dataTypeOwner: 'MDSYS' }),
    define('ANYDATA', { dataTypeOwner: 'SYS' }),
    define('XMLTYPE', { dataTypeOwner: 'HR' }),
    define('NUMBER', { dataTypeOwner: 'HR' }),
    define('DATE', { dataTypeOwner: 'HR' }),
  ])('knows no exact way for %o', (definition) => {
    expect(planColumn(definition)).toEqual([]);
  });

  it('takes a type without an owner for built in, however that is said', () => {
    expect(planColumn(define('DATE', { dataTypeOwner: null }))).toEqual(planColumn(define('DATE')));
  });

  it('keeps the comment of a column', () => {
    expect(planColumn(define('DATE', { comment: 'hired' }))[0]).toHaveProperty('comment', 'hired');
    expect(planColumn(define('DATE', { comment: null }))[0]).not.toHaveProperty('comment');
  });
});

describe('the choices of a transport', () => {
  it.each([
    define('NUMBER'),
    define('FLOAT', { precision: 63 }),
    define('NUMBER', { precision: 38, scale: -84 }),
  ])('make %o BIGNUMERIC, checked for each value', (definition) => {
    expect(planColumn(definition, { number_default: 'BIGNUMERIC' })).toMatchObject([
      { bigQueryType: 'BIGNUMERIC', encoding: { kind: 'decimal', range: 'BIGNUMERIC' } },
    ]);
    expect(planColumn(definition, { number_default: 'STRING' })).toEqual(planColumn(definition));
  });

  it.each([0, 9, 38])(
    'leave a NUMBER(*,%d) BIGNUMERIC, but check it, for Oracle does not',
    (scale) => {
      const definition = define('NUMBER', { scale });
      for (const number_default of ['STRING', 'BIGNUMERIC'] as const) {
        expect(planColumn(definition, { number_default })).toMatchObject([
          { bigQueryType: 'BIGNUMERIC', encoding: { kind: 'decimal', range: 'BIGNUMERIC' } },
        ]);
      }
    },
  );

  it('leave numbers alone whose definition decides', () => {
    const money = define('NUMBER', { precision: 10, scale: 2 });
    expect(planColumn(money, { number_default: 'BIGNUMERIC' })).toEqual(planColumn(money));
  });

  it.each([
    ['DATE', 'datetime'],
    ['TIMESTAMP(6)', 'datetime'],
    ['TIMESTAMP(6) WITH TIME ZONE', 'instant'],
    ['TIMESTAMP(6) WITH LOCAL TIME ZONE', 'instant'],
  ])('take any year of %s as text', (dataType, kind) => {
    expect(planColumn(define(dataType), { dates: 'string' })).toMatchObject([
      { bigQueryType: 'STRING', encoding: { kind, anyYear: true } },
    ]);
  });

  it('add the region of a time zone as a field of its own, and only of a zone that values have', () => {
    const rules = { time_zones: 'region' } as const;
    expect(planColumn(define('TIMESTAMP(6) WITH TIME ZONE'), rules)).toMatchObject([
      { name: 'C', field: 'C', bigQueryType: 'TIMESTAMP' },
      { name: 'C', field: 'C__tz', bigQueryType: 'STRING', encoding: { kind: 'region' } },
    ]);
    expect(planColumn(define('TIMESTAMP(6) WITH LOCAL TIME ZONE'), rules)).toHaveLength(1);
    expect(planColumn(define('DATE'), rules)).toHaveLength(1);
  });

  it('leave a column its name where the field of a region would take it', () => {
    const columns = [
      define('TIMESTAMP(6) WITH TIME ZONE', { name: 'AT' }),
      define('NUMBER', { name: 'AT__tz' }),
    ];
    const planned = planColumns({ owner: 'HR', table: 'T', columns }, {}, { time_zones: 'region' });
    expect(planned.map(({ name, field }) => [name, field])).toEqual([
      ['AT', 'AT'],
      ['AT', 'AT__tz_2'],
      ['AT__tz', 'AT__tz'],
    ]);
  });

  const table = {
    owner: 'HR',
    table: 'T',
    columns: [
      define('NUMBER', { name: 'ANY' }),
      define('FLOAT', { name: 'F' }),
      define('NUMBER', { name: 'ID', precision: 5, scale: 0 }),
      define('DATE', { name: 'D' }),
    ],
  };

  it('may name single columns, which win over the default', () => {
    const planned = planColumns(
      table,
      { column_types: { ANY: 'BIGNUMERIC' } },
      { number_default: 'STRING' },
    );
    expect(planned.map(({ bigQueryType }) => bigQueryType)).toEqual([
      'BIGNUMERIC',
      'STRING',
      'INT64',
      'DATETIME',
    ]);
  });

  it('are the way out for an INTEGER that holds more than BIGNUMERIC does', () => {
    const columns = [define('NUMBER', { scale: 0 })];
    const selection = { column_types: { C: 'STRING' } } as const;
    const rules = { number_default: 'BIGNUMERIC' } as const;
    expect(planColumns({ owner: 'HR', table: 'T', columns }, selection, rules)).toMatchObject([
      { bigQueryType: 'STRING', encoding: { kind: 'decimal' } },
    ]);
  });

  it('are refused for columns whose definition decides, all of them named', () => {
    const selection = { column_types: { ID: 'STRING', D: 'STRING', ANY: 'STRING' } } as const;
    expect(() => planColumns(table, selection)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_ERROR',
        message: expect.stringContaining('not for HR.T.ID (NUMBER(5)), HR.T.D (DATE).'),
      }),
    );
  });

  it('are not mistaken for what every object has', () => {
    const names = ['constructor', 'toString', '__proto__'];
    const columns = names.map((name) => define('VARCHAR2', { name }));
    const planned = planColumns({ owner: 'HR', table: 'T', columns }, {});
    expect(planned.map(({ name }) => name)).toEqual(names);
  });

  it('are refused for columns that do not exist', () => {
    expect(() => planColumns(table, { column_types: { NOPE: 'STRING' } })).toThrow(
      'HR.T has no column NOPE.',
    );
  });
});

describe('the declared length', () => {
  it.each([
    [define('VARCHAR2', { length: 32_767 }), 32_767],
    [define('NCHAR', { length: 9 }), 9],
    [define('RAW', { length: 16 }), 16],
    [define('ROWID'), 0],
    [define('NUMBER', { precision: 38, scale: 0 }), 0],
    [define('CLOB'), 0],
  ])('of %o', (definition, length) => {
    expect(planColumn(definition).map(declaredLength)).toEqual([length]);
  });
});

function instant(fractionDigits: number, zone: 'own' | 'utc') {
  return { kind: 'instant', fractionDigits, zone };
}

describe('the plan of a table', () => {
  const table = {
    owner: 'HR',
    table: 'EMPLOYEES',
    columns: [
      define('NUMBER', { name: 'ID', precision: 6, scale: 0, nullable: false }),
      define('VARCHAR2', { name: 'PAY$', length: 10 }),
      define('BFILE', { name: 'PHOTO' }),
      define('CV_T', { name: 'CV', dataTypeOwner: 'HR' }),
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

  it('takes all columns of a view for nullable, for no constraint holds there', () => {
    const planned = planColumns({ ...table, kind: 'view' }, { columns: ['ID'] });
    expect(planned).toMatchObject([{ name: 'ID', nullable: true }]);
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
          'No exact export is known for HR.EMPLOYEES.PHOTO (BFILE), HR.EMPLOYEES.CV (HR.CV_T). ' +
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
