import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnDefinition } from '../../../shared/domain/column.ts';
import { planFilter } from '../../../shared/domain/filter.ts';
import type { WhereCondition } from '../../../shared/domain/where.ts';

function define(name: string, dataType: string, more: object = {}): ColumnDefinition {
  return { name, dataType, length: 20, precision: null, scale: null, nullable: true, ...more };
}

const table = {
  owner: 'HR',
  table: 'PEOPLE',
  columns: [
    define('N', 'NUMBER', { precision: 10, scale: 2 }),
    define('F', 'FLOAT', { precision: 126 }),
    define('BF', 'BINARY_FLOAT'),
    define('BD', 'BINARY_DOUBLE'),
    define('V', 'VARCHAR2'),
    define('C', 'CHAR'),
    define('NV', 'NVARCHAR2'),
    define('NC', 'NCHAR'),
    define('D', 'DATE'),
    define('T', 'TIMESTAMP(6)'),
    define('TZ', 'TIMESTAMP(6) WITH TIME ZONE'),
    define('TL', 'TIMESTAMP(6) WITH LOCAL TIME ZONE'),
    define('R', 'RAW'),
    define('B', 'BOOLEAN'),
    define('L', 'CLOB'),
    define('LO', 'LONG'),
    define('ID', 'ROWID'),
    define('OWN', 'DATE', { dataTypeOwner: 'HR' }),
  ],
};

const plan = (column: string, op: string, value?: unknown) =>
  planFilter(table, [{ column, op, ...(value !== undefined && { value }) } as WhereCondition]);

function boundValue(column: string, value: unknown): string | undefined {
  const [condition] = plan(column, '=', value);
  return condition && 'values' in condition ? condition.values[0] : undefined;
}

describe('a planned condition', () => {
  it.each([
    ['N', 'number', '1'],
    ['F', 'number', '1'],
    ['BF', 'float', '1'],
    ['BD', 'double', '1'],
    ['V', 'text', '1'],
    ['C', 'char', '1'],
    ['NV', 'national_text', '1'],
    ['NC', 'national_char', '1'],
    ['D', 'date', '2024-02-29'],
    ['T', 'timestamp', '2024-02-29'],
    ['TZ', 'instant', '2024-02-29T00:00:00Z'],
    ['TL', 'local_instant', '2024-02-29T00:00:00Z'],
    ['R', 'bytes', 'AA=='],
    ['B', 'boolean', true],
  ])('on column %s is compared as %s', (column, compare, value) => {
    expect(plan(column, '!=', value)).toMatchObject([{ column, op: '!=', compare }]);
  });

  it('may have a list, two bounds or a pattern', () => {
    expect(plan('N', 'in', [1, '2.50'])).toEqual([
      { column: 'N', op: 'in', compare: 'number', values: ['1', '2.5'] },
    ]);
    expect(plan('D', 'between', ['2024-01-01', '2024-12-31T23:59:59'])).toMatchObject([
      { values: [' 2024-01-01T00:00:00', ' 2024-12-31T23:59:59'] },
    ]);
    expect(plan('NC', 'like', '100\\%\\_\\\\%')).toMatchObject([{ values: ['100\\%\\_\\\\%'] }]);
  });

  it('on NULL is possible for every type', () => {
    const all = table.columns.map(({ name }) => ({ column: name, op: 'is_null' as const }));
    expect(planFilter(table, all)).toEqual(all);
    expect(plan('LO', 'not_null')).toEqual([{ column: 'LO', op: 'not_null' }]);
  });

  it('is not needed', () => {
    expect(planFilter(table)).toEqual([]);
  });
});

