import type { BigQueryField } from '../../shared/domain/schema.ts';
import { type ExactJson, NumberLiteral } from '../support/exact-json.ts';
import { isDateTime, isTimestamp } from './bigquery-times.ts';

/**
 * What BigQuery takes when it loads newline-delimited JSON, by its published rules; where these leave something
 * open (how a JSON number becomes a NUMERIC), only what no reading of them would refuse. It knows nothing of Oracle
 * and of the encoder.
 */

/** Why BigQuery would refuse the row; empty when it would take it. */
export function refusalsOfRow(
  fields: readonly BigQueryField[],
  row: Readonly<Record<string, ExactJson>>,
): string[] {
  const names = new Set(fields.map(({ name }) => name));
  const unknown = Object.keys(row).filter((key) => !names.has(key));
  return [
    // https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad (ignoreUnknownValues)
    ...unknown.map((key) => `${key}: no such field`),
    ...fields.flatMap((field) => refusalsOf(field, row[field.name])),
  ];
}

/** Why BigQuery would refuse the value in the field. A missing one is NULL. */
export function refusalsOf(field: BigQueryField, value: ExactJson | undefined): string[] {
  const reason = field.mode === 'REPEATED' ? refuseArray(field, value) : refuseOne(field, value);
  return reason === undefined ? [] : [`${field.name}: ${reason}`];
}

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#array_nulls: none within an array. */
function refuseArray(field: BigQueryField, value: ExactJson | undefined): string | undefined {
  if (!Array.isArray(value)) return 'a REPEATED field takes an array';
  if (value.includes(null)) return 'an array takes no NULL';
  return value.every((item) => accepts(field.type, item)) ? undefined : `no array of ${field.type}`;
}

/** https://cloud.google.com/bigquery/docs/schemas#modes: REQUIRED takes no NULL. */
function refuseOne({ type, mode }: BigQueryField, value: ExactJson = null): string | undefined {
  if (value === null) return mode === 'REQUIRED' ? 'a REQUIRED field takes no NULL' : undefined;
  return accepts(type, value) ? undefined : `no ${type}`;
}

function accepts(type: string, value: ExactJson): boolean {
  const rule = rules.get(type);
  if (!rule) throw new Error(`BigQuery has no type ${type} that these rules know.`);
  return rule(value);
}

const rules = new Map<string, (value: ExactJson) => boolean>([
  ['INT64', isInt64],
  ['NUMERIC', (value) => isDecimal(value, { before: 29, after: 9 })],
  ['BIGNUMERIC', (value) => isDecimal(value, { before: 38, after: 38 })],
  ['FLOAT64', isFloat64],
  ['BOOL', (value) => typeof value === 'boolean'],
  ['STRING', isText],
  ['BYTES', isBase64],
  ['DATETIME', (value) => typeof value === 'string' && isDateTime(value)],
  ['TIMESTAMP', (value) => typeof value === 'string' && isTimestamp(value)],
  ['JSON', (value) => depthOf(value) <= 500],
]);

/**
 * 64 bits; beyond ±(2^53 − 1) as a string, lest digits are lost.
 * https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json#limitations
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#integer_types
 */
function isInt64(value: ExactJson): boolean {
  const text = value instanceof NumberLiteral ? value.text : value;
  if (typeof text !== 'string' || !/^-?\d+$/.test(text)) return false;
  const most = value instanceof NumberLiteral ? 2n ** 53n - 1n : 2n ** 63n - 1n;
  const number = BigInt(text);
  return number <= most && number >= (value instanceof NumberLiteral ? -most : -most - 1n);
}

/**
 * Digits before and behind the point. A reader may make a double of a JSON number, and doubles keep any 15 digits.
 * (BIGNUMERIC holds some numbers of 39 digits, too; NUMERIC rounds what has more than 9 behind the point.)
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types
 * https://www.rfc-editor.org/rfc/rfc8259#section-6
 */
function isDecimal(value: ExactJson, most: { before: number; after: number }): boolean {
  const text = value instanceof NumberLiteral ? value.text : value;
  if (typeof text !== 'string') return false;
  const [, whole, fraction = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return false;
  const [before, after] = [whole.replace(/^0+/, ''), fraction.replace(/0+$/, '')];
  if (before.length > most.before || after.length > most.after) return false;
  return typeof value === 'string' || `${before}${fraction}`.replace(/^0+/, '').length <= 15;
}

/**
 * A number within the range of doubles, or the name of one that JSON has no number for.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions#cast_as_floating_point
 */
function isFloat64(value: ExactJson): boolean {
  if (value instanceof NumberLiteral) return Number.isFinite(Number(value.text));
  return typeof value === 'string' && /^(?:nan|[+-]?inf(?:inity)?)$/i.test(value);
}

/**
 * Unicode, which has no half surrogate pairs, in a row of at most 100 MB.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#string_type
 * https://cloud.google.com/bigquery/quotas#load_jobs (maximum row size)
 */
function isText(value: ExactJson): boolean {
  return typeof value === 'string' && value.isWellFormed() && value.length < 100_000_000;
}

/** https://cloud.google.com/bigquery/docs/data-types (BYTES: imported data must be base64-encoded) */
function isBase64(value: ExactJson): boolean {
  const form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  return typeof value === 'string' && value.length < 100_000_000 && form.test(value);
}

/** https://cloud.google.com/bigquery/docs/json-data#limitations: nested at most 500 deep. */
function depthOf(value: ExactJson): number {
  if (value === null || typeof value !== 'object' || value instanceof NumberLiteral) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** Why BigQuery would not make a table of these fields; empty when it would. */
export function refusalsOfSchema(fields: readonly BigQueryField[]): string[] {
  const seen = new Set<string>();
  return fields.flatMap(({ name, type, description = '' }) => {
    // https://cloud.google.com/bigquery/docs/schemas#column_names: names that differ in case only are the same.
    const isRepeated = seen.has(name.toLowerCase());
    seen.add(name.toLowerCase());
    return [
      ...refusalsOfName(name),
      ...(isRepeated ? [`${name}: there is such a name already`] : []),
      ...(rules.has(type) ? [] : [`${name}: no type ${type}`]),
      // https://cloud.google.com/bigquery/docs/schemas#column_descriptions
      ...(description.length > 1_024 ? [`${name}: a description of over 1,024 characters`] : []),
    ];
  });
}

/** https://cloud.google.com/bigquery/docs/schemas#column_names, without flexible names, which not all of its APIs take. */
function refusalsOfName(name: string): string[] {
  const prefixes = [
    '_TABLE_',
    '_FILE_',
    '_PARTITION',
    '_ROW_TIMESTAMP',
    '__ROOT__',
    '_COLIDENTIFIER',
    '_CHANGE_SEQUENCE_NUMBER',
    '_CHANGE_TYPE',
    '_CHANGE_TIMESTAMP',
  ];
  const reserved = prefixes.find((prefix) => name.toUpperCase().startsWith(prefix));
  return [
    ...(/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? [] : [`${name}: not a name`]),
    ...(name.length > 300 ? [`${name}: longer than 300 characters`] : []),
    ...(reserved ? [`${name}: names must not begin with ${reserved}`] : []),
  ];
}
