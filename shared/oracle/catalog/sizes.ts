import type { TableName } from '../../ports/oracle.ts';
import type { ConnectionPool } from '../pool.ts';
import { inBatches, nameKey, queryIfAllowed } from '../query.ts';
import { withSession } from '../session.ts';
import { segmentsNamed } from './statements.ts';

type SizeRow = [owner: string, table: string, bytes: string];

/** Bytes of each table's segments, summed over its partitions. */
export function readSizes(
  pool: ConnectionPool,
  tables: readonly TableName[],
  signal?: AbortSignal,
): Promise<(number | undefined)[]> {
  return withSession(pool, { signal }, async (session) => {
    const sizes = new Map<string, number>();
    for (const { pairs, binds } of inBatches(tables)) {
      const rows = await queryIfAllowed<SizeRow>(session, segmentsNamed(pairs), binds);
      if (!rows) break;
      for (const [owner, table, bytes] of rows) sizes.set(nameKey({ owner, table }), Number(bytes));
    }
    return tables.map((table) => sizes.get(nameKey(table)));
  });
}
