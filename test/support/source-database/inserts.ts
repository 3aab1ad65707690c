import oracledb from 'oracledb';
import type { LocalColumn, LocalType, Value } from '../../../infra/local/oracle/database.ts';
import type { TestTable } from './database.ts';
import { qualified, quoted } from './ddl.ts';
import { type Bind, type Item, itemOf } from './insert-values.ts';

/** Rows for one statement, as `connection.executeMany` takes them. */
export interface Insert {
  readonly sql: string;
  readonly rows: readonly (readonly Bind[])[];
  readonly options: { readonly autoCommit: true; readonly bindDefs: oracledb.BindDefinition[] };
}

const rowsPerInsert = 1_000;

/**
 * Array inserts of rows whose values are in the text forms of the local server. SQL functions convert them, by formats
 * of their own; of the session's settings only the decimal point matters, and the pool sets that. Throws an Error for
 * a value that SQL cannot make of text.
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

/** Executes the statement once for each of its rows. */
export async function executeInsert(
  connection: oracledb.Connection,
  { sql, rows, options }: Insert,
): Promise<void> {
  const binds = rows.map((row) => [...row]);
  if (options.bindDefs.length > 0) await connection.executeMany(sql, binds, options);
  else await connection.executeMany(sql, rows.length, options);
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
