import type { TableKind } from '../../domain/table.ts';
import { OraFerryError } from '../../errors.ts';
import type { SplitLayout, SplitRequest } from '../../ports/oracle.ts';
import type { ConnectionPool } from '../pool.ts';
import { queryIfAllowed } from '../query.ts';
import { type Session, withSession } from '../session.ts';
import { byChunks } from './chunks.ts';
import { byExtents } from './extents.ts';
import { byKeyRanges } from './key-ranges.ts';
import { byPartitions } from './partitions.ts';
import { type Rung, wholeTable } from './rung.ts';
import { bySampledRowids } from './samples.ts';
import { hybridPartitions } from './statements.ts';
import { assertTiling } from './tiling.ts';

const byPlace: readonly Rung[] = [byExtents, byChunks, bySampledRowids];

/**
 * By kind, the ways to divide a table, best first. Rows of an index-organized table have no place of their own; of
 * the others that are missing here nothing is known that would tile them.
 */
const ladders: Readonly<Partial<Record<TableKind, readonly Rung[]>>> = {
  table: [...byPlace, byKeyRanges],
  'partitioned table': [...byPlace, byPartitions, byKeyRanges],
  'materialized view': [...byPlace, byPartitions, byKeyRanges],
  'index-organized table': [byPartitions, byKeyRanges],
};

/**
 * Divides a table by the best way that its kind and our user's rights allow; a way that Oracle refuses, or takes too
 * long over, leads to the next. Throws what concerns more than one way, such as a lost connection or a lost snapshot.
 */
export function divideTable(
  pool: ConnectionPool,
  request: SplitRequest,
  signal?: AbortSignal,
): Promise<SplitLayout> {
  const rungs = request.splits > 1 ? (ladders[request.kind] ?? []) : [];
  if (rungs.length === 0) return Promise.resolve(wholeTable);
  return withSession(pool, { table: request, signal }, async (session) => {
    if (await isHybrid(session, request)) return wholeTable;
    for (const rung of rungs) {
      const layout = await rung(session, request).catch(passRefusal);
      if (!layout) continue;
      assertTiling(layout.ranges);
      return layout;
    }
    return wholeTable;
  });
}

/** Some partitions of a hybrid table lie outside the database, with rows that have no place in it. */
async function isHybrid(session: Session, { kind, owner, table }: SplitRequest): Promise<boolean> {
  if (kind !== 'partitioned table') return false;
  // Releases that do not know such tables do not know the column.
  const rows = await queryIfAllowed<[string]>(session, hybridPartitions, [owner, table]);
  return rows?.[0]?.[0] === 'YES';
}

/** A table that changed meanwhile is planned anew, not divided some other way. */
const refusals = ['PERMISSION_DENIED', 'TABLE_NOT_FOUND', 'ORACLE_ERROR'];

function passRefusal(error: unknown): undefined {
  if (error instanceof OraFerryError && error.cause) {
    if (refusals.includes(error.code) || isSlow(error)) return;
  }
  throw error;
}

/** The driver has broken the call; DBA_EXTENTS may take Oracle longer than all the rest. */
function isSlow({ details }: OraFerryError): boolean {
  return (Object(details) as { oracle_code?: unknown }).oracle_code === 'NJS-123';
}
