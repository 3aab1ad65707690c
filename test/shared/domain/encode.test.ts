import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnEncoding, PlannedColumn } from '../../../shared/domain/column.ts';
import { compileEncoder } from '../../../shared/domain/encode.ts';

function column(encoding: ColumnEncoding, field = 'C', name = field): PlannedColumn {
  return { name, field, oracleType: 'X', bigQueryType: 'X', nullable: true, encoding };
}

function encodeOne(encoding: ColumnEncoding, value: unknown): string {
  return compileEncoder([column(encoding)]).lines([[value]]);
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
    const encoder = compileEncoder([column(number, 'B'), column(text, 'A')]);
    expect(
      encoder.lines([
        ['1', 'x'],
        ['2', 'y'],
      ]),
    ).toBe('{"B":1,"A":"x"}\n{"B":2,"A":"y"}\n');
  });

  it('writes nothing for no rows', () => {
    expect(compileEncoder([column(text)]).lines([])).toBe('');
  });

  it.each([number, decimal, text, clob, bytes, blob, datetime])(
    'writes an explicit null for $kind',
    (encoding) => {
      expect(encodeOne(encoding, null)).toBe('{"C":null}\n');
    },
  );

  it('keeps keys valid JSON whatever the field is called', () => {
    const line = compileEncoder([column(text, 'a"b\\\n')]).lines([['x']]);
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
    ['1E+25', `1${'0'.repeat(25)}`],
    ['-1.25E+125', `-125${'0'.repeat(123)}`],
    ['1.2345E+2', '123.45'],
    ['1.5e1', '15'],
    ['.5E1', '5'],
    ['5.E-1', '0.5'],
    ['1E-130', `0.${'0'.repeat(129)}1`],
    ['-12.50E-3', '-0.0125'],
    ['0012E0', '12'],
    ['0E5', '0'],
  ])('%s, as a client library may write it, is expanded to %s', (driverText, json) => {
    expect(encodeOne(decimal, driverText)).toBe(`{"C":"${json}"}\n`);
  });

  it.each([
    ['-1e126', 'negative infinity'],
    ['1E+126', 'positive infinity'],
    ['E5', 'no digits'],
    ['.E5', 'no digits'],
    [`1${'0'.repeat(126)}`, 'positive infinity'],
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
    const encoder = compileEncoder([column(number, 'A_', 'A$')]);
    expect(() => encoder.lines([['x']])).toThrow(/Column A\$ /);
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

describe('BIGNUMERIC', () => {
  const ranged: ColumnEncoding = { kind: 'decimal', range: 'BIGNUMERIC' };

  it.each([`-${'9'.repeat(38)}.${'9'.repeat(38)}`, '0.1', '-7'])('holds %s', (value) => {
    expect(encodeOne(ranged, value)).toBe(`{"C":"${value}"}\n`);
  });

  it.each([`1${'0'.repeat(38)}`, `.${'0'.repeat(38)}1`, '1E+38', 'x'])(
    'does not hold %s, which is refused by name',
    (value) => {
      expect(() => encodeOne(ranged, value)).toThrow(
        'Column C holds a value that is not a number of at most 38 digits before and 38 after',
      );
    },
  );
});

describe('binary floating-point numbers', () => {
  const float: ColumnEncoding = { kind: 'float' };

  it.each([
    [0, '0'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [Math.fround(0.1), '0.10000000149011612'],
    [5e-324, '5e-324'],
    [-1.7976931348623157e308, '-1.7976931348623157e+308'],
    [2 ** 53 + 2, '9007199254740994'],
    [Number.NaN, '"NaN"'],
    [Number.POSITIVE_INFINITY, '"Infinity"'],
    [Number.NEGATIVE_INFINITY, '"-Infinity"'],
  ])('%s is written as %s', (value, json) => {
    expect(encodeOne(float, value)).toBe(`{"C":${json}}\n`);
  });

  it('come back as the very double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(JSON.parse(encodeOne(float, value))).toEqual({ C: value });
      }),
    );
  });

  it('are refused as text', () => {
    expect(() => encodeOne(float, '1')).toThrow(/Column C .* not a number/);
  });
});

describe('truth values', () => {
  const boolean: ColumnEncoding = { kind: 'boolean' };

  it('are true and false', () => {
    expect(encodeOne(boolean, true)).toBe('{"C":true}\n');
    expect(encodeOne(boolean, false)).toBe('{"C":false}\n');
  });

  it('are refused as numbers', () => {
    expect(() => encodeOne(boolean, 1)).toThrow(/not true or false/);
  });
});

