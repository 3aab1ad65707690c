import type { Query, QueryDocumentSnapshot } from '@google-cloud/firestore';
import { openPhases, type TableClaim } from '../domain/extraction.ts';
import type { Work } from '../ports/ledger.ts';
import { type ExtractionDocument, extractions, newId, select } from './documents.ts';
import { isPreconditionFailure } from './errors.ts';
import { hasOpenSplit, takeCheck } from './ledger-tables.ts';
import type { Candidate, Claimer } from './queue-candidate.ts';
import type { DeadTasks } from './queue-dead.ts';
import { createScan } from './queue-scan.ts';

const pageSize = 200;
/** Tables under work that are looked at whenever there is nothing else to do. */
const sampleSize = 5;

type TableSnapshot = QueryDocumentSnapshot<ExtractionDocument>;

/** Looks for tables that wait for somebody. */
export function createTableLook(claimer: Claimer, dead: DeadTasks) {
  const { db, jobId, holder, own } = claimer;
  const all = extractions(db, jobId);
  // Columns are most of a document, and of no use to the queue.
  const light = select(all, 'phase', 'epoch', 'holder', 'claimId', 'estimatedBytes');
  const waiting = createScan(light.where('phase', '==', 'PENDING'));
  const reading = createScan(light.where('phase', '==', 'READING'));
  const held = createScan(light.where('phase', 'in', ['PLANNING', 'CHECKING']));
  const toCandidate = (table: TableSnapshot): Candidate => ({
    claim: () => claimTable(claimer, table),
  });

  async function uncheckedOf(table: TableSnapshot): Promise<Candidate | undefined> {
    const of = { jobId, extractionId: table.id, epoch: table.data().epoch, holder };
    if (await hasOpenSplit(db, of)) return undefined;
    return {
      async claim() {
        const claim = await takeCheck(db, of, own);
        return claim && { kind: 'table', claim };
      },
    };
  }

  return {
    /** To be planned, the largest first. */
    async pending(): Promise<Candidate[]> {
      waiting.jump();
      return largestFirst(await waiting.next(pageSize)).map(toCandidate);
    },
    /** Planned or checked by tasks that are dead. */
    async heldBy(gone: readonly string[]): Promise<Candidate[]> {
      const found = await Promise.all(gone.map((one) => readHeldBy(light, one)));
      return found.flat().map(toCandidate);
    },
    /** Claimed under the task's own name, but by nobody who works on it. */
    async leftByUs(): Promise<Candidate[]> {
      const ours = await readHeldBy(light, holder);
      return ours.filter((table) => !own.ids.has(table.data().claimId ?? '')).map(toCandidate);
    },
    /** Some that are read to the end, but whoever committed the last split did not claim the check. */
    async unchecked(): Promise<Candidate[]> {
      const found = await Promise.all((await reading.next(sampleSize)).map(uncheckedOf));
      return found.filter((candidate) => candidate !== undefined);
    },
    /** Some of those that are planned or checked by tasks without a lease. */
    async withoutLease(): Promise<Candidate[]> {
      const left: TableSnapshot[] = [];
      for (const table of await held.next(sampleSize)) {
        const other = table.data().holder ?? '';
        if (other !== holder && !(await dead.isLive(other))) left.push(table);
      }
      return left.map(toCandidate);
    },
    async areOpen(): Promise<boolean> {
      const open = all.where('phase', 'in', openPhases).select().limit(1);
      return !(await open.get()).empty;
    },
  };
}

/** A large table that is begun last keeps everybody waiting; those of about the same size stay in random order. */
function largestFirst(page: readonly TableSnapshot[]): TableSnapshot[] {
  const magnitude = (doc: TableSnapshot) =>
    Math.floor(Math.log2(1 + (doc.data().estimatedBytes ?? 0)));
  return page.toSorted((a, b) => magnitude(b) - magnitude(a));
}

async function readHeldBy(
  query: Query<ExtractionDocument>,
  holder: string,
): Promise<readonly TableSnapshot[]> {
  return (await query.where('holder', '==', holder).limit(pageSize).get()).docs;
}

async function claimTable(
  { jobId, holder, own }: Claimer,
  table: TableSnapshot,
): Promise<Work | undefined> {
  const { phase, epoch: before } = table.data();
  const isCheck = phase === 'CHECKING';
  // Whatever an earlier planner stores or publishes is of another epoch.
  const epoch = isCheck ? before : before + 1;
  const claimId = newId();
  // Known before it is written, or a look beside us could take the claim for one that was left behind.
  own.ids.add(claimId);
  try {
    const write = { phase: isCheck ? 'CHECKING' : 'PLANNING', epoch, holder, claimId } as const;
    await table.ref.update(write, { lastUpdateTime: table.updateTime });
  } catch (error) {
    // Should it have been written all the same, it will be found left behind.
    own.ids.delete(claimId);
    if (isPreconditionFailure(error)) return undefined;
    throw error;
  }
  const purpose = isCheck ? 'check' : 'plan';
  const extractionId = table.id;
  const claim: TableClaim = { purpose, jobId, extractionId, epoch, holder, claimId };
  return { kind: 'table', claim };
}
