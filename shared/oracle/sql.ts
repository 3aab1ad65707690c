import type { PlannedColumn } from '../domain/column.ts';
import { OraFerryError } from '../errors.ts';
import type { TableName } from '../ports.ts';
import { isLob } from './lobs.ts';

/** In one statement, so that it costs a new session one round trip. */
export const sessionSettings = `ALTER SESSION SET
  NLS_DATE_FORMAT = 'SYYYY-MM-DD"T"HH24:MI:SS'
  NLS_TIMESTAMP_FORMAT = 'SYYYY-MM-DD"T"HH24:MI:SS.FF9'
  NLS_NUMERIC_CHARACTERS = '.,'
  TIME_ZONE = '+00:00'`;

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TAB_COLUMNS.html */
export const describeTable = `SELECT column_name, data_type, data_length, char_length, data_precision, data_scale, nullable, column_id
  FROM all_tab_columns
 WHERE owner = :owner AND table_name = :name
 ORDER BY column_id`;

/** `SELECT COUNT(*)` at the SCN that is bound to `:scn`. */
export function countRows(table: TableName): string {
  return `SELECT COUNT(*) FROM ${qualified(table)} AS OF SCN :scn`;
}

/**
 * The rows at the SCN that is bound to `:scn`, each column in the form that its plan asks for, and behind them
 * the length of each LOB in the order of the columns.
 */
export function selectRows(table: TableName, columns: readonly PlannedColumn[]): string {
  const lengths = columns.filter(isLob).map(selectLength);
  return `SELECT ${[...columns.map(selectColumn), ...lengths].join(', ')} FROM ${qualified(table)} AS OF SCN :scn`;
}

/**
 * A name between double quotes, which takes it literally. Throws VALIDATION_ERROR for the two characters that
 * no name may have.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Database-Object-Names-and-Qualifiers.html
 */
export function quoteName(name: string): string {
  if (name !== '' && !/["\0]/.test(name)) return `"${name}"`;
  throw new OraFerryError('VALIDATION_ERROR', `${JSON.stringify(name)} cannot be an Oracle name.`);
}

function qualified({ owner, table }: TableName): string {
  return `${quoteName(owner)}.${quoteName(table)}`;
}

/** Dates leave the database as text, because the driver's Date loses fractions and minds the local zone. */
function selectColumn({ name, encoding }: PlannedColumn): string {
  const column = quoteName(name);
  if (encoding.kind !== 'datetime') return column;
  const { fractionDigits } = encoding;
  const fraction = fractionDigits > 0 ? `.FF${fractionDigits}` : '';
  return `TO_CHAR(${column}, 'SYYYY-MM-DD"T"HH24:MI:SS${fraction}') AS ${column}`;
}

function selectLength({ name }: PlannedColumn): string {
  return `DBMS_LOB.GETLENGTH(${quoteName(name)})`;
}
