import type { OracleCatalogue, TableFilter } from '../../ports/oracle.ts';
import type { ConnectionPool } from '../pool.ts';
import { query } from '../query.ts';
import { withSession } from '../session.ts';
import { describeKnown } from './describe.ts';
import { pageOfNames } from './statements.ts';

/** A page of tables and views with what is known of them, in as many queries as it takes batches, not tables. */
export function listTables(
  pool: ConnectionPool,
  { owner, pattern }: TableFilter,
  { limit, after }: Parameters<OracleCatalogue['list']>[1],
  signal?: AbortSignal,
): ReturnType<OracleCatalogue['list']> {
  const by = { owner: owner !== undefined, pattern: pattern !== undefined, after: !!after };
  const binds = {
    ...(owner !== undefined && { owner }),
    ...(pattern !== undefined && { pattern: likePattern(pattern) }),
    ...(after && { after_owner: after.owner, same_owner: after.owner, after_name: after.table }),
    limit,
  };
  return withSession(pool, { signal }, async (session) => {
    const rows = await query<[string, string]>(session, pageOfNames(by), binds);
    const names = rows.map(([itsOwner, table]) => ({ owner: itsOwner, table }));
    const next = names.length === limit ? names.at(-1) : undefined;
    return { tables: await describeKnown(session, names), next };
  });
}

/** `*` and `?` as LIKE has them; its own wildcards, and the character that escapes them, stand for themselves. */
function likePattern(pattern: string): string {
  const escaped = pattern.replace(/[\\%_]/g, '\\$&');
  return escaped.replaceAll('*', '%').replaceAll('?', '_');
}
