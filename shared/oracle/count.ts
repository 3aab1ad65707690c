import { OraFerryError } from '../errors.ts';
import type { RowChoice, RowQuery, TableName } from '../ports/oracle.ts';
import type { ConnectionPool } from './pool.ts';
import { query } from './query.ts';
import { type Session, withSession } from './session.ts';
import { countRows } from './sql.ts';

/** COUNT(*) of the chosen rows. */
export function countTable(
  pool: ConnectionPool,
  table: TableName,
  choice: RowChoice,
  signal?: AbortSignal,
): Promise<number> {
  return withSession(pool, { table, signal }, (session) => countIn(pool, session, table, choice));
}

/** As countTable, in a session that is there. One round trip takes as long as Oracle reads all rows. */
export async function countIn(
  { countTimeoutMs }: ConnectionPool,
  session: Session,
  table: TableName,
  choice: RowChoice & Pick<RowQuery, 'range'>,
): Promise<number> {
  const { sql, binds } = countRows(table, choice);
  const rows = await session.within(countTimeoutMs, () => query<[string]>(session, sql, binds));
  const count = Number(rows[0]?.[0] ?? Number.NaN);
  if (Number.isSafeInteger(count)) return count;
  throw new OraFerryError('ORACLE_ERROR', `${table.owner}.${table.table} gave no usable COUNT(*).`);
}
