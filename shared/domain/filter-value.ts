import { normalDecimal } from './filter-number.ts';
import { normalDateTime } from './filter-time.ts';

/** How a column is compared with values, by its Oracle type. */
export type Comparison =
  | 'number'
  | 'float'
  | 'double'
  | 'text'
  | 'char'
  | 'national_text'
  | 'national_char'
  | 'date'
  | 'timestamp'
  | 'instant'
  | 'local_instant'
  | 'bytes'
  | 'boolean';

/** What a value must be, for messages. */
export const valueForms: Readonly<Record<Comparison, string>> = {
  number:
    'a decimal that NUMBER can hold; as a JSON number it may have 15 digits, or be an integer below 2^53; as text it may have all',
  float: 'a number, "NaN", "Infinity" or "-Infinity"',
  double: 'a number, "NaN", "Infinity" or "-Infinity"',
  text: 'a text of 1 to 4,000 bytes',
  char: 'a text of 1 to 4,000 bytes',
  national_text: 'a text of 1 to 2,000 characters',
  national_char: 'a text of 1 to 2,000 characters',
  date: 'a date such as "2024-02-29" or "2024-02-29T23:59:58"',
  timestamp: 'a date such as "2024-02-29" or "2024-02-29T23:59:58.123456789"',
  instant:
    'a time with its offset such as "2024-02-29T23:59:58.123+01:00" or "2024-02-29T23:59:58Z"',
  local_instant:
    'a time with its offset such as "2024-02-29T23:59:58.123+01:00" or "2024-02-29T23:59:58Z"',
  bytes: 'base64 of 1 to 2,000 bytes',
  boolean: 'true or false',
};

/** The value in the form in which it is bound, see shared/oracle/filter.ts; undefined when it is not of the type. */
export function readValue(compare: Comparison, value: unknown): string | undefined {
  switch (compare) {
    case 'number':
      return readNumber(value);
    case 'float':
      return readDouble(value, Math.fround);
    case 'double':
      return readDouble(value, (number) => number);
    case 'text':
    case 'char':
      return readText(value, (text) => Buffer.byteLength(text) <= 4_000);
    case 'national_text':
    case 'national_char':
      return readText(value, (text) => text.length <= 2_000);
    case 'bytes':
      return readBase64(value);
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    default:
      return typeof value === 'string' ? normalDateTime(compare, value) : undefined;
  }
}

/**
 * The pattern of a LIKE, in which only what may be escaped is escaped: all else is ORA-01424.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Pattern-matching-Conditions.html
 */
export function readPattern(compare: Comparison, pattern: string): string | undefined {
  return /^(?:[^\\]|\\[%_\\])*$/.test(pattern) ? readValue(compare, pattern) : undefined;
}

/**
 * JSON numbers are doubles here, which hold any 15 digits and all integers below 2^53. Of a greater one nobody can
 * tell any more which digits were sent.
 */
function readNumber(value: unknown): string | undefined {
  if (typeof value === 'string') return normalDecimal(value);
  if (typeof value !== 'number') return undefined;
  const digits = String(value).replace(/e.*|\D/g, '');
  const isShort = digits.replace(/^0+/, '').length <= 15;
  const isExact =
    Math.abs(value) <= Number.MAX_SAFE_INTEGER && (Number.isInteger(value) || isShort);
  return isExact ? normalDecimal(String(value)) : undefined;
}

const specialDoubles = ['NaN', 'Infinity', '-Infinity'];

function readDouble(value: unknown, round: (value: number) => number): string | undefined {
  if (typeof value === 'number') return finiteText(round(value));
  if (typeof value !== 'string') return undefined;
  if (specialDoubles.includes(value)) return value;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)
    ? finiteText(round(Number(value)))
    : undefined;
}

function finiteText(value: number): string | undefined {
  return Number.isFinite(value) ? String(value) : undefined;
}

/** An empty text is NULL in Oracle, and no character set holds half a surrogate pair. */
function readText(value: unknown, fits: (text: string) => boolean): string | undefined {
  const isText = typeof value === 'string' && value !== '' && value.isWellFormed();
  return isText && fits(value) ? value : undefined;
}

/** As the export writes bytes; bound in hex. */
function readBase64(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const bytes = Buffer.from(value, 'base64');
  const isExact = bytes.toString('base64') === value && bytes.length <= 2_000;
  return isExact ? bytes.toString('hex').toUpperCase() : undefined;
}