describe('what does not fit is refused', () => {
  it('all unknown columns at once, as those of columns are', () => {
    const where: WhereCondition[] = ['NOPE', 'n', 'NOPE', 'N'].map((column) => ({
      column,
      op: 'is_null',
    }));
    expect(() => planFilter(table, where)).toThrow(
      expect.objectContaining({
        code: 'TABLE_NOT_FOUND',
        message: 'HR.PEOPLE has no column NOPE, n, which its where names.',
        details: { owner: 'HR', table: 'PEOPLE', columns: ['NOPE', 'n'] },
      }),
    );
  });

  it('all unfit conditions at once', () => {
    const where: WhereCondition[] = [
      { column: 'N', op: 'in', value: ['1', 'one'] },
      { column: 'L', op: '=', value: 'x' },
    ];
    expect(() => planFilter(table, where)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_ERROR',
        message:
          'The where of HR.PEOPLE does not fit its columns. N in: "one" is not a decimal that NUMBER can ' +
          'hold; as a JSON number it may have 15 digits, or be an integer below 2^53; as text it may have all. L =: only is_null and not_null are ' +
          'possible for CLOB.',
      }),
    );
  });

  it('of very many unfit conditions the first ones', () => {
    const one: WhereCondition = { column: 'N', op: '=', value: 'one' };
    expect(() => planFilter(table, Array(12).fill(one))).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/(N =: .*){10} And 2 more\.$/),
        details: expect.objectContaining({ problems: expect.objectContaining({ length: 10 }) }),
      }),
    );
  });

  it.each([
    ['ID', '=', 'AAA', 'only is_null and not_null are possible for ROWID.'],
    ['OWN', '=', '2024-01-01', 'only is_null and not_null are possible for HR.DATE.'],
    ['B', '<', true, 'BOOLEAN takes = and != only.'],
    ['B', '=', 'true', '"true" is not true or false.'],
    ['N', 'like', '1%', 'like is for text only.'],
    ['V', 'like', 'a\\b', 'in which \\ stands before %, _ or \\ only.'],
    ['V', '=', 5, '5 is not a text of 1 to 4,000 bytes.'],
    ['V', '=', 'x'.repeat(4001), `"${'x'.repeat(59)}… is not a text`],
  ])('%s %s %j: %s', (column, op, value, message) => {
    expect(() => plan(column, op, value)).toThrow(message);
  });
});

describe('numbers', () => {
  it.each([
    ['0', '0'],
    ['-0.00', '0'],
    ['007.50', '7.5'],
    ['.5', '0.5'],
    ['-.5', '-0.5'],
    ['+12.', '12'],
    ['1e3', '1000'],
    ['12.5E-3', '0.0125'],
    [15, '15'],
    [0.1, '0.1'],
    ['1e21', '1000000000000000000000'],
    [9007199254740991, '9007199254740991'],
    ['9'.repeat(40), '9'.repeat(40)],
    ['1e125', '1.0E125'],
    [`-9.${'9'.repeat(39)}e125`, `-9.${'9'.repeat(39)}E125`],
    ['1e-130', '1.0E-130'],
  ])('%j is bound as %s', (value, text) => {
    expect(boundValue('N', value)).toBe(text);
  });

  it.each([
    '',
    '.',
    '1,5',
    ' 1',
    '0x1',
    'NaN',
    'Infinity',
    '1e126',
    '1e-131',
    '9'.repeat(41),
    `1${'0'.repeat(39)}.1`,
    `0.${'1'.repeat(41)}`,
    1234567890.1234567,
    9007199254740992,
    1e21,
    -1e16,
    true,
  ])('%j is no value of a NUMBER', (value) => {
    expect(() => boundValue('N', value)).toThrow('is not a decimal');
  });

  it('keep their value, whatever their spelling', () => {
    const decimal = fc.tuple(
      fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }),
      fc.integer({ min: -80, max: 80 }),
    );
    fc.assert(
      fc.property(decimal, ([digits, exponent]) => {
        const bound = boundValue('N', `${digits}e${exponent}`) ?? '';
        expect(scaled(bound)).toBe(digits * 10n ** BigInt(exponent + 200));
        expect(boundValue('N', bound)).toBe(bound);
      }),
    );
  });

  /** The number times 10^200, exactly. */
  function scaled(text: string): bigint {
    const [mantissa = '', exponent = '0'] = text.split('E');
    const [whole = '', fraction = ''] = mantissa.split('.');
    return BigInt(whole + fraction) * 10n ** BigInt(200 + Number(exponent) - fraction.length);
  }

  it.each([
    ['BD', 0.1, '0.1'],
    ['BD', '0.1', '0.1'],
    ['BF', '0.1', '0.10000000149011612'],
    ['BF', 0.1, '0.10000000149011612'],
    ['BD', '-0', '0'],
    ['BD', '1.e5', '100000'],
    ['BD', 'NaN', 'NaN'],
    ['BF', '-Infinity', '-Infinity'],
    ['BD', '1e308', '1e+308'],
  ])('%s takes %j as %s', (column, value, text) => {
    expect(boundValue(column, value)).toBe(text);
  });

  it.each([
    ['BD', '1e309'],
    ['BF', '1e39'],
    ['BF', 1e39],
    ['BD', 'inf'],
    ['BD', ''],
    ['BD', true],
  ])('%s does not take %j', (column, value) => {
    expect(() => boundValue(column, value)).toThrow('is not a number');
  });
});