describe('vectors', () => {
  const vector: ColumnEncoding = { kind: 'vector' };

  it('are arrays of numbers, and an empty one for NULL', () => {
    expect(encodeOne(vector, Float64Array.of(1, -0.5, 1e300))).toBe('{"C":[1,-0.5,1e+300]}\n');
    expect(encodeOne(vector, Float32Array.of(0.1))).toBe('{"C":[0.10000000149011612]}\n');
    expect(encodeOne(vector, Int8Array.of(-128, 127))).toBe('{"C":[-128,127]}\n');
    expect(encodeOne(vector, null)).toBe('{"C":[]}\n');
  });

  it.each([Uint8Array.of(1), { indices: [1] }, Float64Array.of(Number.NaN), [1]])(
    'that are not dense and finite are refused: %o',
    (value) => {
      expect(() => encodeOne(vector, value)).toThrow(/not a dense vector of finite numbers/);
    },
  );
});

describe('row addresses', () => {
  const rowid: ColumnEncoding = { kind: 'rowid' };

  it.each(['AAAR3sAAEAAAACXAAA', '*BAEASbICwQL+', `*${'A'.repeat(3_998)}`])('%s', (value) => {
    expect(JSON.parse(encodeOne(rowid, value))).toEqual({ C: value });
  });

  it('of 4,000 letters are refused, for a CAST to VARCHAR2(4000) may have cut them off', () => {
    expect(() => encodeOne(rowid, `*${'A'.repeat(3_999)}`)).toThrow(
      'Column C holds a value that is not a row address of fewer than 4,000 letters.',
    );
  });
});

describe('JSON', () => {
  const json: ColumnEncoding = { kind: 'json' };

  it.each(['{"a":1.10000000000000000000000001}', '[]', 'null', '"x"', '12345678901234567890'])(
    '%s is spliced as it is',
    (value) => {
      expect(encodeOne(json, value)).toBe(`{"C":${value}}\n`);
    },
  );

  it('loses line breaks between its tokens, and no other character', () => {
    expect(encodeOne(json, '{\r\n"a b":\t"\\n"\n}')).toBe('{"C":{  "a b":\t"\\n" }}\n');
  });

  it.each(['', '{', 'NaN', '{"a":"\n"}'])('%j is refused', (value) => {
    expect(() => encodeOne(json, value)).toThrow(/not JSON text/);
  });
});

describe('intervals', () => {
  const yearMonth: ColumnEncoding = { kind: 'year_month' };
  const daySecond = (fractionDigits: number): ColumnEncoding => ({
    kind: 'day_second',
    fractionDigits,
  });
  const span = (
    days: number,
    hours: number,
    minutes: number,
    seconds: number,
    fseconds: number,
  ) => ({
    days,
    hours,
    minutes,
    seconds,
    fseconds,
  });

  it.each([
    [{ years: 1, months: 2 }, 'P1Y2M'],
    [{ years: 0, months: 0 }, 'P0Y0M'],
    [{ years: -999_999_999, months: -11 }, '-P999999999Y11M'],
    [{ years: 0, months: -1 }, '-P0Y1M'],
  ])('%o is written as %s', (value, text) => {
    expect(encodeOne(yearMonth, value)).toBe(`{"C":"${text}"}\n`);
  });

  it.each([
    [6, span(1, 2, 3, 4, 500_000_000), 'P1DT2H3M4.500000S'],
    [0, span(0, 0, 0, 0, 0), 'P0DT0H0M0S'],
    [9, span(-999_999_999, -23, -59, -59, -999_999_999), '-P999999999DT23H59M59.999999999S'],
    [3, span(0, 0, 0, 0, -1_000_000), '-P0DT0H0M0.001S'],
  ])('with %s fraction digits %o is written as %s', (digits, value, text) => {
    expect(encodeOne(daySecond(digits), value)).toBe(`{"C":"${text}"}\n`);
  });

  it.each([
    [yearMonth, { years: 1, months: -1 }],
    [yearMonth, { years: 1, months: 12 }],
    [yearMonth, { years: 1.5, months: 0 }],
    [yearMonth, { years: 1 }],
    [yearMonth, '+01-02'],
    [daySecond(6), { days: 1 }],
    [daySecond(6), 5],
    [daySecond(6), span(1, 24, 0, 0, 0)],
    [daySecond(6), span(1, 0, 60, 0, 0)],
    [daySecond(6), span(1, 0, 0, 60, 0)],
    [daySecond(9), span(1, 0, 0, 0, 1_000_000_000)],
    [daySecond(6), span(1, 0, 0, 0, 1)],
  ])('for %o refuse %o', (encoding, value) => {
    expect(() => encodeOne(encoding, value)).toThrow(/Column C .* not an interval/);
  });
});

