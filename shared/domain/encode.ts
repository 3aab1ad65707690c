import { OraFerryError } from '../errors.ts';
import type { LargeValue, Row } from '../ports/oracle.ts';
import type { PlannedColumn } from './column.ts';
import { encodeDaySecond, encodeYearMonth } from './encode-interval.ts';
import { largeBytes, largeText } from './encode-large.ts';
import { bigNumericDecimal, plainDecimal } from './encode-number.ts';
import { datetimeEncoder, instantEncoder } from './encode-time.ts';
import { hasReplacement } from './replacement.ts';

/** Writes the rows of one table as JSON Lines: one object and one newline per row. */
export interface TableEncoder {
  /** The lines of rows without large values. Throws VALUE_ERROR, naming the column. */
  lines(rows: readonly Row[]): string;
  /** True when the row must be written in pieces. */
  hasLargeValue(row: Row): boolean;
  /** One line, in pieces that may end anywhere within it. Throws as `lines`, and what reading a value throws. */
  pieces(row: Row): AsyncIterable<string>;
  /**
   * By field: how many values came with half a surrogate pair, or with U+FFFD, which stands for what could not be
   * converted to Unicode. A value
   * that holds this very character in the database counts too, since nothing tells it apart.
   */
  replacements(): Readonly<Record<string, number>>;
}

/**
 * Compiles the encoder of a table once, so that no row asks again what its columns are. (One shared function per
 * kind of column measured as fast as generated source text, and JSON.stringify of one string faster than looking
 * for characters to escape.)
 */
export function compileEncoder(columns: readonly PlannedColumn[]): TableEncoder {
  const writers = columns.map(columnWriter);
  const lobs = columns.flatMap(({ encoding }, index) =>
    encoding.kind === 'clob' || encoding.kind === 'blob' ? [index] : [],
  );

  function encodeRow(row: Row): string {
    let line = '';
    let index = 0;
    for (const { write } of writers) line += write(row[index++]);
    return `${line}}\n`;
  }

  return {
    lines(rows) {
      let lines = '';
      for (const row of rows) lines += encodeRow(row);
      return lines;
    },
    hasLargeValue: (row) => lobs.some((index) => isLarge(row[index])),
    async *pieces(row) {
      for (const [index, { key, write, count, column }] of writers.entries()) {
        const value = row[index];
        if (!isLarge(value)) {
          yield write(value);
          continue;
        }
        yield key;
        yield* column.encoding.kind === 'blob' ? largeBytes(value) : largeText(value, count);
      }
      yield '}\n';
    },
    replacements: () => {
      const counts = writers.map(({ column, replaced }) => [column.field, replaced()] as const);
      return Object.fromEntries(counts.filter(([, count]) => count > 0));
    },
  };
}

function isLarge(value: unknown): value is LargeValue {
  return typeof value === 'object' && value !== null && 'readPieces' in value;
}

interface ColumnWriter {
  readonly column: PlannedColumn;
  /** The comma or brace before the column, its name and a colon. */
  readonly key: string;
  write(value: unknown): string;
  /** Notes a value with U+FFFD. */
  count(): void;
  replaced(): number;
}

function columnWriter(column: PlannedColumn, index: number): ColumnWriter {
  const key = `${index === 0 ? '{' : ','}${JSON.stringify(column.field)}:`;
  const ofNull = `${key}${column.encoding.kind === 'vector' ? '[]' : 'null'}`;
  let replaced = 0;
  const count = () => {
    replaced++;
  };
  const encode = valueEncoder(column.encoding, count);
  const write = (value: unknown) => {
    if (value === null) {
      if (column.nullable) return ofNull;
      throw masked(column);
    }
    const json = encode(value);
    if (json === undefined) throw inexact(column);
    return key + json;
  };
  return { column, key, write, count, replaced: () => replaced };
}

/** JSON for a value as it was fetched; undefined when there is no exact form. */
type ValueEncoder = (value: unknown) => string | undefined;
type TextEncoder = (text: string) => string | undefined;

