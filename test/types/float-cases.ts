import fc from 'fast-check';
import { type ExactJson, isSameJson, NumberLiteral } from '../support/exact-json.ts';
import type { Sample, TypeCase } from './type-case.ts';

/**
 * BINARY_FLOAT and BINARY_DOUBLE, IEEE 754; Oracle makes +0 of -0.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (Floating-Point Numbers)
 */
export const floatCases: readonly TypeCase[] = [
  {
    title: 'BINARY_FLOAT',
    column: { type: 'BINARY_FLOAT' },
    bigQuery: 'FLOAT64',
    isSame: isSameDouble,
    random: fc.float().map(floatSample),
    boundaries: [
      ...[0, -0, 1, -1, 0.1, 16777216, 16777217].map((value) => floatSample(Math.fround(value))),
      // The largest, the smallest normal and the smallest number of 32 bits.
      ...[3.4028234663852886e38, 1.1754943508222875e-38, 2 ** -149].flatMap(bothFloats),
      ...special(),
    ],
  },
  {
    title: 'BINARY_DOUBLE',
    column: { type: 'BINARY_DOUBLE' },
    bigQuery: 'FLOAT64',
    isSame: isSameDouble,
    random: fc.double().map(floatSample),
    boundaries: [
      ...[0, -0, 1, -1, 0.1, 1e21, 1e-7, 2 ** 53, 2 ** 53 + 2, 123456789.12345678].map(floatSample),
      ...[Number.MAX_VALUE, 2.2250738585072014e-308, Number.MIN_VALUE].flatMap(bothFloats),
      ...special(),
    ],
  },
];

function special(): Sample[] {
  return [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(floatSample);
}

function bothFloats(value: number): Sample[] {
  return [floatSample(value), floatSample(-value)];
}

function floatSample(value: number): Sample {
  return { value: String(value), json: shortest(value) };
}

/** The number with the fewest digits that reads as this double, found by trying. */
export function shortest(value: number): ExactJson {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 1; digits <= 17; digits++) {
    const text = value.toPrecision(digits);
    if (Number(text) === value) return new NumberLiteral(text);
  }
  throw new Error(`no 17 digits give ${value}`);
}

/** True for the same double in equally few digits: in the middle between two texts, either may stand for it. */
export function isSameDouble(written: ExactJson, expected: ExactJson): boolean {
  if (!(written instanceof NumberLiteral && expected instanceof NumberLiteral)) {
    return isSameJson(written, expected);
  }
  const isSame = Object.is(Number(written.text), Number(expected.text));
  return isSame && digitsOf(written.text) === digitsOf(expected.text);
}

function digitsOf(text: string): number {
  const [mantissa = ''] = text.split(/e/i);
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
}
