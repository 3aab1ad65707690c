import {
  type DocumentSnapshot,
  FieldValue,
  type Firestore,
  type Transaction,
} from '@google-cloud/firestore';
import { mostPlans, type TableClaim } from '../domain/extraction.ts';
import type { Claim } from '../domain/split.ts';
import type { ErrorReport } from '../errors.ts';
import { type ExtractionDocument, extractions, jobs, newId, splits } from './documents.ts';
import { lost } from './leases.ts';
import { isHeld } from './ledger-splits.ts';
import { hasInHand, type TaskClaims } from './task-claims.ts';

/** The phase of a table while it is claimed, and the one that it comes from. */
const phases = {
  plan: { claimed: 'PLANNING', free: 'PENDING' },
  check: { claimed: 'CHECKING', free: 'READING' },
} as const;

const noHolder = { holder: FieldValue.delete() };

export function failTable(
  db: Firestore,
  claim: TableClaim,
  error: ErrorReport,
  final: boolean,
): Promise<void> {
  const phase = final ? 'FAILED' : phases[claim.purpose].free;
  return db.runTransaction(async (tx) => {
    const { table, stored } = await readTable(db, tx, claim);
    if (wasLeftBy(stored, claim, phase)) return;
    if (!stored || !holdsTable(stored, claim)) throw notOurs();
    tx.update(table.ref, { phase, ...noHolder, failures: stored.failures + 1, error });
  });
}

export function releaseTable(db: Firestore, claim: TableClaim): Promise<void> {
  const phase = phases[claim.purpose].free;
  return db.runTransaction(async (tx) => {
    const { table, stored } = await readTable(db, tx, claim);
    if (holdsTable(stored, claim)) tx.update(table.ref, { phase, ...noHolder });
  });
}

/** What tells a table in one of its epochs. */
type TableEpoch = Pick<TableClaim, 'jobId' | 'extractionId' | 'epoch'>;

/** Once none of its splits is open, which is so for good in its epoch, a table can be checked. */
export async function claimCheck(
  db: Firestore,
  done: Claim,
  own: TaskClaims,
): Promise<TableClaim | undefined> {
  // The query is billed, and every split of a large table would make it.
  if (hasInHand(own, done) || (await hasOpenSplit(db, done))) return undefined;
  return takeCheck(db, done, own);
}

export async function hasOpenSplit(
  db: Firestore,
  { jobId, extractionId, epoch }: TableEpoch,
): Promise<boolean> {
  const open = splits(db, jobId)
    .where('extractionId', '==', extractionId)
    .where('epoch', '==', epoch)
    .where('state', 'in', ['PENDING', 'CLAIMED'])
    .select()
    .limit(1);
  return !(await open.get()).empty;
}

/** The right to check a table that has no open split; undefined when it is somebody else's, or not wanted any more. */
export async function takeCheck(
  db: Firestore,
  { jobId, extractionId, epoch, holder }: TableEpoch & Pick<TableClaim, 'holder'>,
  { ids }: TaskClaims,
): Promise<TableClaim | undefined> {
  // Chosen before the transaction, so that a repeated one recognises its own claim; and known before it is written,
  // or a queue of this task could take it for one that was left behind.
  const claimId = newId();
  const claim: TableClaim = { purpose: 'check', jobId, extractionId, epoch, holder, claimId };
  ids.add(claimId);
  try {
    if (await isTaken(db, claim)) return claim;
  } catch (error) {
    ids.delete(claimId);
    throw error;
  }
  ids.delete(claimId);
  return undefined;
}

function isTaken(db: Firestore, claim: TableClaim): Promise<boolean> {
  const { holder, claimId } = claim;
  return db.runTransaction(async (tx) => {
    const job = await tx.get(jobs(db).doc(claim.jobId));
    const { table, stored } = await readTable(db, tx, claim);
    if (holdsTable(stored, claim)) return true;
    if (job.data()?.state !== 'RUNNING') return false;
    if (stored?.phase !== 'READING' || stored.epoch !== claim.epoch) return false;
    tx.update(table.ref, { phase: 'CHECKING', holder, claimId });
    return true;
  });
}

export function settleTable(db: Firestore, claim: TableClaim): Promise<void> {
  return db.runTransaction(async (tx) => {
    const { table, stored } = await readTable(db, tx, claim);
    if (wasLeftBy(stored, claim, 'READ')) return;
    if (!holdsTable(stored, claim)) throw notOurs();
    tx.update(table.ref, { phase: 'READ', ...noHolder });
  });
}

export function restartTable(
  db: Firestore,
  claim: TableClaim | Claim,
  error: ErrorReport,
): Promise<void> {
  return db.runTransaction(async (tx) => {
    const { table, stored } = await readTable(db, tx, claim);
    // Several splits of a table lose their snapshot at the same time.
    const isOpen = stored && ['PLANNING', 'READING', 'CHECKING'].includes(stored.phase);
    if (!isOpen || stored.epoch !== claim.epoch) return;
    const holds =
      'purpose' in claim ? holdsTable(stored, claim) : await holdsSplit(db, tx, stored, claim);
    if (!holds) throw notOurs();
    tx.update(table.ref, { ...restarted(stored), error });
  });
}

function restarted(stored: ExtractionDocument) {
  const restarts = (stored.restarts ?? 0) + 1;
  if (restarts >= mostPlans) return { phase: 'FAILED', ...noHolder } as const;
  const nothing = FieldValue.delete();
  const plan = { scn: nothing, consistency: nothing, plannedAt: nothing, countedRows: nothing };
  const splitting = { splitMethod: nothing, splitsTotal: 0 };
  return { phase: 'PENDING', ...noHolder, ...plan, ...splitting, restarts } as const;
}

async function holdsSplit(
  db: Firestore,
  tx: Transaction,
  { phase }: ExtractionDocument,
  claim: Claim,
): Promise<boolean> {
  if (phase !== 'READING') return false;
  return isHeld(await tx.get(splits(db, claim.jobId).doc(claim.splitId)), claim);
}

/** True when the claim is what the record says, so that a write on its behalf may count. */
export function holdsTable(stored: ExtractionDocument | undefined, claim: TableClaim): boolean {
  return (
    stored?.phase === phases[claim.purpose].claimed &&
    stored.epoch === claim.epoch &&
    stored.holder === claim.holder &&
    stored.claimId === claim.claimId
  );
}

/** The id of a claim stays when the claim ends: an answer to the write that ended it may have been lost. */
function wasLeftBy(
  stored: ExtractionDocument | undefined,
  { claimId }: TableClaim,
  phase: ExtractionDocument['phase'],
): boolean {
  return stored?.claimId === claimId && stored.holder === undefined && stored.phase === phase;
}

interface TableRecord {
  readonly table: DocumentSnapshot<ExtractionDocument>;
  readonly stored: ExtractionDocument | undefined;
}

export async function readTable(
  db: Firestore,
  tx: Transaction,
  { jobId, extractionId }: Pick<TableClaim, 'jobId' | 'extractionId'>,
): Promise<TableRecord> {
  const table = await tx.get(extractions(db, jobId).doc(extractionId));
  return { table, stored: table.data() };
}

/** The refusal of a write on behalf of a claim that is no longer true. */
export function notOurs() {
  return lost('the table is no longer claimed by this task');
}
