import { OraFerryError } from '../errors.ts';
import { fieldNames } from './field-name.ts';

/** A column as Oracle's dictionary (ALL_TAB_COLUMNS) describes it. */
export interface ColumnDefinition {
  readonly name: string;
  /** As Oracle says it: `NUMBER`, `VARCHAR2`, `TIMESTAMP(6)` … */
  readonly dataType: string;
  readonly length: number;
  /** Null when undeclared. */
  readonly precision: number | null;
  readonly scale: number | null;
  readonly nullable: boolean;
}

/** How the values of a column are selected and written; decided once, from its definition. */
export interface PlannedColumn {
  readonly name: string;
  /** JSON key and BigQuery field name; differs from `name` only where BigQuery could not take it. */
  readonly field: string;
  /** Oracle's type with its precision, for people. */
  readonly oracleType: string;
  readonly bigQueryType: string;
  readonly nullable: boolean;
  readonly encoding: ColumnEncoding;
}

/**
 * - `number`: decimal text that a double holds exactly, written as a JSON number
 * - `decimal`: decimal text, written as a JSON string
 * - `text`: a string as it is
 * - `clob`: a text of any length; an empty one is not NULL
 * - `bytes`: bytes, written in base64
 * - `blob`: bytes of any number, written in base64; none is not NULL
 * - `datetime`: selected by TO_CHAR with a signed year, checked and written as `2024-02-29T23:59:58[.fff]`
 */
export type ColumnEncoding =
  | { readonly kind: 'number' }
  | { readonly kind: 'decimal' }
  | { readonly kind: 'text' }
  | { readonly kind: 'clob' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'blob' }
  | { readonly kind: 'datetime'; readonly fractionDigits: number };

/** What of a table is exported: all columns, or those named, or all but those named. */
export interface ColumnSelection {
  readonly columns?: readonly string[] | undefined;
  readonly exclude_columns?: readonly string[] | undefined;
}

interface TableColumns {
  readonly owner: string;
  readonly table: string;
  readonly columns: readonly ColumnDefinition[];
}

/**
 * Plans the selected columns, in the order of the table. Throws TABLE_NOT_FOUND for names that the table does
 * not have, VALIDATION_ERROR when nothing is left, and UNSUPPORTED_TYPE; each names all columns concerned.
 */
export function planColumns(table: TableColumns, selection: ColumnSelection): PlannedColumn[] {
  const definitions = selectColumns(table, selection);
  const fields = fieldNames(definitions.map(({ name }) => name));
  const planned = definitions.map((definition, index) => planColumn(definition, fields[index]));
  const unsupported = definitions.filter((_, index) => planned[index] === undefined);
  if (unsupported.length > 0) throw unsupportedType(table, unsupported);
  return planned.filter((column) => column !== undefined);
}

/**
 * Decides how one column is read and written, from its definition alone; undefined when no exact way is known.
 * `field` is the BigQuery name, found by comparing all columns of the table.
 */
export function planColumn(
  definition: ColumnDefinition,
  field: string = definition.name,
): PlannedColumn | undefined {
  const plan = planType(definition);
  if (plan === undefined) return undefined;
  const { name, nullable } = definition;
  return { name, field, oracleType: describeType(definition), nullable, ...plan };
}

type TypePlan = Pick<PlannedColumn, 'bigQueryType' | 'encoding'>;

const decimalText: TypePlan = { bigQueryType: 'STRING', encoding: { kind: 'decimal' } };

function planType({ dataType, precision, scale }: ColumnDefinition): TypePlan | undefined {
  const timestamp = /^TIMESTAMP\((\d)\)$/.exec(dataType);
  if (timestamp) return planTimestamp(Number(timestamp[1]));
  switch (dataType) {
    case 'NUMBER':
      // NUMBER(*,s), of which INTEGER is one, has 38 digits; without a scale it is a floating-point decimal.
      // https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html
      return scale === null ? decimalText : planNumber(precision ?? 38, scale);
    case 'FLOAT':
      return decimalText;
    case 'VARCHAR2':
    case 'CHAR':
    case 'NVARCHAR2':
    case 'NCHAR':
      return { bigQueryType: 'STRING', encoding: { kind: 'text' } };
    case 'CLOB':
    case 'NCLOB':
      return { bigQueryType: 'STRING', encoding: { kind: 'clob' } };
    case 'RAW':
      return { bigQueryType: 'BYTES', encoding: { kind: 'bytes' } };
    case 'BLOB':
      return { bigQueryType: 'BYTES', encoding: { kind: 'blob' } };
    case 'DATE':
      return planTimestamp(0);
    default:
      return undefined;
  }
}

