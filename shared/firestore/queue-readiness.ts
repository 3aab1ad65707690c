import type { DocumentSnapshot, Firestore, QueryDocumentSnapshot } from '@google-cloud/firestore';
import { type ExtractionDocument, extractions, type SplitDocument } from './documents.ts';
import { supersede } from './supersede.ts';

type SplitSnapshot = QueryDocumentSnapshot<SplitDocument>;
type TableSnapshot = DocumentSnapshot<ExtractionDocument>;

/**
 * Sifts out the splits that can be claimed because their table is being read, in their epoch. Those of a plan that was
 * given up are superseded, so that they are met no more.
 */
export function createReadiness(db: Firestore, jobId: string) {
  // Epochs in which tables were seen being read. Once one ends, its splits are superseded, and claims fail.
  const reading = new Map<string, number>();
  const isReady = ({ extractionId, epoch }: SplitDocument) => reading.get(extractionId) === epoch;

  async function look(splits: readonly SplitSnapshot[]): Promise<Map<string, TableSnapshot>> {
    const ids = new Set(splits.map((split) => split.data().extractionId));
    const refs = Array.from(ids, (id) => extractions(db, jobId).doc(id));
    if (refs.length === 0) return new Map();
    const tables = (await db.getAll(...refs, {
      fieldMask: ['phase', 'epoch'],
    })) as TableSnapshot[];
    for (const table of tables) {
      const { phase, epoch } = table.data() ?? {};
      if (phase === 'READING' && epoch !== undefined) reading.set(table.id, epoch);
    }
    return new Map(tables.map((table) => [table.id, table]));
  }

  return {
    async sift(splits: readonly SplitSnapshot[]): Promise<SplitSnapshot[]> {
      const tables = await look(splits.filter((split) => !isReady(split.data())));
      const vain = splits.filter((split) => isGivenUp(split.data(), tables));
      await Promise.all(vain.map(supersede));
      return splits.filter((split) => isReady(split.data()));
    },
  };
}

/** A table that waits for a plan has given up the one before, and the next will have another epoch. */
function isGivenUp(split: SplitDocument, tables: ReadonlyMap<string, TableSnapshot>): boolean {
  const table = tables.get(split.extractionId)?.data();
  if (!table) return false;
  return table.epoch > split.epoch || table.phase === 'FAILED' || table.phase === 'PENDING';
}
