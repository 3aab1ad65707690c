import fc from 'fast-check';
import { NumberLiteral } from '../support/exact-json.ts';
import type { Sample, TypeCase } from './type-case.ts';

/**
 * NUMBER by what its definition bounds. Values are made as digits and a power of ten, so that their plain decimal
 * text needs no arithmetic.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (NUMBER Data Type)
 */
export const numberCases: readonly TypeCase[] = [
  declared(1, 0, 'INT64', 'number'),
  declared(15, 0, 'INT64', 'number'),
  declared(10, -5, 'INT64', 'number'),
  declared(16, 0, 'INT64', 'string'),
  declared(18, 0, 'INT64', 'string'),
  declared(16, -2, 'INT64', 'string'),
  declared(15, 2, 'NUMERIC', 'number'),
  declared(15, 9, 'NUMERIC', 'number'),
  declared(3, 5, 'NUMERIC', 'number'),
  declared(16, 2, 'NUMERIC', 'string'),
  declared(19, 0, 'NUMERIC', 'string'),
  declared(29, 0, 'NUMERIC', 'string'),
  declared(20, -9, 'NUMERIC', 'string'),
  declared(10, -19, 'NUMERIC', 'string'),
  declared(38, 9, 'NUMERIC', 'string'),
  declared(30, 0, 'BIGNUMERIC', 'string'),
  declared(38, 0, 'BIGNUMERIC', 'string'),
  declared(38, 10, 'BIGNUMERIC', 'string'),
  declared(38, 38, 'BIGNUMERIC', 'string'),
  declared(2, 38, 'BIGNUMERIC', 'string'),
  declared(30, -8, 'BIGNUMERIC', 'string'),
  { ...declared(38, 0, 'BIGNUMERIC', 'string'), title: 'INTEGER', column: integer() },
  { ...declared(38, 2, 'BIGNUMERIC', 'string'), title: 'NUMBER(*,9)', column: integer(9) },
  integerByChoice(),
  declared(38, -1, 'STRING', 'string'),
  declared(38, -84, 'STRING', 'string'),
  declared(5, 40, 'STRING', 'string'),
  declared(38, 127, 'STRING', 'string'),
  undeclared(),
  ...bigNumericByChoice(),
  floating(126, 37),
  floating(53, 15),
];

interface Decimal {
  readonly isNegative: boolean;
  readonly digits: string;
  /** The power of ten that the digits count. */
  readonly power: number;
}

/** Decimal text with no exponent, no sign of a zero and no zero that could be left out, but for the one before a point. */
function plainText({ isNegative, digits, power }: Decimal): string {
  const shifted = power < 0 ? digits.padStart(1 - power, '0') : digits + '0'.repeat(power);
  const point = power < 0 ? shifted.length + power : shifted.length;
  const whole = shifted.slice(0, point).replace(/^0+(?=\d)/, '');
  const fraction = shifted.slice(point).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return isNegative && text !== '0' ? `-${text}` : text;
}

function declared(
  precision: number,
  scale: number,
  bigQuery: string,
  form: 'number' | 'string',
): TypeCase {
  const digits = fc.integer({ min: 1, max: precision }).chain(digitsOf);
  const edges = ['0', '1', '5', '9'.repeat(precision), `1${'0'.repeat(precision - 1)}`];
  const sampleOf = (decimal: Decimal) => numberSample(plainText(decimal), form);
  return {
    title: `NUMBER(${precision},${scale})`,
    column: { type: 'NUMBER', precision, scale },
    bigQuery,
    random: fc
      .record({ isNegative: fc.boolean(), digits, power: fc.constant(-scale) })
      .map(sampleOf),
    boundaries: bothSigns(edges, -scale).map(sampleOf),
  };
}

/** INTEGER is a NUMBER(38,0) that does not say its precision, so that nothing holds it to its 38 digits. */
function integer(scale = 0) {
  return { type: 'NUMBER', scale } as const;
}

/** Any integer that NUMBER has, in a column of type STRING. */
function integerByChoice(): TypeCase {
  const random = fc
    .record({
      isNegative: fc.boolean(),
      digits: fc.integer({ min: 1, max: 38 }).chain(digitsOf),
      power: fc.integer({ min: 0, max: 87 }),
    })
    .map((decimal) => numberSample(plainText(decimal), 'string'));
  const edges = [...bothSigns(['0', '9'.repeat(38)], 0), ...bothSigns(['1'], 125)];
  return {
    title: 'INTEGER as STRING',
    column: integer(),
    rules: { number_type: 'STRING' },
    bigQuery: 'STRING',
    random,
    boundaries: edges.map((decimal) => numberSample(plainText(decimal), 'string')),
  };
}

