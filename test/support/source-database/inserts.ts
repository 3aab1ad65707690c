import oracledb from 'oracledb';
import type { LocalColumn, LocalType, Value } from '../../../infra/local/oracle/database.ts';
import { qualified, quoted, type TestTable } from './ddl.ts';

/** Rows for one statement, as `connection.executeMany` takes them. */
export interface Insert {
  readonly sql: string;
  readonly rows: readonly (readonly Bind[])[];
  readonly options: { readonly autoCommit: true; readonly bindDefs: oracledb.BindDefinition[] };
}

type Bind = string | number | Buffer | null;

/** What stands for a value in VALUES: SQL with `?` where the bind goes, when there is one. */
interface Item {
  readonly expression: string;
  readonly bind?: Bind;
}

const rowsPerInsert = 1_000;

/**
 * Array inserts of rows whose values are in the text forms of the local server. Text is converted by SQL functions
 * with explicit formats; the session's settings decide nothing. Throws an Error for a value that SQL cannot make.
 * https://node-oracledb.readthedocs.io/en/latest/user_guide/batch_statement.html
 */
export function insertStatements(
  owner: string,
  table: TestTable,
  rows: readonly (readonly Value[])[],
): Insert[] {
  const columns = longLast(table.columns);
  const inserts: { sql: string; rows: Bind[][]; types: LocalColumn[] }[] = [];
  for (const row of rows) {
    const items = columns.map(({ column, index }) => itemOf(column, row[index] ?? null));
    const sql = insertSql(owner, table.name, columns, items);
    const bound = columns.filter((_, index) => items[index]?.bind !== undefined);
    const binds = items.flatMap(({ bind }) => (bind === undefined ? [] : [bind]));
    const last = inserts.at(-1);
    if (last?.sql === sql && last.rows.length < rowsPerInsert) last.rows.push(binds);
    else inserts.push({ sql, rows: [binds], types: bound.map(({ column }) => column) });
  }
  return inserts.map(({ sql, rows, types }) => ({
    sql,
    rows,
    options: { autoCommit: true, bindDefs: types.map((column, at) => bindOf(column, rows, at)) },
  }));
}

interface PlacedColumn {
  readonly column: LocalColumn;
  /** In the table. */
  readonly index: number;
}

const long: ReadonlySet<LocalType> = new Set(['LONG', 'LONG RAW', 'CLOB', 'NCLOB', 'BLOB']);

/** https://docs.oracle.com/en/error-help/db/ora-24816/: long binds go behind all others. */
function longLast(columns: readonly LocalColumn[]): PlacedColumn[] {
  const placed = columns.map((column, index) => ({ column, index }));
  return [
    ...placed.filter(({ column }) => !long.has(column.type)),
    ...placed.filter(({ column }) => long.has(column.type)),
  ];
}

function insertSql(
  owner: string,
  table: string,
  columns: readonly PlacedColumn[],
  items: readonly Item[],
): string {
  let binds = 0;
  const names = columns.map(({ column }) => quoted(column.name)).join(', ');
  const values = items.map(({ expression, bind }) =>
    bind === undefined ? expression : expression.replace('?', `:${++binds}`),
  );
  return `INSERT INTO ${qualified(owner, table)} (${names}) VALUES (${values.join(', ')})`;
}

/** A bind may be NULL in any of the expressions but XMLTYPE's. */
function itemOf(column: LocalColumn, value: Value): Item {
  const { type } = column;
  const isEmptyLob = value === '' && type.endsWith('LOB');
  if (isEmptyLob) return { expression: type === 'BLOB' ? 'EMPTY_BLOB()' : 'EMPTY_CLOB()' };
  const text = value === null || value === '' ? undefined : String(value);
  if (!unmade.has(type)) {
    const bind = text === undefined ? null : bindValue(type, text);
    return { expression: expressionOf(column, text ?? ''), bind };
  }
  if (text === undefined) return { expression: 'NULL' };
  if (type === 'XMLTYPE') return { expression: 'XMLTYPE(?)', bind: text };
  throw new Error(`tests make no ${type} in a real Oracle`);
}

