import { FieldValue, type Firestore } from '@google-cloud/firestore';
import type { Extraction } from '../domain/extraction.ts';
import { OraFerryError } from '../errors.ts';
import type { JobLedger } from '../ports/ledger.ts';
import {
  byId,
  extractions,
  jobs,
  leases,
  splits,
  toExtraction,
  toJob,
  toSplit,
} from './documents.ts';
import { store } from './errors.ts';
import { beginFinish, decide, finish, finishedJobs, supersedeOpen } from './ledger-finish.ts';
import { beginPlanning, failPlanning, publishTables, saveTables } from './ledger-plan.ts';
import { publishTable } from './ledger-publish.ts';
import { openQueue } from './ledger-queue.ts';
import { commitSplit, failSplit, recordUpload, releaseSplit } from './ledger-splits.ts';
import { claimCheck, failTable, releaseTable, restartTable, settleTable } from './ledger-tables.ts';
import { noteOnce } from './notes.ts';
import { createClaimRegistry } from './task-claims.ts';

/** The job program's side of Firestore: every write is fenced, see the port. */
export function createJobLedger(db: Firestore): JobLedger {
  return { ...reading(db), ...turns(db), ...work(db) };
}

function reading(db: Firestore) {
  return {
    job: (jobId) => store(() => readJob(db, jobId)),
    extraction: (jobId, id) => store(() => readExtraction(db, jobId, id)),
    extractions: (jobId) =>
      store(async () => {
        const { docs } = await extractions(db, jobId).get();
        const found = docs.map((doc) => toExtraction(doc.id, doc.data()));
        return found.toSorted((a, b) => a.position - b.position);
      }),
    splits: (jobId) =>
      store(async () => {
        const { docs } = await splits(db, jobId).get();
        return docs.map((doc) => toSplit(doc.id, doc.data()));
      }),
    finishedJobs: (transportId, state) => store(() => finishedJobs(db, transportId, state)),
  } satisfies Partial<JobLedger>;
}

function turns(db: Firestore) {
  return {
    renewLease: (jobId, holder, ttlMs, hints = []) =>
      store(async () => {
        const renewal = { ttlMs, hints, renewedAt: FieldValue.serverTimestamp() };
        await leases(db, jobId).doc(holder).set(renewal);
      }),
    releaseLease: (jobId, holder) =>
      store(async () => void (await leases(db, jobId).doc(holder).delete())),
    beginPlanning: (jobId, holder, execution) =>
      store(() => beginPlanning(db, jobId, holder, execution)),
    saveTables: (job, tables) => store(() => saveTables(db, job, tables)),
    publishTables: (job, consistency, scn) => store(() => publishTables(db, job, consistency, scn)),
    failPlanning: (job, error) => store(() => failPlanning(db, job, error)),
    beginFinish: (jobId, holder) => store(() => beginFinish(db, jobId, holder)),
    supersedeOpen: (job) => store(() => supersedeOpen(db, job)),
    decide: (job, outcome, results) => store(() => decide(db, job, outcome, results)),
    finish: (job) => store(() => finish(db, job)),
    noteAnnounced: (jobId) => store(() => noteOnce(db, jobId, 'announcedAt')),
    noteOutputDeleted: (jobId) => store(() => noteOnce(db, jobId, 'outputDeletedAt')),
  } satisfies Partial<JobLedger>;
}

function work(db: Firestore) {
  const claims = createClaimRegistry();
  return {
    openQueue: (job, holder) => openQueue(db, job, holder, claims.renew(job.id, holder)),
    publishTable: (claim, plan) => store(() => publishTable(db, claim, plan)),
    failTable: (claim, error, final) => store(() => failTable(db, claim, error, final)),
    releaseTable: (claim) => store(() => releaseTable(db, claim)),
    claimCheck: (done) => store(() => claimCheck(db, done, claims.of(done.jobId, done.holder))),
    settleTable: (claim) => store(() => settleTable(db, claim)),
    restartTable: (claim, error) => {
      const restart = () => restartTable(db, claim, error);
      return store(() => ('purpose' in claim ? restart() : claims.lettingGo(claim, restart)));
    },
    recordUpload: (claim, name, uri) => store(() => recordUpload(db, claim, name, uri)),
    commitSplit: (claim, result) =>
      store(() => claims.lettingGo(claim, () => commitSplit(db, claim, result))),
    failSplit: (claim, error, final) =>
      store(() => claims.lettingGo(claim, () => failSplit(db, claim, error, final))),
    releaseSplit: (claim) => store(() => claims.lettingGo(claim, () => releaseSplit(db, claim))),
  } satisfies Partial<JobLedger>;
}

async function readJob(db: Firestore, jobId: string) {
  const document = (await byId(jobs(db), jobId).get()).data();
  if (document) return toJob(jobId, document);
  throw new OraFerryError('JOB_NOT_FOUND', 'No job has this id.');
}

async function readExtraction(db: Firestore, jobId: string, id: string): Promise<Extraction> {
  const snapshot = await extractions(db, jobId).doc(id).get();
  const document = snapshot.data();
  if (document) return toExtraction(snapshot.id, document);
  throw new OraFerryError('INTERNAL_ERROR', 'A split names a table that the job does not have.');
}