/** Any NUMBER: up to 20 digits of base 100, the first of which counts 100^-65 to 100^62. */
function undeclared(): TypeCase {
  const random = fc
    .record({
      isNegative: fc.boolean(),
      pairs: fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 0, maxLength: 19 }),
      first: fc.integer({ min: 1, max: 99 }),
      exponent: fc.integer({ min: -65, max: 62 }),
    })
    .map(({ isNegative, first, pairs, exponent }) => {
      const digits = [first, ...pairs].map((pair) => String(pair).padStart(2, '0')).join('');
      return numberSample(
        plainText({ isNegative, digits, power: 2 * (exponent - pairs.length) }),
        'string',
      );
    });
  const edges: Decimal[] = [
    ...bothSigns(['0', '1', '5', '9'.repeat(38), '9'.repeat(39), '9'.repeat(40)], 0),
    ...bothSigns(['5', '9'.repeat(38)], -1),
    ...bothSigns(['9'.repeat(38)], -19),
    ...bothSigns(['1'], 125),
    ...bothSigns(['9'.repeat(40)], 86),
    ...bothSigns(['1'], -130),
    ...bothSigns(['9'.repeat(40)], -168),
  ];
  return {
    title: 'NUMBER',
    column: { type: 'NUMBER' },
    bigQuery: 'STRING',
    random,
    boundaries: edges.map((decimal) => numberSample(plainText(decimal), 'string')),
  };
}

/** Numbers that BIGNUMERIC holds: 38 digits before the point and 38 after it. */
function bigNumericByChoice(): TypeCase[] {
  const random = fc
    .record({ length: fc.integer({ min: 1, max: 38 }), isNegative: fc.boolean() })
    .chain(({ length, isNegative }) =>
      fc.record({
        isNegative: fc.constant(isNegative),
        digits: digitsOf(length),
        power: fc.integer({ min: -38, max: 38 - length }),
      }),
    )
    .map((decimal) => numberSample(plainText(decimal), 'string'));
  const boundaries = [
    ...bothSigns(['0', '9'.repeat(38)], 0),
    ...bothSigns(['1', '9'.repeat(38)], -38),
    ...bothSigns(['1'], 37),
  ].map((decimal) => numberSample(plainText(decimal), 'string'));
  const chosen = { rules: { number_default: 'BIGNUMERIC' }, bigQuery: 'BIGNUMERIC' } as const;
  return [
    { title: 'NUMBER as BIGNUMERIC', column: { type: 'NUMBER' }, random, boundaries, ...chosen },
    {
      title: 'NUMBER(38,-1) as BIGNUMERIC',
      column: { type: 'NUMBER', precision: 38, scale: -1 },
      random: declared(37, -1, '', 'string').random,
      boundaries: declared(37, -1, '', 'string').boundaries,
      ...chosen,
    },
  ];
}

/** FLOAT(b) keeps at least so many decimal digits. */
function floating(precision: number, mostDigits: number): TypeCase {
  const random = fc
    .record({
      isNegative: fc.boolean(),
      digits: fc.integer({ min: 1, max: mostDigits }).chain(digitsOf),
      power: fc.integer({ min: -120, max: 80 }),
    })
    .map((decimal) => numberSample(plainText(decimal), 'string'));
  const edges = [
    ...bothSigns(['0', '9'.repeat(mostDigits)], 0),
    ...bothSigns(['1'], 125),
    ...bothSigns(['1'], -130),
  ];
  return {
    title: `FLOAT(${precision})`,
    column: { type: 'FLOAT', precision },
    bigQuery: 'STRING',
    random,
    boundaries: edges.map((decimal) => numberSample(plainText(decimal), 'string')),
  };
}

function numberSample(text: string, form: 'number' | 'string'): Sample {
  return { value: text, json: form === 'number' ? new NumberLiteral(text) : text };
}

function digitsOf(length: number): fc.Arbitrary<string> {
  return fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));
}

function bothSigns(digits: readonly string[], power: number): Decimal[] {
  return digits.flatMap((text) =>
    [false, true].map((isNegative) => ({ isNegative, digits: text, power })),
  );
}
