import oracledb from 'oracledb';
import type { PlannedColumn } from '../domain/column.ts';
import { declaredLength } from '../domain/type-rules.ts';
import type { Row, RowQuery } from '../ports/oracle.ts';
import { countIn } from './count.ts';
import { createLongRows, isLong, type LongRows } from './lobs.ts';
import type { ConnectionPool } from './pool.ts';
import { openSession, type Session } from './session.ts';
import { beginReading, type FetchForm, selectRows } from './sql.ts';

/** Rows of one fetch: below 500 round trips cost time, above 2,000 the garbage collector does. */
const batchRows = 1_000;
/** What a fetch of short values may bring at worst, in characters or bytes. */
const mostPerFetch = 64 * 2 ** 20;

/**
 * The rows in batches of up to 1,000, and of fewer when they hold long values. While the consumer works on what
 * was fetched the next fetch is under way, and no more than that one; but not while it may still read large
 * values, which need the session. Ending early, by an abort or by the consumer, breaks the running fetch. With
 * `onCount` all of it happens in a READ ONLY transaction, which is over before the session goes back.
 */
export async function* readRows(
  pool: ConnectionPool,
  query: RowQuery,
  signal: AbortSignal,
  form: FetchForm,
): AsyncGenerator<readonly Row[]> {
  const { onCount, action } = query;
  const { session, release } = await openSession(pool, { table: query, signal, action });
  try {
    const statement = selectRows(onCount ? { ...query, scn: undefined } : query, form);
    if (onCount) onCount(await beginCounted(pool, session, query));
    const isAnyLong = query.columns.some(isLong);
    const rows = isAnyLong
      ? createLongRows(query.columns, session, form.inlineLob)
      : shortRows(query.columns);
    const cursor = await openCursor(session, statement, rows.fetchSize());
    let next = fetchRows(session, cursor, rows.fetchSize());
    for (let fetched = await next; fetched.length > 0; fetched = await next) {
      const batches = rows.batches(fetched);
      const isUnready = rows.holdsLarge();
      if (isUnready) yield* batches;
      next = fetchRows(session, cursor, rows.fetchSize());
      if (!isUnready) yield* batches;
    }
  } finally {
    await release();
  }
}

/**
 * Begins a transaction that sees one state, and counts the rows in it.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/SET-TRANSACTION.html
 */
async function beginCounted(
  pool: ConnectionPool,
  session: Session,
  query: RowQuery,
): Promise<number> {
  session.atEnd((connection) => connection.rollback());
  await session.call((connection) => connection.execute(beginReading));
  return countIn(pool, session, query, { filter: query.filter, range: query.range });
}

/** Rows whose values are bounded by the definitions of their columns. */
function shortRows(columns: readonly PlannedColumn[]): LongRows {
  const longest = columns.reduce((sum, column) => sum + declaredLength(column), 1);
  const fetchRows = Math.min(Math.max(Math.floor(mostPerFetch / longest), 1), batchRows);
  return { fetchSize: () => fetchRows, batches: (fetched) => [fetched], holdsLarge: () => false };
}

async function openCursor(
  session: Session,
  { sql, binds, locators }: ReturnType<typeof selectRows>,
  rows: number,
): Promise<oracledb.ResultSet<unknown[]>> {
  const options: oracledb.ExecuteOptions = {
    resultSet: true,
    outFormat: oracledb.OUT_FORMAT_ARRAY,
    fetchTypeHandler: (column) => (locators.includes(column.name) ? undefined : exactType(column)),
    fetchArraySize: rows,
    prefetchRows: rows,
  };
  const { resultSet } = await session.call((connection) =>
    connection.execute<unknown[]>(sql, binds, options),
  );
  if (!resultSet) throw new Error('The driver opened no result set for a query.');
  session.atEnd(() => resultSet.close());
  return resultSet;
}

/** NUMBER as text, because the driver's default is a double; LOBs whole, which saves a round trip for each. */
function exactType({ dbType }: oracledb.Metadata<unknown>): oracledb.FetchTypeResponse | undefined {
  switch (dbType) {
    case oracledb.DB_TYPE_NUMBER:
    case oracledb.DB_TYPE_CLOB:
    case oracledb.DB_TYPE_NCLOB:
      return { type: oracledb.DB_TYPE_VARCHAR };
    case oracledb.DB_TYPE_BLOB:
      return { type: oracledb.DB_TYPE_RAW };
    default:
      return undefined;
  }
}

/** The consumer may leave before it asks for the rows; an error nobody awaits must not end the process. */
function fetchRows(
  session: Session,
  resultSet: oracledb.ResultSet<unknown[]>,
  rows: number,
): Promise<unknown[][]> {
  const fetched = session.call(() => resultSet.getRows(rows));
  fetched.catch(() => undefined);
  return fetched;
}
