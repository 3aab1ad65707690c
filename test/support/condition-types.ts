import fc from 'fast-check';
import type { LocalColumn } from '../../infra/local/oracle/database.ts';

/** How values of a type are made, given in a `where` and compared: by means of JavaScript, and none of the product. */
export interface ConditionType {
  readonly column: Omit<LocalColumn, 'name'>;
  /** As it is stored. */
  readonly value: fc.Arbitrary<string>;
  /** As it stands in a `where`. */
  input(value: string): string | number | boolean;
  /** Below 0, 0 or above. */
  order(a: string, b: string): number;
  readonly operators?: readonly string[];
}

const asItIs = (value: string) => value;
const byOrder = <T extends bigint | number | string>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);
const pad = (value: number, width: number) => String(value).padStart(width, '0');

/** Times the 200th power of ten, so that every NUMBER is whole. */
function scaled(decimal: string): bigint {
  const [mantissa = '', exponent = '0'] = decimal.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(200 + Number(exponent) - fraction.length);
}

const decimal = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map(String),
  fc
    .tuple(
      fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
      fc.integer({ min: -90, max: 80 }),
    )
    .map(([digits, exponent]) => `${digits}e${exponent}`),
  fc
    .tuple(
      fc.constantFrom('9007199254740992', '9007199254740993', '0.1'),
      fc.constantFrom('', '1', '2'),
    )
    .map(([head, tail]) => (head.includes('.') ? head + tail : head)),
);

const alphabet = fc.constantFrom(
  'a',
  'b',
  'B',
  ' ',
  '\t',
  '%',
  '_',
  '\\',
  'é',
  '漢',
  '🦆',
  '\uffee',
);
const text = fc.string({ unit: alphabet, minLength: 1, maxLength: 4 });

const special = fc.constantFrom('NaN', 'Infinity', '-Infinity', '0', '0.1', '-1');
const asDouble = (value: string) => (Number.isFinite(Number(value)) ? Number(value) : value);
/** In Oracle NaN equals itself and is greater than all else. */
const byDouble = (a: string, b: string) => {
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return byOrder(x, y);
};

const day = fc
  .tuple(fc.constantFrom(1, 1582, 2024, 9999), fc.constantFrom(1, 2, 12), fc.constantFrom(1, 28))
  .map(([year, month, date]) => `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}`);
const second = fc
  .tuple(day, fc.constantFrom('00:00:00', '23:59:59', '12:30:00'))
  .map(([date, time]) => `${date}T${time}`);
const fraction = fc
  .tuple(second, fc.constantFrom('', '.1', '.100000001', '.000000001'))
  .map(([time, digits]) => time + digits);
const instant = fc.tuple(
  fraction.filter((time) => !/^(0001|9999)/.test(time)),
  fc.constantFrom('+00:00', '+01:00', '-05:30', '+14:00'),
);

const nanoseconds = (time: string) => {
  const [, seconds = '', digits = '', zone = ''] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(time) ?? [];
  return (
    BigInt(Date.parse(`${seconds}${zone || 'Z'}`)) * 1_000_000n + BigInt(digits.padEnd(9, '0'))
  );
};
const byTime = (a: string, b: string) => byOrder(nanoseconds(a), nanoseconds(b));

export const conditionTypes: Readonly<Record<string, ConditionType>> = {
  NUMBERS: {
    column: { type: 'NUMBER' },
    value: decimal,
    input: asItIs,
    order: (a, b) => byOrder(scaled(a), scaled(b)),
  },
  FLOATS: {
    column: { type: 'BINARY_FLOAT' },
    value: fc.oneof(
      special,
      fc.float({ noNaN: true }).map((value) => String(value)),
    ),
    input: asDouble,
    order: (a, b) => byDouble(String(Math.fround(Number(a))), String(Math.fround(Number(b)))),
  },
  DOUBLES: {
    column: { type: 'BINARY_DOUBLE' },
    value: fc.oneof(
      special,
      fc.double({ noNaN: true }).map((value) => String(value)),
    ),
    input: asDouble,
    order: byDouble,
  },
  TEXTS: {
    column: { type: 'VARCHAR2', length: 20 },
    value: text,
    input: asItIs,
    order: (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
  },
  CHARS: {
    column: { type: 'CHAR', length: 6 },
    value: text,
    input: asItIs,
    order: (a, b) => {
      // Both are padded to one length, which blanks beyond it do not change.
      const padded = (value: string) =>
        Buffer.concat([Buffer.from(value), Buffer.alloc(30, ' ')]).subarray(0, 30);
      return Buffer.compare(padded(a), padded(b));
    },
  },
  NATIONAL_TEXTS: {
    column: { type: 'NVARCHAR2', length: 20 },
    value: text,
    input: asItIs,
    order: byOrder,
  },
  NATIONAL_CHARS: {
    column: { type: 'NCHAR', length: 12 },
    value: text,
    input: asItIs,
    order: (a, b) => byOrder(a.padEnd(30), b.padEnd(30)),
  },
  DATES: { column: { type: 'DATE' }, value: second, input: asItIs, order: byTime },
  TIMES: { column: { type: 'TIMESTAMP', scale: 9 }, value: fraction, input: asItIs, order: byTime },
  INSTANTS: {
    column: { type: 'TIMESTAMP WITH TIME ZONE', scale: 9 },
    value: instant.map(([time, zone]) => time + zone),
    input: asItIs,
    order: byTime,
  },
  LOCAL_INSTANTS: {
    column: { type: 'TIMESTAMP WITH LOCAL TIME ZONE', scale: 9 },
    value: instant.map(([time]) => `${time}Z`),
    input: asItIs,
    order: byTime,
  },
  BYTES: {
    column: { type: 'RAW', length: 10 },
    value: fc
      .array(fc.constantFrom('00', '7F', 'FF'), { minLength: 1, maxLength: 3 })
      .map((bytes) => bytes.join('')),
    input: (value) => Buffer.from(value, 'hex').toString('base64'),
    order: byOrder,
  },
  BOOLEANS: {
    column: { type: 'BOOLEAN' },
    value: fc.constantFrom('true', 'false'),
    input: (value) => value === 'true',
    order: byOrder,
    operators: ['=', '!=', 'is_null', 'not_null'],
  },
};
