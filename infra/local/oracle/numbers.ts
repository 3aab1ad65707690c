/**
 * Oracle's NUMBER: base-100 digits behind a byte of sign and exponent.
 * https://docs.oracle.com/en/database/oracle/oracle-call-interface/23/lnoci/data-types.html
 * ("NUMBER Data Type")
 */

const MOST_PAIRS = 20;
const LOWEST_EXPONENT = -65;
const HIGHEST_EXPONENT = 62;
const ZERO = Buffer.of(0x80);
/** As Oracle prints them; only releases before 6 could store them with SQL. */
const INFINITIES: Readonly<Record<string, Buffer>> = {
  '~': Buffer.of(0xff, 0x65),
  '-~': Buffer.of(0),
};
const NEGATIVE_END = 102;
const DIGIT_ZERO = 48;

/** A decimal as sign × digits × 10^exponent; the digits have no zero at either end. */
export interface Decimal {
  negative: boolean;
  digits: string;
  exponent: number;
}

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** Parses `-12.50`, `.5`, `1e125`. Throws a RangeError for anything else. */
export function parseDecimal(text: string): Decimal {
  const match = DECIMAL.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (whole === '' && fraction === '') throw new RangeError(`${text} is not a decimal number`);
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return { negative: false, digits: '', exponent: 0 };
  return {
    negative: sign === '-',
    digits: trimmed,
    exponent: Number(exponent) - fraction.length + (digits.length - trimmed.length),
  };
}

/** Encodes decimal text, `~` or `-~`. Throws a RangeError when NUMBER cannot hold it exactly. */
export function encodeNumber(text: string): Buffer {
  const infinity = INFINITIES[text];
  if (infinity) return infinity;
  const { negative, digits, exponent } = parseDecimal(text);
  if (digits === '') return ZERO;
  const odd = exponent % 2 !== 0;
  const padded = odd ? `${digits}0` : digits;
  const even = padded.length % 2 === 0 ? padded : `0${padded}`;
  const pairs = even.length / 2;
  const power = (exponent - (odd ? 1 : 0)) / 2 + pairs - 1;
  if (pairs > MOST_PAIRS || power < LOWEST_EXPONENT || power > HIGHEST_EXPONENT) {
    throw new RangeError(`NUMBER cannot hold ${text} exactly`);
  }
  return negative ? negativeBytes(even, power) : positiveBytes(even, power);
}

function positiveBytes(digits: string, power: number): Buffer {
  const bytes = Buffer.allocUnsafe(1 + digits.length / 2);
  bytes[0] = power + 193;
  for (let at = 1; at < bytes.length; at++) bytes[at] = pairAt(digits, at) + 1;
  return bytes;
}

/** A negative number of fewer than 20 pairs ends in 102, so that bytes compare as numbers do. */
function negativeBytes(digits: string, power: number): Buffer {
  const pairs = digits.length / 2;
  const bytes = Buffer.allocUnsafe(1 + pairs + (pairs < MOST_PAIRS ? 1 : 0));
  bytes[0] = ~(power + 193) & 0xff;
  for (let at = 1; at <= pairs; at++) bytes[at] = 101 - pairAt(digits, at);
  if (pairs < MOST_PAIRS) bytes[pairs + 1] = NEGATIVE_END;
  return bytes;
}

function pairAt(digits: string, index: number): number {
  const at = index * 2 - 2;
  return (digits.charCodeAt(at) - DIGIT_ZERO) * 10 + digits.charCodeAt(at + 1) - DIGIT_ZERO;
}

export function isInfinite(text: string): boolean {
  return text in INFINITIES;
}

/** Decodes to decimal text without an exponent, e.g. of a bind value. */
export function decodeNumber(bytes: Buffer): string {
  const first = bytes.readUInt8(0);
  if (bytes.length === 1) return '0';
  const negative = first < 0x80;
  const power = (negative ? ~first & 0xff : first) - 193;
  const ended = negative && bytes.at(-1) === NEGATIVE_END;
  const pairs = [...bytes.subarray(1, ended ? -1 : undefined)];
  const digits = pairs
    .map((pair) => String(negative ? 101 - pair : pair - 1).padStart(2, '0'))
    .join('');
  return (negative ? '-' : '') + placePoint(digits, (power + 1) * 2);
}

function placePoint(digits: string, point: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  const plainFraction = fraction.replace(/0+$/, '');
  const plainWhole = whole.replace(/^0+(?=\d)/, '');
  return plainFraction === '' ? plainWhole : `${plainWhole}.${plainFraction}`;
}
