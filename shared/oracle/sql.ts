import type { BindParameters } from 'oracledb';
import type { PlannedColumn } from '../domain/column.ts';
import type { RowChoice, RowQuery, TableName } from '../ports/oracle.ts';
import { filterClause } from './filter.ts';
import { quoteName } from './quote-name.ts';
import { rangeClause } from './range.ts';

/** In one statement, so that it costs a new session one round trip. */
export const sessionSettings = `ALTER SESSION SET
  NLS_CALENDAR = 'GREGORIAN'
  NLS_DATE_FORMAT = 'SYYYY-MM-DD"T"HH24:MI:SS'
  NLS_TIMESTAMP_FORMAT = 'SYYYY-MM-DD"T"HH24:MI:SS.FF9'
  NLS_NUMERIC_CHARACTERS = '.,'
  NLS_SORT = 'BINARY'
  NLS_COMP = 'BINARY'
  TIME_ZONE = '+00:00'`;

/** A statement with the values for its binds. */
export interface Statement {
  readonly sql: string;
  readonly binds: Exclude<BindParameters, readonly unknown[]>;
}

/** Whoever sets it reads one state until the transaction ends, without the right to read the past. */
export const beginReading = 'SET TRANSACTION READ ONLY';

/** `SELECT COUNT(*)` of the chosen rows. */
export function countRows(
  { owner, table }: TableName,
  { scn, filter, range }: RowChoice & Pick<RowQuery, 'range'>,
): Statement {
  return select('COUNT(*)', { owner, table, scn, filter, range });
}

/** What the form of a query depends on besides its columns. */
export interface FetchForm {
  /** Longer LOBs, in bytes or characters, are NULL in their own place. */
  readonly inlineLob: number;
  /**
   * Thin mode makes exact text of a NUMBER itself. In Thick mode Oracle's client library does, and nothing says that
   * it keeps all 40 digits; so there the database does it, in up to 64 characters or, beyond, with an exponent.
   * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Format-Models.html
   */
  readonly driver: 'thin' | 'thick';
}

/**
 * The chosen rows: each column in the form that its plan asks for, then behind them, for each LOB in the order of
 * the columns, its length, then for each its locator where the LOB is longer than `inlineLob`. `locators` are the names of these last ones.
 */
export function selectRows(
  query: RowQuery,
  form: FetchForm,
): Statement & { readonly locators: readonly string[] } {
  const { inlineLob } = form;
  const lobs = query.columns.filter(isLob);
  const locators = lobs.map((_, index) => unusedName(`LOCATOR_${index + 1}`, query.columns));
  const items = [
    ...query.columns.map((column) => selectColumn(column, form)),
    ...lobs.map(({ name }) => lengthOf(name)),
    ...lobs.map(({ name }, index) => `${ifLob(name, '>', inlineLob)} AS "${locators[index]}"`),
  ];
  return { ...select(items.join(', '), query), locators };
}

function select(
  items: string,
  { owner, table, scn, filter = [], range = { kind: 'whole' }, limit }: Omit<RowQuery, 'columns'>,
): Statement {
  const within = rangeClause(range);
  const clause = filterClause([...filter, ...within.conditions]);
  const conditions = [
    ...(clause.sql === '' ? [] : [clause.sql]),
    ...within.tests,
    // Not FETCH FIRST, which a query with a LONG column may not have.
    ...(limit === undefined ? [] : ['ROWNUM <= :limit']),
  ];
  const past = scn === undefined ? '' : ' AS OF SCN :scn';
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  return {
    sql: `SELECT ${items} FROM ${qualified({ owner, table })}${within.extension}${past}${where}`,
    binds: {
      ...(scn !== undefined && { scn: BigInt(scn) }),
      ...clause.binds,
      ...within.binds,
      ...(limit !== undefined && { limit }),
    },
  };
}

/** True for a column whose values are LOBs and have a length of their own, which tells an empty one from NULL. */
export function isLob({ encoding }: PlannedColumn): boolean {
  return encoding.kind === 'clob' || encoding.kind === 'blob';
}

