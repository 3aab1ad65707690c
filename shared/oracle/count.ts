import { OraFerryError } from '../errors.ts';
import type { RowChoice, TableName } from '../ports.ts';
import type { ConnectionPool } from './pool.ts';
import { query } from './query.ts';
import { withSession } from './session.ts';
import { countRows } from './sql.ts';

/** COUNT(*) of the chosen rows. */
export async function countTable(
  pool: ConnectionPool,
  table: TableName,
  choice: RowChoice,
  signal?: AbortSignal,
): Promise<number> {
  const { sql, binds } = countRows(table, choice);
  const rows = await withSession(pool, { table, signal }, (session) =>
    query<[string]>(session, sql, binds),
  );
  const count = Number(rows[0]?.[0] ?? Number.NaN);
  if (Number.isSafeInteger(count)) return count;
  throw new OraFerryError('ORACLE_ERROR', `${table.owner}.${table.table} gave no usable COUNT(*).`);
}
