/**
 * How stored values stand to values of the same type: by bytes that are in the order of what they encode, as Oracle
 * itself compares them.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Type-Comparison-Rules.html
 */
import type { LocalColumn } from './column.ts';
import type { TypedValue, ValueType } from './condition-values.ts';
import { encodeDateTime, encodeZoned } from './datetimes.ts';
import { OracleError } from './errors.ts';
import { encodeFloat } from './float-types.ts';
import { encodeNumber } from './numbers.ts';
import { toUtf16 } from './text-types.ts';
import { parseZoned } from './time-zones.ts';

/** Below 0, 0 or above for each value in turn; NaN for NULL, to which nothing stands. */
export type Orders = (stored: string) => number[];

/** Throws an OracleError for types that this server does not compare. */
export function ordersOf({ type }: LocalColumn, values: readonly TypedValue[]): Orders {
  const own = type === 'FLOAT' ? 'NUMBER' : type;
  const keyOf = KEYS[own as ValueType];
  const valueType = values[0]?.type;
  const isTextMix = TEXT.has(own) && valueType !== undefined && TEXT.has(valueType);
  if (!keyOf || (own !== valueType && !isTextMix)) {
    throw new OracleError(932, `inconsistent data types: expected ${type}, got ${valueType}`);
  }
  // Such values are stored in UTC, without saying so.
  const valueKeyOf = own === 'TIMESTAMP WITH LOCAL TIME ZONE' ? instant : keyOf;
  const keys = values.map(({ text }) => (text === null ? undefined : valueKeyOf(text)));
  const compare = (own === valueType && PADDED.get(own)) || Buffer.compare;
  return (stored) => {
    const key = keyOf(stored);
    return keys.map((other) => (other ? compare(key, other) : Number.NaN));
  };
}

const utf8 = (text: string) => Buffer.from(text);
const hex = (text: string) => Buffer.from(text, 'hex');
const double = (text: string) => encodeFloat(Number(text), 8);
const moment = (text: string) => withNanoseconds(encodeDateTime(text));

const KEYS: Readonly<Record<ValueType, (text: string) => Buffer>> = {
  NUMBER: encodeNumber,
  BINARY_FLOAT: double,
  BINARY_DOUBLE: double,
  VARCHAR2: utf8,
  CHAR: utf8,
  NVARCHAR2: toUtf16,
  NCHAR: toUtf16,
  DATE: moment,
  TIMESTAMP: moment,
  'TIMESTAMP WITH TIME ZONE': instant,
  'TIMESTAMP WITH LOCAL TIME ZONE': moment,
  RAW: hex,
  BOOLEAN: utf8,
};

function withNanoseconds(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(11 - bytes.length)]);
}

/** The moment in UTC without its zone. */
function instant(text: string): Buffer {
  const { local, offset } = parseZoned(text);
  return encodeZoned(local, offset).subarray(0, 11);
}

/** Of the database's character set, in which CHAR and VARCHAR2 may meet. */
const TEXT = new Set<string>(['CHAR', 'VARCHAR2']);

/** Only where both sides are of fixed length. */
const PADDED = new Map<string, typeof Buffer.compare>([
  ['CHAR', padded(Buffer.from(' '))],
  ['NCHAR', padded(toUtf16(' '))],
]);

function padded(blank: Buffer) {
  return (a: Uint8Array, b: Uint8Array): -1 | 0 | 1 => {
    const length = Math.max(a.length, b.length);
    const fill = (bytes: Uint8Array) =>
      Buffer.concat([bytes, Buffer.alloc(length - bytes.length, blank)]);
    return Buffer.compare(fill(a), fill(b));
  };
}
