import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnEncoding, PlannedColumn } from '../../../shared/domain/column.ts';
import { compileEncoder } from '../../../shared/domain/encode.ts';

function column(encoding: ColumnEncoding, field = 'C', name = field): PlannedColumn {
  return { name, field, oracleType: 'X', bigQueryType: 'X', nullable: true, encoding };
}

function encodeOne(encoding: ColumnEncoding, value: unknown): string {
  return compileEncoder([column(encoding)])([[value]]);
}

/** Reads a number of a one-column JSON line as the text that stands there, which JSON.parse would round. */
function numberText(line: string): string {
  const match = /^\{"C":(-?(?:0|[1-9]\d*)(?:\.\d+)?)\}\n$/.exec(line);
  if (!match?.[1]) throw new Error(`no JSON number: ${line}`);
  return match[1];
}

const number: ColumnEncoding = { kind: 'number' };
const decimal: ColumnEncoding = { kind: 'decimal' };
const text: ColumnEncoding = { kind: 'text' };
const clob: ColumnEncoding = { kind: 'clob' };
const bytes: ColumnEncoding = { kind: 'bytes' };
const blob: ColumnEncoding = { kind: 'blob' };
const datetime: ColumnEncoding = { kind: 'datetime', fractionDigits: 0 };
const micros: ColumnEncoding = { kind: 'datetime', fractionDigits: 6 };

describe('an encoder', () => {
  it('writes one object and one newline per row, its keys in the order of the columns', () => {
    const encode = compileEncoder([column(number, 'B'), column(text, 'A')]);
    expect(
      encode([
        ['1', 'x'],
        ['2', 'y'],
      ]),
    ).toBe('{"B":1,"A":"x"}\n{"B":2,"A":"y"}\n');
  });

  it('writes nothing for no rows', () => {
    expect(compileEncoder([column(text)])([])).toBe('');
  });

  it.each([number, decimal, text, clob, bytes, blob, datetime])(
    'writes an explicit null for $kind',
    (encoding) => {
      expect(encodeOne(encoding, null)).toBe('{"C":null}\n');
    },
  );

  it('keeps keys valid JSON whatever the field is called', () => {
    const line = compileEncoder([column(text, 'a"b\\\n')])([['x']]);
    expect(JSON.parse(line)).toEqual({ 'a"b\\\n': 'x' });
  });
});

describe('numbers', () => {
  it.each([
    ['0', '0'],
    ['-7', '-7'],
    ['.5', '0.5'],
    ['-.5', '-0.5'],
    ['999999999999999', '999999999999999'],
    ['12.000000001', '12.000000001'],
  ])('%s is written as %s', (driverText, json) => {
    expect(encodeOne(number, driverText)).toBe(`{"C":${json}}\n`);
    expect(encodeOne(decimal, driverText)).toBe(`{"C":"${json}"}\n`);
  });

  it('takes the largest and the smallest NUMBER', () => {
    const largest = '9'.repeat(40) + '0'.repeat(86);
    const smallest = `.${'0'.repeat(129)}1`;
    expect(encodeOne(decimal, largest)).toBe(`{"C":"${largest}"}\n`);
    expect(encodeOne(decimal, `-${smallest}`)).toBe(`{"C":"-0${smallest}"}\n`);
  });

  it.each([
    ['-1e126', 'negative infinity'],
    [`1${'0'.repeat(126)}`, 'positive infinity'],
    ['1E+25', 'an exponent'],
    ['NaN', 'no number'],
    ['', 'nothing'],
    ['.', 'a lone point'],
    ['1.', 'a trailing point'],
    ['1\n', 'a trailing newline'],
    ['+1', 'a plus sign'],
  ])('refuses %j (%s), naming the column', (value) => {
    for (const encoding of [number, decimal]) {
      expect(() => encodeOne(encoding, value)).toThrow(
        expect.objectContaining({
          code: 'VALUE_ERROR',
          message: expect.stringContaining('Column C '),
          details: { column: 'C' },
        }),
      );
    }
  });

  it('names the column by its Oracle name where the field is renamed', () => {
    const encode = compileEncoder([column(number, 'A_', 'A$')]);
    expect(() => encode([['x']])).toThrow(/Column A\$ /);
  });

  it('refuses a value that is not text, because a double has already lost digits', () => {
    expect(() => encodeOne(number, 1.5)).toThrow(/Column C /);
    expect(() => encodeOne(text, undefined)).toThrow(/not text/);
  });

  it('keeps every digit of any decimal', () => {
    const digits = (min: number, max: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
    const driverDecimal = fc
      .tuple(fc.boolean(), digits(0, 126), digits(0, 130))
      .map(([negative, whole, fraction]) => ({
        sign: negative ? '-' : '',
        whole: whole.replace(/^0+/, ''),
        fraction,
      }))
      .filter(({ whole, fraction }) => whole + fraction !== '');
    fc.assert(
      fc.property(driverDecimal, ({ sign, whole, fraction }) => {
        const point = fraction ? `.${fraction}` : '';
        const exact = `${sign}${whole || '0'}${point}`;
        const line = encodeOne(number, `${sign}${whole}${point}`);
        expect(numberText(line)).toBe(exact);
        expect(JSON.parse(encodeOne(decimal, `${sign}${whole}${point}`))).toEqual({ C: exact });
      }),
    );
  });
});

describe('text', () => {
  it.each(['', 'plain', 'a"b\\c', '\0\u001f\n\r\t', '\u2028\u2029', 'Zürich 東京 👍'])(
    'gives %j back',
    (value) => {
      const line = encodeOne(text, value);
      expect(JSON.parse(line)).toEqual({ C: value });
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(encodeOne(clob, value)).toBe(line);
    },
  );

  it('escapes a lone surrogate, which UTF-8 cannot carry', () => {
    const bytes = Buffer.from(encodeOne(text, 'a\ud800b'), 'utf8').toString('utf8');
    expect(bytes).toBe('{"C":"a\\ud800b"}\n');
  });
});

describe('bytes', () => {
  it.each([
    ['', ''],
    ['00', 'AA=='],
    ['fbff', '+/8='],
    ['fbffbf', '+/+/'],
  ])('%s are written in base64 as %j', (hex, base64) => {
    for (const encoding of [bytes, blob]) {
      expect(encodeOne(encoding, Buffer.from(hex, 'hex'))).toBe(`{"C":"${base64}"}\n`);
    }
  });

  it('come back, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (value) => {
        const { C } = JSON.parse(encodeOne(blob, Buffer.from(value)));
        expect(Buffer.from(C, 'base64')).toEqual(Buffer.from(value));
        expect(C).toMatch(/^[A-Za-z0-9+/]*={0,2}$/);
      }),
    );
  });

  it.each([bytes, blob])('refuse text for $kind, naming the column', (encoding) => {
    expect(() => encodeOne(encoding, '00')).toThrow(/Column C holds a value that is not bytes/);
  });

  it.each([text, clob])('are refused for $kind, naming the column', (encoding) => {
    expect(() => encodeOne(encoding, Buffer.of(0))).toThrow(/Column C .* is not text/);
  });
});

