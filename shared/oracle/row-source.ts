import oracledb from 'oracledb';
import type { Row, RowQuery } from '../ports.ts';
import { createLobRows, isLob, type LobRows } from './lobs.ts';
import type { ConnectionPool } from './pool.ts';
import { openSession, type Session } from './session.ts';
import { selectRows } from './sql.ts';

/** Rows of one fetch: below 500 round trips cost time, above 2,000 the garbage collector does. */
const batchRows = 1_000;

/**
 * The rows at the SCN in batches of up to 1,000, and of fewer when they hold LOBs. While the consumer works on
 * what was fetched the next fetch is under way, and no more than that one. Ending early, by an abort or by the
 * consumer, breaks the running fetch.
 */
export async function* readRows(
  pool: ConnectionPool,
  query: RowQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  const sql = selectRows(query, query.columns);
  const { session, release } = await openSession(pool, { table: query, signal });
  let resultSet: oracledb.ResultSet<unknown[]> | undefined;
  try {
    const rows = query.columns.some(isLob) ? createLobRows(query.columns) : plainRows;
    const cursor = await openCursor(session, sql, query.scn, rows.fetchSize());
    resultSet = cursor;
    let next = fetchRows(session, cursor, rows.fetchSize());
    for (let fetched = await next; fetched.length > 0; fetched = await next) {
      const batches = rows.batches(fetched);
      next = fetchRows(session, cursor, rows.fetchSize());
      yield* batches;
    }
  } finally {
    await release(async () => resultSet?.close());
  }
}

/** Rows without LOBs, which are few bytes each. */
const plainRows: LobRows = {
  fetchSize: () => batchRows,
  batches: (fetched) => [fetched],
};

async function openCursor(
  session: Session,
  sql: string,
  scn: string,
  rows: number,
): Promise<oracledb.ResultSet<unknown[]>> {
  const options = { ...executeOptions, fetchArraySize: rows, prefetchRows: rows };
  const { resultSet } = await session.call((connection) =>
    connection.execute<unknown[]>(sql, { scn: BigInt(scn) }, options),
  );
  if (!resultSet) throw new Error('The driver opened no result set for a query.');
  return resultSet;
}

const executeOptions: oracledb.ExecuteOptions = {
  resultSet: true,
  outFormat: oracledb.OUT_FORMAT_ARRAY,
  fetchTypeHandler: exactType,
};

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
