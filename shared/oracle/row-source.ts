import oracledb from 'oracledb';
import type { Row, RowQuery } from '../ports.ts';
import type { ConnectionPool } from './pool.ts';
import { openSession, type Session } from './session.ts';
import { selectRows } from './sql.ts';

/** Rows of one fetch: below 500 round trips cost time, above 2,000 the garbage collector does. */
const batchRows = 1_000;

/**
 * The rows at the SCN in batches of up to 1,000. While the consumer works on a batch the next one is fetched,
 * and no more than that one. Ending early, by an abort or by the consumer, breaks the running fetch.
 */
export async function* readRows(
  pool: ConnectionPool,
  query: RowQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  const sql = selectRows(query, query.columns);
  const { session, release } = await openSession(pool, { table: query, signal });
  let resultSet: oracledb.ResultSet<Row> | undefined;
  try {
    const cursor = await openCursor(session, sql, query.scn);
    resultSet = cursor;
    let next = fetchBatch(session, cursor);
    for (let batch = await next; batch.length > 0; batch = await next) {
      next = fetchBatch(session, cursor);
      yield batch;
    }
  } finally {
    await release(async () => resultSet?.close());
  }
}

async function openCursor(
  session: Session,
  sql: string,
  scn: string,
): Promise<oracledb.ResultSet<Row>> {
  const { resultSet } = await session.call((connection) =>
    connection.execute<Row>(sql, { scn: BigInt(scn) }, executeOptions),
  );
  if (!resultSet) throw new Error('The driver opened no result set for a query.');
  return resultSet;
}

const executeOptions: oracledb.ExecuteOptions = {
  resultSet: true,
  outFormat: oracledb.OUT_FORMAT_ARRAY,
  fetchArraySize: batchRows,
  prefetchRows: batchRows,
  fetchTypeHandler: numbersAsText,
};

/** As text, because the driver's default for NUMBER is a double. */
function numbersAsText({
  dbType,
}: oracledb.Metadata<unknown>): oracledb.FetchTypeResponse | undefined {
  return dbType === oracledb.DB_TYPE_NUMBER ? { type: oracledb.DB_TYPE_VARCHAR } : undefined;
}

/** The consumer may leave before it asks for the batch; an error nobody awaits must not end the process. */
function fetchBatch(session: Session, resultSet: oracledb.ResultSet<Row>): Promise<readonly Row[]> {
  const batch = session.call(() => resultSet.getRows(batchRows));
  batch.catch(() => undefined);
  return batch;
}