describe('text and bytes', () => {
  it.each([
    ['V', 'é'.repeat(2000)],
    ['NV', '漢'.repeat(2000)],
    ['C', ' '],
  ])('%s takes what fits', (column, value) => {
    expect(boundValue(column, value)).toBe(value);
  });

  it.each([
    ['V', ''],
    ['V', 'é'.repeat(2001)],
    ['NV', 'x'.repeat(2001)],
    ['V', 'half \ud83d'],
    ['NC', false],
  ])('%s does not take %j', (column, value) => {
    expect(() => boundValue(column, value)).toThrow('is not a text');
  });

  it('bytes are given in base64, as they are exported, and bound in hex', () => {
    expect(boundValue('R', '+/8=')).toBe('FBFF');
    for (const value of ['', '+/8', '-_8=', 'FBFF=', 1, Buffer.alloc(2001).toString('base64')]) {
      expect(() => boundValue('R', value)).toThrow('is not base64');
    }
  });
});

describe('times', () => {
  it.each([
    ['D', '2024-02-29', ' 2024-02-29T00:00:00'],
    ['D', '2024-02-29T23:59:58', ' 2024-02-29T23:59:58'],
    ['D', '-0044-03-15T12:00:00', '-0044-03-15T12:00:00'],
    ['D', '-4712-01-01', '-4712-01-01T00:00:00'],
    ['D', '9999-12-31T23:59:59', ' 9999-12-31T23:59:59'],
    ['D', '1500-02-29', ' 1500-02-29T00:00:00'],
    ['D', '1582-10-15', ' 1582-10-15T00:00:00'],
    ['D', '-0001-02-29', '-0001-02-29T00:00:00'],
    ['D', '2000-02-29', ' 2000-02-29T00:00:00'],
    ['T', '2024-02-29', ' 2024-02-29T00:00:00.000000000'],
    ['T', '2024-02-29T23:59:58.5', ' 2024-02-29T23:59:58.500000000'],
    ['T', '2024-02-29T23:59:58.123456789', ' 2024-02-29T23:59:58.123456789'],
    ['TZ', '2024-02-29T23:59:58Z', ' 2024-02-29T23:59:58.000000000+00:00'],
    ['TZ', '2024-02-29T23:59:58.1-15:59', ' 2024-02-29T23:59:58.100000000-15:59'],
    ['TL', '2024-02-29T23:59:58.1+01:00', ' 2024-02-29T23:59:58.100000000+01:00'],
  ])('%s takes %s as %j', (column, value, text) => {
    expect(boundValue(column, value)).toBe(text);
  });

  it.each([
    ['D', '2024-02-30'],
    ['D', '2023-02-29'],
    ['D', '1900-02-29'],
    ['D', '1582-10-10'],
    ['D', '0000-01-01'],
    ['D', '-4713-01-01'],
    ['D', '2024-13-01'],
    ['D', '2024-01-00'],
    ['D', '2024-01-01T24:00:00'],
    ['D', '2024-01-01T00:60:00'],
    ['D', '2024-01-01T00:00:60'],
    ['D', '2024-01-01 00:00:00'],
    ['D', '2024-01-01T00:00:00.5'],
    ['D', '2024-01-01T00:00:00Z'],
    ['D', 20240101],
    ['T', '2024-01-01T00:00:00.1234567891'],
    ['T', '2024-01-01T00:00:00+01:00'],
    ['TZ', '2024-01-01T00:00:00'],
    ['TZ', '2024-01-01'],
    ['TZ', '2024-01-01T00:00:00+16:00'],
    ['TL', '2024-01-01T00:00:00+01:60'],
    ['TL', '2024-01-01T00:00:00'],
  ])('%s does not take %j', (column, value) => {
    expect(() => boundValue(column, value)).toThrow(/is not a (date|time)/);
  });
});
