import { OraFerryError } from '../errors.ts';
import type { Row } from '../ports.ts';
import type { PlannedColumn } from './column.ts';

/** Writes rows as JSON Lines text: one object and one newline per row. */
export type RowEncoder = (rows: readonly Row[]) => string;

/**
 * Compiles the encoder of a table once, so that no row asks again what its columns are. The encoder throws
 * VALUE_ERROR, naming the column, for a value that has no exact form. (One shared function per kind of column
 * measured as fast as generated source text, and JSON.stringify of one string faster than looking for
 * characters to escape.)
 */
export function compileEncoder(columns: readonly PlannedColumn[]): RowEncoder {
  const writers = columns.map(columnWriter);

  function encodeRow(row: Row): string {
    let line = '';
    let index = 0;
    for (const write of writers) line += write(row[index++]);
    return `${line}}\n`;
  }

  return (rows) => {
    let lines = '';
    for (const row of rows) lines += encodeRow(row);
    return lines;
  };
}

function columnWriter(column: PlannedColumn, index: number): (value: unknown) => string {
  const key = `${index === 0 ? '{' : ','}${JSON.stringify(column.field)}:`;
  const encode = valueEncoder(column.encoding);
  return (value) => {
    if (value === null) return `${key}null`;
    const json = encode(value);
    if (json === undefined) throw inexact(column);
    return key + json;
  };
}

/** JSON for a value as it was fetched; undefined when there is no exact form. */
type ValueEncoder = (value: unknown) => string | undefined;
type TextEncoder = (text: string) => string | undefined;

function valueEncoder(encoding: PlannedColumn['encoding']): ValueEncoder {
  switch (encoding.kind) {
    case 'number':
      return ofText(plainDecimal);
    case 'decimal':
      return ofText(quotedDecimal);
    case 'text':
    case 'clob':
      return ofText(JSON.stringify);
    case 'bytes':
    case 'blob':
      return base64;
    case 'datetime':
      return ofText(datetimeEncoder(encoding.fractionDigits));
  }
}

function ofText(encode: TextEncoder): ValueEncoder {
  return (value) => (typeof value === 'string' ? encode(value) : undefined);
}

/** https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json#details_of_loading_json_data */
function base64(value: unknown): string | undefined {
  return Buffer.isBuffer(value) ? `"${value.toString('base64')}"` : undefined;
}

/**
 * The driver writes a NUMBER without an exponent and without a zero before the point. Oracle's NUMBER has at
 * most 126 digits before the point; its infinities come as `-1e126` and as a one with 126 zeros
 * (node-oracledb, lib/impl/datahandlers/buffer.js, parseOracleNumber).
 */
const plain = /^-?\d{1,126}(?:\.\d+)?$/;
const withoutZero = /^(-?)(\.\d+)$/;

function plainDecimal(text: string): string | undefined {
  if (plain.test(text)) return text;
  const parts = withoutZero.exec(text);
  return parts ? `${parts[1]}0${parts[2]}` : undefined;
}

function quotedDecimal(text: string): string | undefined {
  const decimal = plainDecimal(text);
  return decimal && `"${decimal}"`;
}

/**
 * TO_CHAR's SYYYY puts a blank before a year AD and a minus before a year BC. A corrupt date prints zeros.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Format-Models.html
 */
function datetimeEncoder(fractionDigits: number): TextEncoder {
  const fraction = fractionDigits > 0 ? `\\.\\d{${fractionDigits}}` : '';
  const date = '(?!0000)\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
  const form = new RegExp(`^ ${date}T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d${fraction}$`);
  return (text) => (form.test(text) ? `"${text.slice(1)}"` : undefined);
}

const requirements = {
  number: 'a finite decimal number',
  decimal: 'a finite decimal number',
  text: 'text',
  clob: 'text',
  bytes: 'bytes',
  blob: 'bytes',
  datetime: 'a date of the years 1 to 9999',
} as const;

function inexact({ name, encoding }: PlannedColumn): OraFerryError {
  return new OraFerryError(
    'VALUE_ERROR',
    `Column ${name} holds a value that is not ${requirements[encoding.kind]}.`,
    { details: { column: name } },
  );
}
