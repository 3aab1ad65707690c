import type { TableName, TablePolicies } from '../../ports/oracle.ts';
import type { ConnectionPool } from '../pool.ts';
import { inBatches, nameKey, queryIfAllowed } from '../query.ts';
import { type Session, withSession } from '../session.ts';
import { redactionPoliciesOf, rowPoliciesOf } from './statements.ts';

/** The policies that are in force on any of the tables. */
export function readPolicies(
  pool: ConnectionPool,
  tables: readonly TableName[],
  signal?: AbortSignal,
): Promise<TablePolicies> {
  return withSession(pool, { signal }, async (session) => ({
    rows: (await policiesBy(session, rowPoliciesOf, tables)) ?? (() => []),
    redaction: await policiesBy(session, redactionPoliciesOf, tables),
  }));
}

type PolicyRow = [owner: string, table: string, policy: string];

async function policiesBy(
  session: Session,
  statement: (pairs: string) => string,
  tables: readonly TableName[],
): Promise<((table: TableName) => readonly string[]) | undefined> {
  const rows: PolicyRow[] = [];
  for (const { pairs, binds } of inBatches(tables)) {
    const found = await queryIfAllowed<PolicyRow>(session, statement(pairs), binds);
    if (!found) return undefined;
    rows.push(...found);
  }
  const byTable = Map.groupBy(rows, ([owner, table]) => nameKey({ owner, table }));
  return (table) => (byTable.get(nameKey(table)) ?? []).map(([, , policy]) => policy);
}