describe('what came in place of something else', () => {
  it('is counted by value for each field with text', () => {
    const encoder = compileEncoder([
      column(text, 'A'),
      column({ kind: 'long' }, 'B'),
      column({ kind: 'json' }, 'C'),
      column(number, 'N'),
    ]);
    expect(encoder.replacements()).toEqual({});
    encoder.lines([
      ['\uFFFD and \uFFFD', 'b', '"\uFFFD"', '1'],
      ['a', null, '"c"', '2'],
      ['\uFFFD', 'b', 'null', null],
    ]);
    expect(encoder.replacements()).toEqual({ A: 2, C: 1 });
  });
});

it('half a surrogate pair is counted as what came in place of something else', async () => {
  const encoder = compileEncoder([column(text, 'A'), column(clob, 'T')]);
  const half = '\u{1F600}'.slice(0, 1);
  encoder.lines([[`a${half}`, '\u{1F600}']]);
  const large = {
    async *readPieces() {
      yield 'whole \u{1F600}';
      yield half;
    },
  };
  await Array.fromAsync(encoder.pieces(['whole', large]));
  expect(encoder.replacements()).toEqual({ A: 1, T: 1 });
});

it.each([{ kind: 'number' }, { kind: 'text' }, { kind: 'clob' }, { kind: 'vector' }] as const)(
  'NULL in a NOT NULL column of kind $kind is no value, for a policy may be masking it',
  (encoding) => {
    const encoder = compileEncoder([{ ...column(encoding), nullable: false }]);
    expect(() => encoder.lines([[null]])).toThrow(
      expect.objectContaining({
        code: 'VALUE_ERROR',
        message: 'Column C holds NULL although it is NOT NULL: a policy may be masking it.',
        details: { column: 'C' },
      }),
    );
  },
);

describe('a row with large values', () => {
  const large = (...pieces: (string | Buffer)[]) => ({
    async *readPieces() {
      yield* pieces;
    },
  });
  const encoder = () => compileEncoder([column(number, 'N'), column(clob, 'T'), column(blob, 'B')]);

  async function written(row: unknown[], by = encoder()): Promise<string> {
    return (await Array.fromAsync(by.pieces(row))).join('');
  }

  it('is told from others', () => {
    expect(encoder().hasLargeValue(['1', 'x', Buffer.of(1)])).toBe(false);
    expect(encoder().hasLargeValue(['1', null, null])).toBe(false);
    expect(encoder().hasLargeValue(['1', large('x'), null])).toBe(true);
    expect(encoder().hasLargeValue(['1', 'x', large(Buffer.of(1))])).toBe(true);
  });

  it('is the line that it would be at once, wherever its pieces end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.array(fc.uint8Array({ maxLength: 10 })),
        async (texts, parts) => {
          const bytes = parts.map((part) => Buffer.from(part));
          const whole = encoder().lines([['1', texts.join(''), Buffer.concat(bytes)]]);
          expect(await written(['1', large(...texts), large(...bytes)])).toBe(whole);
        },
      ),
    );
  });

  it('counts a replaced value once', async () => {
    const by = encoder();
    await written(['1', large('\uFFFD', 'x', '\uFFFD'), null], by);
    await written(['2', large('x'), large(Buffer.of(1))], by);
    expect(by.replacements()).toEqual({ T: 1 });
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
    expect(encodeOne(datetime, ' 0400-02-29T00:00:00')).toBe('{"C":"0400-02-29T00:00:00"}\n');
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
    [' 2023-02-29T00:00:00', 'a corrupt leap day'],
    [' 2024-02-30T00:00:00', 'a corrupt February'],
    [' 2024-04-31T00:00:00', 'a corrupt April'],
    [' 1500-02-29T00:00:00', 'a leap day of the Julian calendar alone'],
    [' 12024-01-01T00:00:00', 'a year after 9999'],
    ['2024-02-29T23:59:58', 'no sign'],
    [' 2024-02-29T24:00:00', 'a corrupt hour'],
    [' 2024-02-29T23:59:58.5', 'a fraction that was not asked for'],
    ['################', 'an overflow'],
  ])('refuses %j (%s), naming the column', (value) => {
    expect(() => encodeOne(datetime, value)).toThrow(
      expect.objectContaining({
        code: 'VALUE_ERROR',
        message:
          'Column C holds a value that is not a date of the years 1 to 9999 of the Gregorian calendar.',
      }),
    );
  });
});