function valueEncoder(encoding: PlannedColumn['encoding'], onReplaced: () => void): ValueEncoder {
  switch (encoding.kind) {
    case 'number':
      return ofText(plainDecimal);
    case 'decimal':
      return ofText(quoted(encoding.range ? bigNumericDecimal : plainDecimal));
    case 'float':
      return double;
    case 'text':
    case 'long':
    case 'clob':
    case 'xml':
    case 'region':
    case 'row_address':
      return ofText(counting(JSON.stringify, onReplaced));
    case 'rowid':
      return ofText(wholeRowid);
    case 'json':
      return ofText(counting(spliced, onReplaced));
    case 'bytes':
    case 'long_raw':
    case 'blob':
      return base64;
    case 'datetime':
      return ofText(quoted(datetimeEncoder(encoding)));
    case 'instant':
      return ofText(quoted(instantEncoder(encoding)));
    case 'year_month':
      return quoted(encodeYearMonth);
    case 'day_second':
      return quoted((value: unknown) => encodeDaySecond(value, encoding.fractionDigits));
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? String(value) : undefined);
    case 'vector':
      return vector;
  }
}

function ofText(encode: TextEncoder): ValueEncoder {
  return (value) => (typeof value === 'string' ? encode(value) : undefined);
}

/** For texts without characters that JSON would escape. */
function quoted<V>(encode: (value: V) => string | undefined): (value: V) => string | undefined {
  return (value) => {
    const text = encode(value);
    return text === undefined ? undefined : `"${text}"`;
  };
}

function counting(encode: TextEncoder, onReplaced: () => void): TextEncoder {
  return (text) => {
    if (hasReplacement(text)) onReplaced();
    return encode(text);
  };
}

/**
 * The shortest number that gives back the double (https://tc39.es/ecma262/#sec-numeric-types-number-tostring).
 * BigQuery takes the others as these strings:
 * https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json#details_of_loading_json_data
 */
function double(value: unknown): string | undefined {
  if (typeof value !== 'number') return undefined;
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  return `"${value}"`;
}

/** https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json#details_of_loading_json_data */
function base64(value: unknown): string | undefined {
  return Buffer.isBuffer(value) ? `"${value.toString('base64')}"` : undefined;
}

/**
 * A UROWID may have more letters than the VARCHAR2(4000) that it is selected as, and CAST cuts off what does not fit.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/CAST.html
 */
function wholeRowid(text: string): string | undefined {
  return text.length < 4_000 ? JSON.stringify(text) : undefined;
}

/** Valid JSON has line breaks only between its tokens, where a blank says the same. */
function spliced(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text;
}

/** Dense vectors only: a sparse one is no typed array, and the bytes of a binary one are packed bits. */
function vector(value: unknown): string | undefined {
  const isDense =
    value instanceof Float32Array || value instanceof Float64Array || value instanceof Int8Array;
  if (!isDense || !value.every(Number.isFinite)) return undefined;
  return `[${Array.from(value, (element) => double(element)).join(',')}]`;
}

/** Redaction and Deep Data Security may show NULL in place of values. */
function masked({ name }: PlannedColumn): OraFerryError {
  return new OraFerryError(
    'VALUE_ERROR',
    `Column ${name} holds NULL although it is NOT NULL: a policy may be masking it.`,
    { details: { column: name } },
  );
}

const requirements = {
  number: 'a finite decimal number',
  decimal: 'a finite decimal number',
  float: 'a number',
  text: 'text',
  long: 'text',
  clob: 'text',
  xml: 'text',
  region: 'a time zone',
  rowid: 'a row address of fewer than 4,000 letters',
  row_address: 'a row address',
  json: 'JSON text',
  bytes: 'bytes',
  long_raw: 'bytes',
  blob: 'bytes',
  datetime: 'a date of the years 1 to 9999 of the Gregorian calendar',
  instant: 'an instant of the years 1 to 9999, at most 14 hours from UTC',
  year_month: 'an interval of years and months',
  day_second: 'an interval of days and seconds that fits its column',
  boolean: 'true or false',
  vector: 'a dense vector of finite numbers',
} as const;

function inexact({ name, encoding }: PlannedColumn): OraFerryError {
  const isRanged = encoding.kind === 'decimal' && encoding.range !== undefined;
  const wanted = isRanged
    ? 'a number of at most 38 digits before and 38 after the point, as BIGNUMERIC holds'
    : requirements[encoding.kind];
  return new OraFerryError('VALUE_ERROR', `Column ${name} holds a value that is not ${wanted}.`, {
    details: { column: name },
  });
}
