import { createHash } from 'node:crypto';
import type { TableName } from '../../ports/oracle.ts';
import type { ConnectionPool } from '../pool.ts';
import { type Cell, inBatches, nameKey, query } from '../query.ts';
import { type Session, withSession } from '../session.ts';
import { objectsNamed } from './statements.ts';

type ObjectRow = [
  owner: string,
  name: string,
  part: Cell,
  type: string,
  objectId: string,
  dataObjectId: Cell,
  lastDdl: Cell,
];

/**
 * For each table or view a text that changes with its definition (LAST_DDL_TIME, to the second, which grants touch
 * too) and with where its rows lie (DATA_OBJECT_ID: moved, truncated, exchanged, rebuilt), its partitions included.
 */
export function readIdentities(
  pool: ConnectionPool,
  tables: readonly TableName[],
  signal?: AbortSignal,
): Promise<(string | undefined)[]> {
  return withSession(pool, { signal }, (session) => identitiesIn(session, tables));
}

/** As readIdentities, in a session that is there. */
export async function identitiesIn(
  session: Session,
  tables: readonly TableName[],
): Promise<(string | undefined)[]> {
  const rows: ObjectRow[] = [];
  for (const { pairs, binds } of inBatches(tables)) {
    rows.push(...(await query<ObjectRow>(session, objectsNamed(pairs), binds)));
  }
  const byTable = Map.groupBy(rows, ([owner, table]) => nameKey({ owner, table }));
  return tables.map((table) => identityOf(byTable.get(nameKey(table))));
}

function identityOf(rows: readonly ObjectRow[] | undefined): string | undefined {
  const facts = rows?.map((row) => JSON.stringify(row)).toSorted();
  return facts && createHash('sha256').update(facts.join('\n')).digest('base64url').slice(0, 22);
}