/** The table's full name. */
export function qualified({ owner, table }: TableName): string {
  return `${quoteName(owner)}.${quoteName(table)}`;
}

/**
 * Dates leave the database as text, because the driver's Date loses fractions and offsets and minds the local
 * zone; JSON likewise, because the driver makes doubles of its numbers. What has been converted keeps its name.
 */
function selectColumn({ name, encoding }: PlannedColumn, form: FetchForm): string {
  const column = quoteName(name);
  switch (encoding.kind) {
    case 'number':
    case 'decimal':
      return form.driver === 'thick' ? `${toChar(column, 'TM9')} AS ${column}` : column;
    case 'clob':
    case 'blob':
      return `${ifLob(name, '<=', form.inlineLob)} AS ${column}`;
    case 'datetime':
      return `${toChar(column, dateTimeFormat(encoding.fractionDigits))} AS ${column}`;
    case 'instant': {
      const instant = encoding.zone === 'own' ? atPrintedOffset(column) : column;
      return `${toChar(instant, instantFormat(encoding))} AS ${column}`;
    }
    case 'region':
      return toChar(column, 'TZR');
    case 'json':
      // An error would be NULL, and a long text cut off at 4,000 bytes, without these clauses.
      // https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/JSON_SERIALIZE.html
      return `JSON_SERIALIZE(${column} RETURNING CLOB ERROR ON ERROR) AS ${column}`;
    case 'xml':
      // Without NO INDENT it is not determined whether the text is indented.
      // https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/XMLSERIALIZE.html
      return `XMLSERIALIZE(CONTENT ${column} AS CLOB NO INDENT) AS ${column}`;
    // As text: beside a LOB the driver's Thin mode asks for text and decodes it as if it were binary
    // (node-oracledb, lib/thin/protocol/messages/withData.js).
    case 'rowid':
      return `CAST(${column} AS VARCHAR2(4000)) AS ${column}`;
    case 'row_address':
      return 'CAST(ROWID AS VARCHAR2(4000))';
    default:
      return column;
  }
}

function toChar(column: string, format: string): string {
  return `TO_CHAR(${column}, '${format}')`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Format-Models.html */
function dateTimeFormat(fractionDigits: number): string {
  return `SYYYY-MM-DD"T"HH24:MI:SS${fractionDigits > 0 ? `.FF${fractionDigits}` : ''}`;
}

/**
 * Regions were once seconds away from a whole minute (Berlin by 53 minutes and 28 seconds, the last, Monrovia, until
 * 7 January 1972), while TZH:TZM prints hours and minutes: an instant of those times is first moved to the offset that
 * is printed, so that the text means the same instant.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Datetime-Expressions.html
 * https://data.iana.org/time-zones/tzdb/africa
 */
function atPrintedOffset(column: string): string {
  const moved = `${column} AT TIME ZONE ${toChar(column, 'TZH:TZM')}`;
  return `CASE WHEN ${column} < TIMESTAMP '1973-01-01 00:00:00 +00:00' THEN ${moved} ELSE ${column} END`;
}

/** WITH LOCAL TIME ZONE prints in the session's zone, which is UTC. */
function instantFormat({ fractionDigits, zone }: { fractionDigits: number; zone: 'own' | 'utc' }) {
  return `${dateTimeFormat(fractionDigits)}${zone === 'utc' ? '"Z"' : 'TZH:TZM'}`;
}

function ifLob(name: string, comparison: '<=' | '>', length: number): string {
  return `CASE WHEN ${lengthOf(name)} ${comparison} ${length} THEN ${quoteName(name)} END`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/arpls/DBMS_LOB.html */
function lengthOf(name: string): string {
  return `DBMS_LOB.GETLENGTH(${quoteName(name)})`;
}

function unusedName(wanted: string, columns: readonly PlannedColumn[]): string {
  const taken = columns.some(({ name }) => name === wanted);
  return taken ? unusedName(`${wanted}_`, columns) : wanted;
}
