import { FieldValue, type Firestore, type Transaction } from '@google-cloud/firestore';
import { type Claim, holdsClaim, type Part, type Split, wasCommittedBy } from '../domain/split.ts';
import type { ErrorReport } from '../errors.ts';
import { jobs, splits } from './documents.ts';
import { lost } from './leases.ts';

export function recordUpload(
  db: Firestore,
  claim: Claim,
  name: string,
  uri: string,
): Promise<void> {
  return db.runTransaction(async (tx) => {
    const { split, running } = await read(db, tx, claim);
    requireClaim(split, claim, running);
    const upload = { attempt: claim.attempt, name, uri };
    tx.update(splits(db, claim.jobId).doc(claim.splitId), {
      uploads: FieldValue.arrayUnion(upload),
    });
  });
}

export function commitSplit(db: Firestore, claim: Claim, parts: readonly Part[]): Promise<void> {
  return db.runTransaction(async (tx) => {
    const { split, running } = await read(db, tx, claim);
    // True even when the job has moved on meanwhile: this may have been its last open split.
    if (wasCommittedBy(split, claim)) return;
    requireClaim(split, claim, running);
    tx.update(splits(db, claim.jobId).doc(claim.splitId), { state: 'DONE', parts });
  });
}

export function failSplit(
  db: Firestore,
  claim: Claim,
  error: ErrorReport,
  final: boolean,
): Promise<void> {
  const state = final ? 'FAILED' : 'PENDING';
  return db.runTransaction(async (tx) => {
    const { split, running } = await read(db, tx, claim);
    const failures = claim.failures + 1;
    const done = split.attempt === claim.attempt && split.failures === failures;
    if (done && split.state === state) return;
    requireClaim(split, claim, running);
    tx.update(splits(db, claim.jobId).doc(claim.splitId), {
      state,
      holder: FieldValue.delete(),
      failures,
      error,
    });
  });
}

export function releaseSplit(db: Firestore, claim: Claim): Promise<void> {
  return db.runTransaction(async (tx) => {
    const { split, running } = await read(db, tx, claim);
    if (!holdsClaim(split, claim)) return;
    requireClaim(split, claim, running);
    tx.update(splits(db, claim.jobId).doc(claim.splitId), {
      state: 'PENDING',
      holder: FieldValue.delete(),
    });
  });
}

interface ClaimedSplit {
  readonly split: Split;
  /** The job still runs, in the epoch of the claim. */
  readonly running: boolean;
}

async function read(db: Firestore, tx: Transaction, claim: Claim): Promise<ClaimedSplit> {
  const [jobSnapshot, splitSnapshot] = await Promise.all([
    tx.get(jobs(db).doc(claim.jobId)),
    tx.get(splits(db, claim.jobId).doc(claim.splitId)),
  ]);
  const job = jobSnapshot.data();
  const split = splitSnapshot.data();
  if (job?.epoch !== claim.epoch || !split) throw lost('the job has moved on');
  return { split: { id: claim.splitId, ...split }, running: job.state === 'RUNNING' };
}

function requireClaim(split: Split, claim: Claim, running: boolean): void {
  if (!running) throw lost('the job has moved on');
  if (!holdsClaim(split, claim)) throw lost('the split is no longer claimed by this attempt');
}
