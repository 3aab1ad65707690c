/**
 * The driver writes a NUMBER without an exponent and without a zero before the point (node-oracledb,
 * lib/impl/datahandlers/buffer.js, parseOracleNumber). Oracle's client library, which serves Thick mode, may
 * write `1.5E+100`. A NUMBER has at most 126 digits before the point; Oracle's infinities come as `-1e126` and
 * as a one with 126 zeros.
 */
const plain = /^-?\d{1,126}(?:\.\d+)?$/;
const withoutZero = /^(-?)(\.\d+)$/;
const withExponent = /^(-?)(\d*)(?:\.(\d*))?E([+-]?\d{1,3})$/i;

/** Decimal text without an exponent, digit for digit; undefined for an infinity and what is no number. */
export function plainDecimal(text: string): string | undefined {
  if (plain.test(text)) return text;
  const parts = withoutZero.exec(text);
  return parts ? `${parts[1]}0${parts[2]}` : expanded(text);
}

/** The same, if BIGNUMERIC holds it whatever its digits are: 38 before the point and 38 after it. */
export function bigNumericDecimal(text: string): string | undefined {
  const decimal = plainDecimal(text);
  return decimal !== undefined && bigNumeric.test(decimal) ? decimal : undefined;
}

// https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types
const bigNumeric = /^-?\d{1,38}(?:\.\d{1,38})?$/;

function expanded(text: string): string | undefined {
  const [isNumber, sign, whole = '', fraction = '', exponent] = withExponent.exec(text) ?? [];
  const digits = whole + fraction;
  if (isNumber === undefined || digits === '') return undefined;
  const point = whole.length + Number(exponent);
  const before = digits
    .slice(0, Math.max(point, 0))
    .padEnd(point, '0')
    .replace(/^0+(?=\d)/, '');
  const after = digits.slice(Math.max(point, 0)).padStart(digits.length - point, '0');
  const behind = after.replace(/0+$/, '');
  const decimal = `${sign}${before || '0'}${behind && `.${behind}`}`;
  return plain.test(decimal) ? decimal : undefined;
}