const unmade: ReadonlySet<LocalType> = new Set(['XMLTYPE', 'BFILE', 'ANYDATA', 'OBJECT']);

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Format-Models.html */
const dateFormat = 'SYYYY-MM-DD"T"HH24:MI:SS';
const timeFormat = `${dateFormat}.FF9`;
const offsetFormat = `${timeFormat}TZH:TZM`;

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Single-Row-Functions.html (Conversion Functions) */
function expressionOf(column: LocalColumn, text: string): string {
  switch (column.type) {
    case 'NUMBER':
    case 'FLOAT':
      return 'TO_NUMBER(?)';
    case 'DATE':
      return `TO_DATE(?, '${dateFormat}')`;
    case 'TIMESTAMP':
      return `TO_TIMESTAMP(?, '${timeFormat}')`;
    case 'TIMESTAMP WITH TIME ZONE':
      return zonedExpression(text);
    case 'TIMESTAMP WITH LOCAL TIME ZONE':
      return `TO_TIMESTAMP_TZ(?, '${offsetFormat}')`;
    case 'INTERVAL YEAR TO MONTH':
      return 'TO_YMINTERVAL(?)';
    case 'INTERVAL DAY TO SECOND':
      return 'TO_DSINTERVAL(?)';
    case 'ROWID':
      return 'CHARTOROWID(?)';
    case 'BOOLEAN':
      return 'TO_BOOLEAN(?)';
    case 'JSON':
      return 'JSON(?)';
    case 'VECTOR':
      return `TO_VECTOR(?, ${column.dimensions ?? '*'}, ${column.format ?? 'FLOAT32'})`;
    default:
      return '?';
  }
}

/** `…+05:30`, `…Z`, `… Europe/Berlin`, or with both, where an hour came twice. */
const zoned = /^(.*?)(Z|[+-]\d\d:\d\d)?(?: ([A-Za-z][\w+/-]*))?$/;

/**
 * With offset and region, the moment by its offset is moved to the region.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Datetime-Expressions.html
 */
function zonedExpression(text: string): string {
  const [, , offset, region] = zoned.exec(text) ?? [];
  if (region === undefined) return `TO_TIMESTAMP_TZ(?, '${offsetFormat}')`;
  if (offset === undefined) return `TO_TIMESTAMP_TZ(?, '${timeFormat} TZR')`;
  return `TO_TIMESTAMP_TZ(?, '${offsetFormat}') AT TIME ZONE '${region}'`;
}

function bindValue(type: LocalType, text: string): Bind {
  switch (type) {
    case 'BINARY_FLOAT':
    case 'BINARY_DOUBLE':
      return Number(text);
    case 'RAW':
    case 'LONG RAW':
    case 'BLOB':
      return Buffer.from(text, 'hex');
    case 'DATE':
      return signed(text);
    case 'TIMESTAMP':
      return withFraction(text);
    case 'TIMESTAMP WITH TIME ZONE':
      return withZone(text);
    case 'TIMESTAMP WITH LOCAL TIME ZONE':
      return `${withFraction(text.replace(/Z$/, ''))}+00:00`;
    default:
      return text;
  }
}

/** SYYYY stands for a minus or a blank and the year. */
function signed(text: string): string {
  return text.startsWith('-') ? text : ` ${text}`;
}

/** All nine digits of FF9. */
function withFraction(text: string): string {
  const [seconds = '', fraction = ''] = text.split('.');
  return `${signed(seconds)}.${fraction.padEnd(9, '0')}`;
}

function withZone(text: string): string {
  const [, local = '', offset, region] = zoned.exec(text) ?? [];
  if (offset === undefined) return `${withFraction(local)} ${region}`;
  return withFraction(local) + (offset === 'Z' ? '+00:00' : offset);
}

/**
 * How the values of a column are bound. Strings and Buffers of any length may be bound where a LOB or LONG is
 * inserted; a function takes long text as a temporary CLOB.
 * https://node-oracledb.readthedocs.io/en/latest/user_guide/lob_data.html#simple-insertion-of-lobs
 */
function bindOf(
  { type }: LocalColumn,
  rows: readonly (readonly Bind[])[],
  at: number,
): oracledb.BindDefinition {
  const maxSize = longest(rows, at);
  switch (type) {
    case 'BINARY_FLOAT':
      return { type: oracledb.DB_TYPE_BINARY_FLOAT };
    case 'BINARY_DOUBLE':
      return { type: oracledb.DB_TYPE_BINARY_DOUBLE };
    case 'JSON':
    case 'VECTOR':
    case 'XMLTYPE':
      if (maxSize > longestText) return { type: oracledb.DB_TYPE_CLOB };
      return { type: oracledb.DB_TYPE_VARCHAR, maxSize };
    case 'RAW':
    case 'LONG RAW':
    case 'BLOB':
      return { type: oracledb.DB_TYPE_RAW, maxSize };
    case 'NVARCHAR2':
    case 'NCHAR':
    case 'NCLOB':
      return { type: oracledb.DB_TYPE_NVARCHAR, maxSize };
    default:
      return { type: oracledb.DB_TYPE_VARCHAR, maxSize };
  }
}

/** In bytes, with MAX_STRING_SIZE=STANDARD. */
const longestText = 4_000;

/** In bytes; at least 1, which is what a column of NULLs needs. */
function longest(rows: readonly (readonly Bind[])[], at: number): number {
  return rows.reduce((most, row) => Math.max(most, bytesOf(row[at] ?? null)), 1);
}

function bytesOf(value: Bind): number {
  return typeof value === 'string' || Buffer.isBuffer(value) ? Buffer.byteLength(value) : 0;
}