/**
 * Doubles, in which JSON readers keep numbers, hold any 15 decimal digits. BigQuery holds 29 digits before and
 * 9 after the point in NUMERIC, 38 and 38 in BIGNUMERIC, 18 in INT64.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types
 */
function planNumber(precision: number, scale: number): TypePlan {
  const integerDigits = Math.max(0, precision - scale);
  const isInteger = scale <= 0;
  if (isInteger && integerDigits <= 15) {
    return { bigQueryType: 'INT64', encoding: { kind: 'number' } };
  }
  if (isInteger && integerDigits <= 18) {
    return { bigQueryType: 'INT64', encoding: { kind: 'decimal' } };
  }
  if (integerDigits <= 29 && scale <= 9) {
    const kind = precision <= 15 ? 'number' : 'decimal';
    return { bigQueryType: 'NUMERIC', encoding: { kind } };
  }
  if (integerDigits <= 38 && scale <= 38) {
    return { bigQueryType: 'BIGNUMERIC', encoding: { kind: 'decimal' } };
  }
  return decimalText;
}

/** BigQuery's DATETIME holds microseconds; finer fractions stay text. */
function planTimestamp(fractionDigits: number): TypePlan {
  const bigQueryType = fractionDigits <= 6 ? 'DATETIME' : 'STRING';
  return { bigQueryType, encoding: { kind: 'datetime', fractionDigits } };
}

function describeType({ dataType, length, precision, scale }: ColumnDefinition): string {
  switch (dataType) {
    case 'VARCHAR2':
    case 'CHAR':
    case 'NVARCHAR2':
    case 'NCHAR':
    case 'RAW':
      return `${dataType}(${length})`;
    case 'NUMBER':
      return `NUMBER${describeNumber(precision, scale)}`;
    case 'FLOAT':
      return precision === null ? dataType : `FLOAT(${precision})`;
    default:
      return dataType;
  }
}

function describeNumber(precision: number | null, scale: number | null): string {
  if (scale === null) return '';
  if (scale === 0 && precision !== null) return `(${precision})`;
  return `(${precision ?? '*'},${scale})`;
}

function selectColumns(
  { owner, table, columns }: TableColumns,
  { columns: wanted, exclude_columns: excluded }: ColumnSelection,
): ColumnDefinition[] {
  const known = new Set(columns.map(({ name }) => name));
  const unknown = [...(wanted ?? []), ...(excluded ?? [])].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new OraFerryError(
      'TABLE_NOT_FOUND',
      `${owner}.${table} has no column ${[...new Set(unknown)].join(', ')}.`,
      { details: { owner, table, columns: [...new Set(unknown)] } },
    );
  }
  const selected = columns.filter(
    ({ name }) => (wanted?.includes(name) ?? true) && !excluded?.includes(name),
  );
  if (selected.length > 0) return selected;
  throw new OraFerryError('VALIDATION_ERROR', `No column of ${owner}.${table} is left to export.`, {
    details: { owner, table },
  });
}

function unsupportedType(
  { owner, table }: TableColumns,
  columns: readonly ColumnDefinition[],
): OraFerryError {
  const list = columns.map(({ name, dataType }) => `${owner}.${table}.${name} (${dataType})`);
  return new OraFerryError(
    'UNSUPPORTED_TYPE',
    `No exact export is known for ${list.join(', ')}. Name them in exclude_columns to export the rest.`,
    {
      details: { owner, table, columns: columns.map(({ name, dataType }) => ({ name, dataType })) },
    },
  );
}
