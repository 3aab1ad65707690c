import { FieldValue, type Firestore, type Transaction } from '@google-cloud/firestore';
import type { Extraction } from '../domain/extraction.ts';
import type { Consistency, Job } from '../domain/job.ts';
import type { ErrorReport } from '../errors.ts';
import type { TablePlan } from '../ports.ts';
import { extractions, jobs, type SplitDocument, splitId, splits, toJob } from './documents.ts';
import { isHolderLive, lost } from './leases.ts';

// Weights are in planned columns, each of which takes up to half a KiB. A request may have 10 MiB.
// https://firebase.google.com/docs/firestore/quotas#writes_and_transactions
const weightPerTransaction = 5_000;
const weightPerDocument = 20;
const charactersPerWeight = 512;

export function beginPlanning(
  db: Firestore,
  jobId: string,
  holder: string,
  execution: string | undefined,
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
      ...(execution !== undefined && { execution: document.execution ?? execution }),
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
  for (const some of batchesOf(writes)) {
    await db.runTransaction(async (tx) => {
      await requirePlanner(db, tx, job);
      for (const { write } of some) write(tx);
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

interface PlanWrite {
  readonly weight: number;
  write(tx: Transaction): void;
}

function writesOf(db: Firestore, job: Job, plan: TablePlan): PlanWrite[] {
  const { id, ...extraction } = plan.extraction;
  const writeExtraction: PlanWrite = {
    weight: weightPerDocument + extraction.columns.length + weightOfComments(extraction),
    write: (tx) => tx.set(extractions(db, job.id).doc(id), extraction),
  };
  const writeSplits = Array.from({ length: plan.splits }, (_, position): PlanWrite => {
    const ref = splits(db, job.id).doc(splitId(id, job.epoch, position));
    const split = newSplit(plan, job.epoch, position);
    return { weight: weightPerDocument, write: (tx) => tx.set(ref, split) };
  });
  return [writeExtraction, ...writeSplits];
}

function weightOfComments({ columns }: Pick<Extraction, 'columns'>): number {
  const characters = columns.reduce((sum, { comment = '' }) => sum + comment.length, 0);
  return Math.ceil(characters / charactersPerWeight);
}

function newSplit({ extraction, splits }: TablePlan, epoch: number, position: number) {
  const { id: extractionId, countedRows } = extraction;
  const nothingYet = { attempt: 0, failures: 0, uploads: [], parts: [] };
  const expectedRows = countedRows && Math.ceil(countedRows / splits);
  return {
    ...{ extractionId, epoch, position, state: 'PENDING', ...nothingYet },
    ...(expectedRows !== undefined && { expectedRows }),
  } satisfies SplitDocument;
}

function batchesOf(writes: readonly PlanWrite[]): PlanWrite[][] {
  const batches: PlanWrite[][] = [];
  let room = 0;
  for (const write of writes) {
    if (write.weight > room) {
      batches.push([]);
      room = weightPerTransaction;
    }
    batches.at(-1)?.push(write);
    room -= write.weight;
  }
  return batches;
}