describe('dates', () => {
  it('loses the blank that stands for AD', () => {
    expect(encodeOne(datetime, ' 2024-02-29T23:59:58')).toBe('{"C":"2024-02-29T23:59:58"}\n');
    expect(encodeOne(datetime, ' 0001-01-01T00:00:00')).toBe('{"C":"0001-01-01T00:00:00"}\n');
    expect(encodeOne(datetime, ' 9999-12-31T23:59:59')).toBe('{"C":"9999-12-31T23:59:59"}\n');
  });

  it('keeps every fraction digit', () => {
    expect(encodeOne(micros, ' 2024-02-29T23:59:58.123450')).toBe(
      '{"C":"2024-02-29T23:59:58.123450"}\n',
    );
  });

  it.each([
    ['-0044-03-15T12:00:00', 'a year BC'],
    [' 0000-00-00T00:00:00', 'a corrupt date'],
    [' 2024-00-10T00:00:00', 'a corrupt month'],
    [' 2024-01-00T00:00:00', 'a corrupt day'],
    [' 12024-01-01T00:00:00', 'a year after 9999'],
    ['2024-02-29T23:59:58', 'no sign'],
    [' 2024-02-29T24:00:00', 'a corrupt hour'],
    [' 2024-02-29T23:59:58.5', 'a fraction that was not asked for'],
    ['################', 'an overflow'],
  ])('refuses %j (%s), naming the column', (value) => {
    expect(() => encodeOne(datetime, value)).toThrow(
      expect.objectContaining({
        code: 'VALUE_ERROR',
        message: 'Column C holds a value that is not a date of the years 1 to 9999.',
      }),
    );
  });
});

it('any row comes back from JSON.parse value by value', () => {
  const columns = [
    column(number, 'N'),
    column(decimal, 'D'),
    column(text, 'T'),
    column(micros, 'TS'),
  ];
  const pad = (value: number, width: number) => String(value).padStart(width, '0');
  const timestamp = fc
    .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.nat(999_999))
    .map(
      ([year, month, fraction]) =>
        `${pad(year, 4)}-${pad(month, 2)}-28T23:00:59.${pad(fraction, 6)}`,
    );
  const row = fc.tuple(
    fc.option(fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 })),
    fc.option(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })),
    fc.option(fc.string({ unit: 'binary' })),
    fc.option(timestamp),
  );
  const encode = compileEncoder(columns);
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const fetched = rows.map(([n, d, t, ts]) => [
        n === null ? null : String(n),
        d === null ? null : String(d),
        t,
        ts === null ? null : ` ${ts}`,
      ]);
      const lines = encode(fetched).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line))).toEqual(
        rows.map(([N, d, T, TS]) => ({ N, D: d === null ? null : String(d), T, TS })),
      );
    }),
  );
});
