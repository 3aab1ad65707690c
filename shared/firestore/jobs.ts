import type {
  DocumentSnapshot,
  Firestore,
  Query,
  Transaction,
  WhereFilterOp,
} from '@google-cloud/firestore';
import { isCancellable, type Job } from '../domain/job.ts';
import { OraFerryError } from '../errors.ts';
import { createTurns } from '../in-turn.ts';
import type { JobDetail, JobFilter, JobStore } from '../ports/stores.ts';
import {
  byId,
  extractions,
  type JobDocument,
  jobs,
  leases,
  splits,
  toExtraction,
  toJob,
  toSplit,
} from './documents.ts';
import { enqueue } from './enqueue.ts';
import { store } from './errors.ts';
import { readTables } from './job-tables.ts';
import {
  failLaunch,
  recordExecution,
  refuseRelaunch,
  releaseLaunch,
  takeLaunch,
} from './launching.ts';
import { noteOnce } from './notes.ts';
import { readPage } from './paging.ts';
import { endUnattended, hasLiveTask, openJobs, takeRelaunch } from './unattended.ts';

/** Jobs in Firestore, as the functions see them. */
export function createJobStore(db: Firestore): JobStore {
  // Those of one process need not meet in Firestore, where the loser waits for a second and more.
  const inTurn = createTurns();
  return {
    enqueue: (request) => store(() => inTurn(() => enqueue(db, request))),
    takeLaunch: (jobId) => store(() => takeLaunch(db, jobId)),
    releaseLaunch: (launch) => store(() => releaseLaunch(db, launch)),
    recordExecution: (launch, execution) => store(() => recordExecution(db, launch, execution)),
    failLaunch: (launch, error) => store(() => failLaunch(db, launch, error)),
    get: (tenant, id) => store(async () => jobOf(tenant, await byId(jobs(db), id).get())),
    detail: (tenant, id) => store(() => detail(db, tenant, id)),
    extractions: (tenant, id, page) =>
      store(async () => readTables(db, jobOf(tenant, await byId(jobs(db), id).get()), page)),
    list: (tenant, filter, page) =>
      store(() => {
        const list = ['jobs', tenant, ...Object.entries(filter)];
        return readPage(query(db, tenant, filter), { ...page, list }, toJob);
      }),
    requestCancel: (tenant, id) =>
      store(() => db.runTransaction((tx) => requestCancel(db, tx, tenant, id))),
    open: (limit) => store(() => openJobs(db, limit)),
    hasLiveTask: (jobId) => store(() => hasLiveTask(db, jobId)),
    takeRelaunch: (seen, most) => store(() => takeRelaunch(db, seen, most)),
    refuseRelaunch: (launch) => store(() => refuseRelaunch(db, launch)),
    endUnattended: (seen, error) => store(() => endUnattended(db, seen, error)),
    noteAnnounced: (jobId) => store(() => noteOnce(db, jobId, 'announcedAt')),
  };
}

async function detail(db: Firestore, tenant: string, id: string): Promise<JobDetail> {
  const job = jobOf(tenant, await byId(jobs(db), id).get());
  const [tables, parts, tasks] = await Promise.all([
    extractions(db, id).get(),
    splits(db, id).get(),
    leases(db, id).get(),
  ]);
  const found = tables.docs.map((doc) => toExtraction(doc.id, doc.data()));
  const epochs = new Map(found.map((extraction) => [extraction.id, extraction.epoch]));
  return {
    job,
    extractions: found.toSorted((a, b) => a.position - b.position),
    splits: parts.docs
      .map((doc) => toSplit(doc.id, doc.data()))
      .filter(({ extractionId, epoch }) => epoch === epochs.get(extractionId)),
    hints: tasks.docs.flatMap((doc) => doc.data().hints),
  };
}

function query(
  db: Firestore,
  tenant: string,
  { transportId, state, createdFrom, createdBefore }: JobFilter,
): Query<JobDocument> {
  const filters: [field: keyof JobDocument, operator: WhereFilterOp, value: string | undefined][] =
    [
      ['transportId', '==', transportId],
      ['state', '==', state],
      ['createdAt', '>=', createdFrom],
      ['createdAt', '<', createdBefore],
    ];
  const all: Query<JobDocument> = jobs(db).where('tenant', '==', tenant);
  return filters.reduce(
    (found, [field, operator, value]) =>
      value === undefined ? found : found.where(field, operator, value),
    all,
  );
}

async function requestCancel(
  db: Firestore,
  tx: Transaction,
  tenant: string,
  id: string,
): Promise<Job> {
  const snapshot = await tx.get(byId(jobs(db), id));
  const document = documentOf(tenant, snapshot);
  const job = toJob(id, document);
  if (job.state === 'CANCELLING' || job.state === 'CANCELLED') return job;
  if (!isCancellable(job.state)) {
    throw new OraFerryError('CONFLICT', `The job is ${job.state}; it is too late to cancel it.`, {
      details: { job_id: id, state: job.state },
    });
  }
  // A failure that was decided but not yet carried out gives way: sweeping is all that is left either way.
  const { owner: _, outcome: _o, error: _e, finishedAt: _f, ...rest } = document;
  const cancelled: JobDocument = {
    ...rest,
    ...(job.state === 'QUEUED'
      ? { state: 'CANCELLED', finishedAt: snapshot.readTime.toDate().toISOString() }
      : { state: 'CANCELLING' }),
  };
  tx.set(snapshot.ref, cancelled);
  return toJob(id, cancelled);
}

function jobOf(tenant: string, snapshot: DocumentSnapshot<JobDocument>): Job {
  return toJob(snapshot.id, documentOf(tenant, snapshot));
}

function documentOf(tenant: string, snapshot: DocumentSnapshot<JobDocument>): JobDocument {
  const document = snapshot.data();
  if (document?.tenant === tenant) return document;
  throw new OraFerryError('JOB_NOT_FOUND', 'No job has this id.');
}
