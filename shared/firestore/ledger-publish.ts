import { FieldValue, type Firestore, type Transaction } from '@google-cloud/firestore';
import type { TableClaim } from '../domain/extraction.ts';
import type { SplitRange } from '../domain/split-range.ts';
import type { TablePlan } from '../ports/ledger.ts';
import { batchesOf, type WeighedWrite, weightOf } from './batches.ts';
import { jobs, largestSize, type SplitDocument, splitId, splits } from './documents.ts';
import { lost } from './leases.ts';
import { holdsTable, notOurs, readTable } from './ledger-tables.ts';
import { supersedeAll } from './supersede.ts';

/**
 * Makes a plan the one that counts: whatever earlier plans left behind is superseded, the splits are stored, and the
 * last write opens them to be claimed. A planner that dies before that leaves nothing that anybody could claim, and
 * the next one, whose epoch is higher, clears it away.
 */
export async function publishTable(
  db: Firestore,
  claim: TableClaim,
  plan: TablePlan,
): Promise<void> {
  if (await wasPublished(db, claim)) return;
  await supersedeEarlier(db, claim);
  for (const some of batchesOf(writesOf(db, claim, plan))) {
    await db.runTransaction(async (tx) => {
      await requirePlanner(db, tx, claim);
      for (const { write } of some) write(tx);
    });
  }
  await open(db, claim, plan);
}

function wasPublished(db: Firestore, claim: TableClaim): Promise<boolean> {
  return db.runTransaction(
    async (tx) => isPublished((await readTable(db, tx, claim)).stored, claim),
    { readOnly: true },
  );
}

type Stored = Awaited<ReturnType<typeof readTable>>['stored'];

/** Each claim of a plan has an epoch of its own, so that nobody else can have published this one. */
function isPublished(stored: Stored, { epoch }: TableClaim): boolean {
  const published: readonly string[] = ['READING', 'CHECKING', 'READ'];
  return stored?.epoch === epoch && published.includes(stored.phase);
}

async function supersedeEarlier(db: Firestore, claim: TableClaim): Promise<void> {
  for (let epoch = claim.epoch - 1; epoch > 0; epoch--) {
    await supersedeAll(
      splits(db, claim.jobId)
        .where('extractionId', '==', claim.extractionId)
        .where('epoch', '==', epoch)
        .where('state', 'in', ['PENDING', 'CLAIMED', 'DONE', 'FAILED']),
    );
  }
}

function writesOf(db: Firestore, claim: TableClaim, plan: TablePlan): WeighedWrite[] {
  const { jobId, extractionId, epoch } = claim;
  const { countedRows, ranges } = plan;
  const size = sizeOf(countedRows === undefined ? undefined : countedRows / ranges.length);
  return ranges.map((range, position) => ({
    weight: weightOf(0, JSON.stringify(range).length),
    write: (tx) =>
      tx.set(splits(db, jobId).doc(splitId(extractionId, epoch, position)), {
        ...newSplit(claim, position, range),
        size,
      }),
  }));
}

/** A large split that is begun last keeps everybody waiting; one of unknown size may be large. */
function sizeOf(rows: number | undefined): number {
  if (rows === undefined || rows >= 10_000_000) return largestSize;
  return rows >= 1_000_000 ? 1 : 0;
}

function newSplit(
  { extractionId, epoch }: TableClaim,
  position: number,
  range: SplitRange,
): SplitDocument {
  const nothingYet = { attempt: 0, failures: 0, uploads: [], parts: [] };
  return { extractionId, epoch, position, range, state: 'PENDING', ...nothingYet };
}

function open(db: Firestore, claim: TableClaim, plan: TablePlan): Promise<void> {
  const { scn, identity, countedRows, consistency, splitMethod, ranges, design } = plan;
  const nothing = FieldValue.delete();
  return db.runTransaction(async (tx) => {
    const { table, stored } = await readTable(db, tx, claim);
    if (isPublished(stored, claim)) return;
    await requirePlanner(db, tx, claim);
    tx.update(table.ref, {
      ...(design && { source: nothing, filter: nothing, comment: nothing, ...design }),
      phase: 'READING',
      holder: nothing,
      plannedAt: table.readTime.toDate().toISOString(),
      scn: scn ?? nothing,
      identity: identity ?? nothing,
      countedRows: countedRows ?? nothing,
      consistency,
      splitMethod,
      splitsTotal: ranges.length,
    });
  });
}

/** Throws LEASE_LOST unless the job runs and the table is still planned under this claim. */
async function requirePlanner(db: Firestore, tx: Transaction, claim: TableClaim): Promise<void> {
  const [job, { stored }] = await Promise.all([
    tx.get(jobs(db).doc(claim.jobId)),
    readTable(db, tx, claim),
  ]);
  if (job.data()?.state !== 'RUNNING') throw lost('the job has moved on');
  if (!holdsTable(stored, claim)) throw notOurs();
}
