import { FieldValue, type Firestore, type Transaction } from '@google-cloud/firestore';
import { openPhases } from '../domain/extraction.ts';
import { type Job, type JobOutcome, type JobState, mayBecome } from '../domain/job.ts';
import type { FinishedVersion } from '../domain/retention.ts';
import type { ExtractionResult } from '../ports/ledger.ts';
import { extractions, type JobDocument, jobs, select, splits, toJob } from './documents.ts';
import { isHolderLive, lost } from './leases.ts';
import { supersedeAll } from './supersede.ts';

export function beginFinish(
  db: Firestore,
  jobId: string,
  holder: string,
): Promise<Job | undefined> {
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(jobId));
    const job = snapshot.data();
    if (!job || !(await isFree(db, tx, jobId, job, holder))) return undefined;
    const state = job.state === 'RUNNING' ? 'VERIFYING' : job.state;
    tx.update(snapshot.ref, { state, owner: holder });
    return toJob(jobId, { ...job, state, owner: holder });
  });
}

async function isFree(
  db: Firestore,
  tx: Transaction,
  jobId: string,
  job: JobDocument,
  holder: string,
): Promise<boolean> {
  if (job.state === 'RUNNING') return !(await hasOpenTable(db, tx, jobId));
  const finishing = ['VERIFYING', 'PUBLISHING', 'CANCELLING'].includes(job.state);
  if (!finishing || job.owner === undefined || job.owner === holder) return finishing;
  return !(await isHolderLive(db, tx, jobId, job.owner));
}

async function hasOpenTable(db: Firestore, tx: Transaction, jobId: string): Promise<boolean> {
  const open = extractions(db, jobId).where('phase', 'in', openPhases).select().limit(1);
  return !(await tx.get(open)).empty;
}

export function supersedeOpen(db: Firestore, job: Job): Promise<void> {
  // A job that no longer runs has no way back, and nothing is committed or planned in it any more.
  return supersedeAll(splits(db, job.id).where('state', 'in', ['PENDING', 'CLAIMED']));
}

export function decide(
  db: Firestore,
  job: Job,
  outcome: JobOutcome,
  results: readonly ExtractionResult[],
): Promise<Job> {
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(job.id));
    const stored = requireTurn(snapshot.data(), job);
    if (stored.outcome) return toJob(job.id, stored);
    const publishes = outcome.state === 'SUCCEEDED' || outcome.state === 'PARTIALLY_SUCCEEDED';
    const next = publishes ? 'PUBLISHING' : outcome.state;
    if (!mayBecome(stored.state, next)) throw lost(`the job is ${stored.state}`);
    for (const { extractionId, state, error } of results) {
      tx.update(extractions(db, job.id).doc(extractionId), { result: { state, error } });
    }
    const decision = {
      outcome,
      // An end without output is reached only after the sweep.
      state: publishes ? 'PUBLISHING' : stored.state,
      finishedAt: snapshot.readTime.toDate().toISOString(),
      ...(outcome.error && { error: outcome.error }),
    } as const;
    tx.update(snapshot.ref, decision);
    return toJob(job.id, { ...stored, ...decision });
  });
}

export function finish(db: Firestore, job: Job): Promise<Job> {
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(job.id));
    const document = snapshot.data();
    const end = document?.outcome?.state;
    if (document && document.state === end) return toJob(job.id, document);
    const { owner: _, ...stored } = requireTurn(document, job);
    if (!end || !mayBecome(stored.state, end)) throw lost(`the job is ${stored.state}`);
    tx.update(snapshot.ref, { state: end, owner: FieldValue.delete() });
    return toJob(job.id, { ...stored, state: end });
  });
}

export async function finishedJobs(
  db: Firestore,
  transportId: string,
  state: JobState,
): Promise<FinishedVersion[]> {
  const query = jobs(db)
    .where('transportId', '==', transportId)
    .where('state', '==', state)
    .orderBy('version', 'desc');
  // A job's tables may take half a MiB, and a transport has a job for each of its days.
  const light = select(query, 'version', 'state', 'output', 'finishedAt', 'outputDeletedAt');
  return (await light.get()).docs.map((doc) => ({ id: doc.id, ...doc.data() }));
}

function requireTurn(stored: JobDocument | undefined, job: Job): JobDocument {
  if (stored?.owner !== undefined && stored.owner === job.owner) return stored;
  throw lost('it is no longer the turn of this task');
}
