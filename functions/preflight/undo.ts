import type { Transport } from '../../shared/domain/transport.ts';
import type { DatabaseFacts } from '../../shared/ports/oracle.ts';
import type { Preflight, TableCheck, Warning } from '../views/preflight.ts';

/** What one session reads at least, in bytes a second: an assumption that errs on the slow side. */
const bytesPerSecond = 10_000_000;

/**
 * How long undo is needed, and kept. With one SCN for the job that is until the last table is read; with one for
 * each table, while the largest is. Each task counts as one session; they share the tables that are divided.
 */
export function undoFor(
  { options }: Transport,
  facts: DatabaseFacts,
  tables: readonly TableCheck[],
): Preflight['undo'] {
  const known = tables.filter(({ estimate }) => estimate.bytes !== null);
  const bytes = known.map(({ estimate }) => estimate.bytes ?? 0);
  const alone = known.map((table, at) => (bytes[at] ?? 0) / (isDivided(table) ? options.tasks : 1));
  const largest = alone.reduce((most, one) => Math.max(most, one), 0);
  const all = bytes.reduce((sum, one) => sum + one, 0);
  const spread = options.snapshot === 'job' ? Math.max(largest, all / options.tasks) : largest;
  // What the database found out it can keep outdoes what it was asked to keep.
  // https://docs.oracle.com/en/database/oracle/oracle-database/23/admin/managing-undo.html
  const kept = facts.tunedUndoRetention ?? facts.undoRetention ?? null;
  const needed = bytes.length === 0 ? null : Math.ceil(spread / bytesPerSecond);
  const sufficient = kept === null || needed === null ? null : needed <= kept;
  return { retention_seconds: kept, needed_seconds: needed, sufficient };
}

export function isDivided({ split_method: way }: TableCheck): boolean {
  return way !== null && way !== 'whole table';
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