describe('instants', () => {
  const own: ColumnEncoding = { kind: 'instant', fractionDigits: 3, zone: 'own' };
  const utc: ColumnEncoding = { kind: 'instant', fractionDigits: 0, zone: 'utc' };

  it.each([
    ' 2024-02-29T23:59:58.123+05:30',
    ' 2024-02-29T23:59:58.123-12:00',
    ' 0001-01-01T00:00:00.000+00:00',
    ' 0001-01-01T14:00:00.000+14:00',
    ' 0001-01-01T00:00:00.000-05:00',
    ' 9999-12-31T23:59:59.999+00:00',
    ' 9999-12-31T18:59:59.999-05:00',
    ' 9999-12-31T23:59:59.999+05:00',
  ])('%s keeps its offset and every digit', (value) => {
    expect(encodeOne(own, value)).toBe(`{"C":"${value.slice(1)}"}\n`);
  });

  it.each([
    ' 0001-01-01T00:00:00.000+00:01',
    ' 9999-12-31T19:00:00.000-05:00',
    '-0001-01-01T00:00:00.000+00:00',
    ' 1500-02-29T00:00:00.000+00:00',
    ' 2024-02-29T23:59:58.123+14:01',
    ' 2024-02-29T23:59:58.123-15:00',
    ' 2024-02-29T23:59:58.123',
    ' 2024-02-29T23:59:58.123Z',
    ' 2024-02-29T23:59:58.123+5:30',
    ' 2024-02-29T23:59:58.12+05:30',
  ])('%s is refused, since BigQuery could not hold it or it is no instant', (value) => {
    expect(() => encodeOne(own, value)).toThrow(
      /not an instant of the years 1 to 9999, at most 14 hours from UTC/,
    );
  });

  it('in UTC end in Z', () => {
    expect(encodeOne(utc, ' 2024-02-29T23:59:58Z')).toBe('{"C":"2024-02-29T23:59:58Z"}\n');
    expect(encodeOne(utc, ' 9999-12-31T23:59:58Z')).toBe('{"C":"9999-12-31T23:59:58Z"}\n');
    expect(() => encodeOne(utc, ' 2024-02-29T23:59:58+00:00')).toThrow(/instant/);
  });

  it('of any year, where the transport wants text, keep the minus of a year BC', () => {
    const any: ColumnEncoding = { ...own, anyYear: true };
    expect(encodeOne(any, '-0044-03-15T12:00:00.000+01:00')).toBe(
      '{"C":"-0044-03-15T12:00:00.000+01:00"}\n',
    );
    expect(encodeOne(any, ' 0001-01-01T00:00:00.000+14:00')).toBe(
      '{"C":"0001-01-01T00:00:00.000+14:00"}\n',
    );
    expect(encodeOne(any, ' 2024-02-29T23:59:58.123-15:59')).toBe(
      '{"C":"2024-02-29T23:59:58.123-15:59"}\n',
    );
    const anyDay: ColumnEncoding = { kind: 'datetime', fractionDigits: 0, anyYear: true };
    expect(encodeOne(anyDay, ' 1500-02-29T00:00:00')).toBe('{"C":"1500-02-29T00:00:00"}\n');
    expect(encodeOne(anyDay, '-4712-01-01T00:00:00')).toBe('{"C":"-4712-01-01T00:00:00"}\n');
    expect(() => encodeOne(anyDay, ' 0000-00-00T00:00:00')).toThrow(/Column C/);
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
  const encoder = compileEncoder(columns);
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const fetched = rows.map(([n, d, t, ts]) => [
        n === null ? null : String(n),
        d === null ? null : String(d),
        t,
        ts === null ? null : ` ${ts}`,
      ]);
      const lines = encoder.lines(fetched).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line))).toEqual(
        rows.map(([N, d, T, TS]) => ({ N, D: d === null ? null : String(d), T, TS })),
      );
    }),
  );
});
