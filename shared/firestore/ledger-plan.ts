import { FieldValue, type Firestore, type Transaction } from '@google-cloud/firestore';
import type { Extraction } from '../domain/extraction.ts';
import type { Consistency, Job } from '../domain/job.ts';
import type { ErrorReport } from '../errors.ts';
import { batchesOf, type WeighedWrite, weightOf } from './batches.ts';
import { extractions, jobs, toJob } from './documents.ts';
import { isHolderLive, lost } from './leases.ts';

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

export async function saveTables(
  db: Firestore,
  job: Job,
  tables: readonly Extraction[],
): Promise<void> {
  for (const some of batchesOf(tables.map((table) => writeOf(db, job, table)))) {
    await db.runTransaction(async (tx) => {
      await requirePlanner(db, tx, job);
      for (const { write } of some) write(tx);
    });
  }
}

function writeOf(db: Firestore, job: Job, { id, ...extraction }: Extraction): WeighedWrite {
  const { columns, filter } = extraction;
  const comments = columns.reduce((sum, { comment = '' }) => sum + comment.length, 0);
  return {
    weight: weightOf(columns.length, comments + JSON.stringify(filter ?? []).length),
    write: (tx) => tx.set(extractions(db, job.id).doc(id), extraction),
  };
}

export function publishTables(
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
