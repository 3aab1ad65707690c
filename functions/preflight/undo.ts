import type { Transport } from '../../shared/domain/transport.ts';
import type { DatabaseFacts } from '../../shared/ports.ts';
import type { Preflight, TableCheck, Warning } from '../views/preflight.ts';

/** What one session reads at least, in bytes a second: an assumption that errs on the slow side. */
const bytesPerSecond = 10_000_000;

/**
 * How long undo is needed, and kept. With one SCN for the job that is until the last table is read; with one for
 * each table, while the longest is read. Each task counts as one session, of which all share a table that is divided.
 */
export function undoFor(
  { options }: Transport,
  facts: DatabaseFacts,
  tables: readonly TableCheck[],
): Preflight['undo'] {
  const bytes = tables.flatMap(({ estimate }) => estimate.bytes ?? []);
  const all = bytes.reduce((sum, one) => sum + one, 0);
  const longest = tables.reduce(
    (most, table) => Math.max(most, bytesOfOneSession(table, options.tasks)),
    0,
  );
  const spread = options.snapshot === 'job' ? Math.max(longest, all / options.tasks) : longest;
  // What the database found out it can keep outdoes what it was asked to keep.
  // https://docs.oracle.com/en/database/oracle/oracle-database/23/admin/managing-undo.html
  const kept = facts.tunedUndoRetention ?? facts.undoRetention ?? null;
  const needed = bytes.length === 0 ? null : Math.ceil(spread / bytesPerSecond);
  const sufficient = kept === null || needed === null ? null : needed <= kept;
  return { retention_seconds: kept, needed_seconds: needed, sufficient };
}

function bytesOfOneSession({ estimate, split_method: method }: TableCheck, tasks: number): number {
  return (estimate.bytes ?? 0) / (method === 'whole table' ? 1 : tasks);
}

export function undoWarnings({
  retention_seconds: kept,
  needed_seconds: needed,
  sufficient,
}: Preflight['undo']): Warning[] {
  if (sufficient !== false) return [];
  const message = `The export may need undo for ${needed} seconds, and the database keeps it for ${kept}: raise UNDO_RETENTION, use more tasks, or set options.snapshot to "table".`;
  return [{ code: 'UNDO_TOO_SHORT', message }];
}
