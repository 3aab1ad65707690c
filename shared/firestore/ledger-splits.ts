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
    const split = await readFenced(db, tx, claim);
    if (!holdsClaim(split, claim)) throw lost('the split is no longer claimed by this attempt');
    const upload = { attempt: claim.attempt, name, uri };
    tx.update(splits(db, claim.jobId).doc(claim.splitId), {
      uploads: FieldValue.arrayUnion(upload),
    });
  });
}

export function commitSplit(db: Firestore, claim: Claim, parts: readonly Part[]): Promise<void> {
  return db.runTransaction(async (tx) => {
    const split = await readFenced(db, tx, claim);
    if (wasCommittedBy(split, claim)) return;
    if (!holdsClaim(split, claim)) throw lost('the split is no longer claimed by this attempt');
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
    const split = await readFenced(db, tx, claim);
    const failures = claim.failures + 1;
    const done = split.attempt === claim.attempt && split.failures === failures;
    if (done && split.state === state) return;
    if (!holdsClaim(split, claim)) throw lost('the split is no longer claimed by this attempt');
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
    const split = await readFenced(db, tx, claim);
    if (!holdsClaim(split, claim)) return;
    tx.update(splits(db, claim.jobId).doc(claim.splitId), {
      state: 'PENDING',
      holder: FieldValue.delete(),
    });
  });
}

async function readFenced(db: Firestore, tx: Transaction, claim: Claim): Promise<Split> {
  const [jobSnapshot, splitSnapshot] = await Promise.all([
    tx.get(jobs(db).doc(claim.jobId)),
    tx.get(splits(db, claim.jobId).doc(claim.splitId)),
  ]);
  const job = jobSnapshot.data();
  const split = splitSnapshot.data();
  const running = job?.state === 'RUNNING' && job.epoch === claim.epoch;
  if (!running || !split) throw lost('the job has moved on');
  return { id: claim.splitId, ...split };
}
