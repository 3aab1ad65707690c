import { FieldValue, type Firestore, type Transaction } from '@google-cloud/firestore';
import type { Consistency, Job } from '../domain/job.ts';
import type { ErrorReport } from '../errors.ts';
import type { TablePlan } from '../ports.ts';
import { extractions, jobs, splitId, splits } from './documents.ts';
import { toJob } from './jobs.ts';
import { isHolderLive, lost } from './leases.ts';

// Keeps a transaction far below the request limit of 10 MiB, even for tables of 1,000 columns.
// https://firebase.google.com/docs/firestore/quotas#writes_and_transactions
const writesPerTransaction = 100;

export function beginPlanning(
  db: Firestore,
  jobId: string,
  holder: string,
): Promise<Job | undefined> {
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(jobId));
    const document = snapshot.data();
    if (document?.state !== 'QUEUED' && document?.state !== 'PLANNING') return undefined;
    const { owner } = document;
    if (owner === holder) return toJob(jobId, document);
    if (owner !== undefined && (await isHolderLive(db, tx, jobId, owner))) return undefined;
    const turn = {
      state: 'PLANNING',
      owner: holder,
      epoch: document.epoch + 1,
      startedAt: document.startedAt ?? snapshot.readTime.toDate().toISOString(),
    } as const;
    tx.update(snapshot.ref, turn);
    return toJob(jobId, { ...document, ...turn });
  });
}

export async function savePlans(
  db: Firestore,
  job: Job,
  plans: readonly TablePlan[],
): Promise<void> {
  const writes = plans.flatMap((plan) => writesOf(db, job, plan));
  for (let start = 0; start < writes.length; start += writesPerTransaction) {
    const some = writes.slice(start, start + writesPerTransaction);
    await db.runTransaction(async (tx) => {
      await requirePlanner(db, tx, job);
      for (const write of some) write(tx);
    });
  }
}

export function publishPlan(
  db: Firestore,
  job: Job,
  consistency: Consistency,
  scn: string | undefined,
): Promise<void> {
  return db.runTransaction(async (tx) => {
    const stored = (await tx.get(jobs(db).doc(job.id))).data();
    if (stored?.state === 'RUNNING' && stored.epoch === job.epoch) return;
    await requirePlanner(db, tx, job);
    tx.update(jobs(db).doc(job.id), {
      state: 'RUNNING',
      owner: FieldValue.delete(),
      consistency,
      ...(scn !== undefined && { scn }),
    });
  });
}

export function failPlanning(db: Firestore, job: Job, error: ErrorReport): Promise<void> {
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(job.id));
    const stored = snapshot.data();
    if (stored?.state === 'FAILED' && stored.epoch === job.epoch) return;
    await requirePlanner(db, tx, job);
    const finishedAt = snapshot.readTime.toDate().toISOString();
    tx.update(snapshot.ref, { state: 'FAILED', owner: FieldValue.delete(), error, finishedAt });
  });
}

async function requirePlanner(db: Firestore, tx: Transaction, job: Job): Promise<void> {
  const stored = (await tx.get(jobs(db).doc(job.id))).data();
  const holds =
    stored?.state === 'PLANNING' && stored.owner === job.owner && stored.epoch === job.epoch;
  if (!holds) throw lost('another task plans the job, or it is past planning');
}

function writesOf(db: Firestore, job: Job, plan: TablePlan): ((tx: Transaction) => void)[] {
  const { id, ...extraction } = plan.extraction;
  const positions = Array.from({ length: plan.splits }, (_, position) => position);
  return [
    (tx) => void tx.set(extractions(db, job.id).doc(id), extraction),
    ...positions.map((position) => (tx: Transaction) => {
      tx.set(splits(db, job.id).doc(splitId(id, job.epoch, position)), {
        extractionId: id,
        epoch: job.epoch,
        position,
        state: 'PENDING',
        attempt: 0,
        failures: 0,
        uploads: [],
        parts: [],
      });
    }),
  ];
}
