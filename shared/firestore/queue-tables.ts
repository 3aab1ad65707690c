import type { Query, QueryDocumentSnapshot } from '@google-cloud/firestore';
import { openPhases, type TableClaim } from '../domain/extraction.ts';
import type { Work } from '../ports.ts';
import { type ExtractionDocument, extractions, newId, select } from './documents.ts';
import { isPreconditionFailure } from './errors.ts';
import type { Candidate, Claimer } from './ledger-queue.ts';
import { claimCheck } from './ledger-tables.ts';
import { createScan } from './queue-scan.ts';

const pageSize = 200;
/** Tables under work that are looked at for a check that nobody claimed, whenever there is nothing else to do. */
const uncheckedAtOnce = 5;

type TableSnapshot = QueryDocumentSnapshot<ExtractionDocument>;

/** Looks for tables that wait for somebody. */
export function createTableLook(claimer: Claimer) {
  const { db, jobId, holder, known } = claimer;
  const all = extractions(db, jobId);
  // Columns are most of a document, and of no use to the queue.
  const light = select(all, 'phase', 'epoch', 'holder', 'claimId', 'estimatedBytes');
  const underWork = createScan(light.where('phase', '==', 'READING'));
  const toCandidate = (table: TableSnapshot): Candidate => ({
    claim: () => claimTable(claimer, table),
  });

  return {
    /** To be planned, the largest first; or left behind while they were planned or checked. */
    async waiting(dead: readonly string[]): Promise<Candidate[]> {
      const pending = await readSome(light.where('phase', '==', 'PENDING'));
      if (pending.length > 0) return largestFirst(pending).map(toCandidate);
      const own = await heldBy(light, holder);
      const left = own.filter((table) => !known.has(table.data().claimId ?? ''));
      for (const gone of dead) left.push(...(await heldBy(light, gone)));
      return left.map(toCandidate);
    },
    /** Read to the end, but whoever committed the last split did not claim the check. */
    async unchecked(): Promise<{ candidates: Candidate[]; open: boolean }> {
      const some = await underWork.next(uncheckedAtOnce);
      const candidates = some.map((table): Candidate => {
        const { epoch } = table.data();
        const of = { jobId, extractionId: table.id, epoch, holder };
        return {
          async claim() {
            const claim = await claimCheck(db, of, known);
            return claim && { kind: 'table', claim };
          },
        };
      });
      return { candidates, open: some.length > 0 };
    },
    async areOpen(): Promise<boolean> {
      const open = all.where('phase', 'in', openPhases).select().limit(1);
      return !(await open.get()).empty;
    },
  };
}

/** Ids are hashes, so that a random start is a fair one, and keeps tasks out of each other's way. */
async function readSome(query: Query<ExtractionDocument>): Promise<TableSnapshot[]> {
  return createScan(query).next(pageSize);
}

/** A large table that is begun last keeps everybody waiting; those of about the same size stay in random order. */
function largestFirst(page: readonly TableSnapshot[]): TableSnapshot[] {
  const magnitude = (doc: TableSnapshot) =>
    Math.floor(Math.log2(1 + (doc.data().estimatedBytes ?? 0)));
  return page.toSorted((a, b) => magnitude(b) - magnitude(a));
}

async function heldBy(
  query: Query<ExtractionDocument>,
  holder: string,
): Promise<readonly TableSnapshot[]> {
  return (await query.where('holder', '==', holder).limit(pageSize).get()).docs;
}

async function claimTable(
  { jobId, holder, known }: Claimer,
  table: TableSnapshot,
): Promise<Work | undefined> {
  const { phase, epoch: before } = table.data();
  const isCheck = phase === 'CHECKING';
  // Whatever an earlier planner stores or publishes is of another epoch.
  const epoch = isCheck ? before : before + 1;
  const claimId = newId();
  // Known before it is written, or a look beside us could take the claim for one that was left behind.
  known.add(claimId);
  try {
    const write = { phase: isCheck ? 'CHECKING' : 'PLANNING', epoch, holder, claimId } as const;
    await table.ref.update(write, { lastUpdateTime: table.updateTime });
  } catch (error) {
    // Should it have been written all the same, it will be found left behind.
    known.delete(claimId);
    if (isPreconditionFailure(error)) return undefined;
    throw error;
  }
  const purpose = isCheck ? 'check' : 'plan';
  const extractionId = table.id;
  const claim: TableClaim = { purpose, jobId, extractionId, epoch, holder, claimId };
  return { kind: 'table', claim };
}
