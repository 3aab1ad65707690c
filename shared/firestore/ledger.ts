import { FieldValue, type Firestore } from '@google-cloud/firestore';
import type { Extraction } from '../domain/extraction.ts';
import { OraFerryError } from '../errors.ts';
import type { JobLedger } from '../ports.ts';
import { byId, extractions, jobs, leases, splits, toJob } from './documents.ts';
import { store } from './errors.ts';
import { beginFinish, decide, finish } from './ledger-finish.ts';
import { beginPlanning, failPlanning, publishPlan, savePlans } from './ledger-plan.ts';
import { openQueue } from './ledger-queue.ts';
import { commitSplit, failSplit, recordUpload, releaseSplit } from './ledger-splits.ts';

/** The job program's side of Firestore: every write is fenced, see the port. */
export function createJobLedger(db: Firestore): JobLedger {
  return {
    job: (jobId) => store(() => readJob(db, jobId)),
    renewLease: (jobId, holder, ttlMs, hints = []) =>
      store(async () => {
        const renewal = { ttlMs, hints, renewedAt: FieldValue.serverTimestamp() };
        await leases(db, jobId).doc(holder).set(renewal);
      }),
    releaseLease: (jobId, holder) =>
      store(async () => void (await leases(db, jobId).doc(holder).delete())),
    beginPlanning: (jobId, holder, execution) =>
      store(() => beginPlanning(db, jobId, holder, execution)),
    savePlans: (job, plans) => store(() => savePlans(db, job, plans)),
    publishPlan: (job, consistency, scn) => store(() => publishPlan(db, job, consistency, scn)),
    failPlanning: (job, error) => store(() => failPlanning(db, job, error)),
    openQueue: (job, holder) => openQueue(db, job, holder),
    recordUpload: (claim, name, uri) => store(() => recordUpload(db, claim, name, uri)),
    commitSplit: (claim, parts) => store(() => commitSplit(db, claim, parts)),
    failSplit: (claim, error, final) => store(() => failSplit(db, claim, error, final)),
    releaseSplit: (claim) => store(() => releaseSplit(db, claim)),
    extraction: (jobId, id) => store(() => readExtraction(db, jobId, id)),
    extractions: (jobId, epoch) =>
      store(async () => {
        const { docs } = await extractions(db, jobId).where('epoch', '==', epoch).get();
        return docs.map((doc) => ({ id: doc.id, ...doc.data() }));
      }),
    splits: (jobId) =>
      store(async () => {
        const { docs } = await splits(db, jobId).get();
        return docs.map((doc) => ({ id: doc.id, ...doc.data() }));
      }),
    beginFinish: (jobId, holder) => store(() => beginFinish(db, jobId, holder)),
    decide: (job, outcome, results) => store(() => decide(db, job, outcome, results)),
    finish: (job) => store(() => finish(db, job)),
  };
}

async function readJob(db: Firestore, jobId: string) {
  const document = (await byId(jobs(db), jobId).get()).data();
  if (document) return toJob(jobId, document);
  throw new OraFerryError('JOB_NOT_FOUND', 'No job has this id.');
}

async function readExtraction(db: Firestore, jobId: string, id: string): Promise<Extraction> {
  const document = (await extractions(db, jobId).doc(id).get()).data();
  if (document) return { id, ...document };
  throw new OraFerryError('INTERNAL_ERROR', 'A split names a table that the job does not have.');
}
