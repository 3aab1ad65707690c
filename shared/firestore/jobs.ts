import {
  type DocumentSnapshot,
  FieldValue,
  type Firestore,
  Timestamp,
  type Transaction,
} from '@google-cloud/firestore';
import { isCancellable, isTerminal, type Job, type JobState } from '../domain/job.ts';
import { jobPrefix } from '../domain/layout.ts';
import { type ErrorReport, OraFerryError } from '../errors.ts';
import type { ExecuteRequest, JobDetail, JobStore } from '../ports.ts';
import {
  byId,
  extractions,
  type JobDocument,
  jobs,
  leases,
  newId,
  request as requestRecord,
  splits,
  toExtraction,
  toJob,
  toSplit,
  transportName,
  transports,
} from './documents.ts';
import { store } from './errors.ts';
import { isLaunching } from './launching.ts';
import { noteOnce } from './notes.ts';
import { readPage } from './paging.ts';
import { busy, found } from './transports.ts';
import { endUnattended, hasLiveTask, openJobs, takeRelaunch } from './unattended.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Jobs in Firestore, as the functions see them. */
export function createJobStore(db: Firestore): JobStore {
  return {
    enqueue: (request) => store(() => enqueue(db, request)),
    takeLaunch: (jobId) => store(() => takeLaunch(db, jobId)),
    releaseLaunch: (jobId) =>
      store(async () => void (await jobs(db).doc(jobId).update({ launchAt: FieldValue.delete() }))),
    recordExecution: (jobId, execution) =>
      store(async () => {
        await jobs(db).doc(jobId).update({ execution, launchAt: FieldValue.delete() });
      }),
    failLaunch: (jobId, error) =>
      store(() => db.runTransaction((tx) => failLaunch(db, tx, jobId, error))),
    get: (tenant, id) => store(async () => jobOf(tenant, await byId(jobs(db), id).get())),
    detail: (tenant, id) => store(() => detail(db, tenant, id)),
    list: (tenant, filter, page) => store(() => readPage(query(db, tenant, filter), page, toJob)),
    requestCancel: (tenant, id) =>
      store(() => db.runTransaction((tx) => requestCancel(db, tx, tenant, id))),
    open: (limit) => store(() => openJobs(db, limit)),
    hasLiveTask: (jobId) => store(() => hasLiveTask(db, jobId)),
    takeRelaunch: (seen, most) => store(() => takeRelaunch(db, seen, most)),
    endUnattended: (seen, error) => store(() => endUnattended(db, seen, error)),
    noteAnnounced: (jobId) => store(() => noteOnce(db, jobId, 'announcedAt')),
  };
}

async function enqueue(db: Firestore, request: ExecuteRequest) {
  // Chosen before the transaction, so that a repeated one recognises its own job.
  const jobId = newId();
  return db.runTransaction(async (tx) => {
    const before = await earlierJob(db, tx, request);
    if (before) return { job: before, created: before.id === jobId };
    const snapshot = await tx.get(byId(transports(db), request.transportId));
    const transport = found(request.tenant, snapshot);
    const active = await unfinishedJob(db, tx, transport.activeJob);
    if (active?.id === jobId) return { job: active, created: true };
    if (active) throw busy(active.id);
    const name = await tx.get(transportName(db, transport.name));
    const version = (name.data()?.latestVersion ?? 0) + 1;
    const { bucket = request.defaultBucket, dataset } = transport.destination;
    const prefix = jobPrefix(transport.destination.prefix, transport.name, version, jobId);
    const document: JobDocument = {
      tenant: request.tenant,
      transportId: snapshot.id,
      transportName: transport.name,
      version,
      state: 'QUEUED',
      tables: transport.tables,
      options: transport.options,
      output: { bucket, prefix, ...(dataset !== undefined && { dataset }) },
      traceId: request.traceId,
      createdAt: snapshot.readTime.toDate().toISOString(),
      epoch: 0,
      isOpen: true,
    };
    tx.set(jobs(db).doc(jobId), document);
    tx.set(name.ref, { transportId: snapshot.id, latestVersion: version });
    tx.update(snapshot.ref, { latestVersion: version, activeJob: jobId });
    rememberRequest(db, tx, request, jobId, snapshot.readTime);
    return { job: toJob(jobId, document), created: true };
  });
}

async function earlierJob(
  db: Firestore,
  tx: Transaction,
  { tenant, transportId, idempotencyKey }: ExecuteRequest,
): Promise<Job | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const record = await tx.get(requestRecord(db, tenant, transportId, idempotencyKey));
  const data = record.data();
  // Deletion by TTL policy lags up to a day, so expiry is checked here.
  // https://firebase.google.com/docs/firestore/ttl
  if (!data || data.expiresAt <= record.readTime) return undefined;
  const snapshot = await tx.get(jobs(db).doc(data.jobId));
  const job = snapshot.data();
  return job && toJob(snapshot.id, job);
}

async function unfinishedJob(
  db: Firestore,
  tx: Transaction,
  id: string | undefined,
): Promise<Job | undefined> {
  if (id === undefined) return undefined;
  const document = (await tx.get(jobs(db).doc(id))).data();
  return document && !isTerminal(document.state) ? toJob(id, document) : undefined;
}

function rememberRequest(
  db: Firestore,
  tx: Transaction,
  { tenant, transportId, idempotencyKey }: ExecuteRequest,
  jobId: string,
  now: Timestamp,
): void {
  if (idempotencyKey === undefined) return;
  const expiresAt = Timestamp.fromMillis(now.toMillis() + dayMs);
  tx.set(requestRecord(db, tenant, transportId, idempotencyKey), { jobId, expiresAt });
}

async function takeLaunch(db: Firestore, jobId: string): Promise<boolean> {
  // Chosen before the transaction, so that a repeated one recognises its own launch.
  const launchId = newId();
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(jobId));
    const job = snapshot.data();
    if (job?.state !== 'QUEUED' || job.execution !== undefined) return false;
    if (job.launchId === launchId) return true;
    const now = snapshot.readTime;
    if (isLaunching(job, now)) return false;
    tx.update(snapshot.ref, { launchAt: now, launchId });
    return true;
  });
}

async function failLaunch(
  db: Firestore,
  tx: Transaction,
  jobId: string,
  error: ErrorReport,
): Promise<void> {
  const snapshot = await tx.get(jobs(db).doc(jobId));
  if (snapshot.data()?.state !== 'QUEUED') return;
  const finishedAt = snapshot.readTime.toDate().toISOString();
  tx.update(snapshot.ref, { state: 'FAILED', error, finishedAt });
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
  { transportId, state }: { transportId?: string; state?: JobState },
) {
  const all = jobs(db).where('tenant', '==', tenant);
  const byTransport = transportId === undefined ? all : all.where('transportId', '==', transportId);
  return state === undefined ? byTransport : byTransport.where('state', '==', state);
}

async function requestCancel(
  db: Firestore,
  tx: Transaction,
  tenant: string,
  id: string,
): Promise<Job> {
  const snapshot = await tx.get(byId(jobs(db), id));
  const job = jobOf(tenant, snapshot);
  if (job.state === 'CANCELLING' || job.state === 'CANCELLED') return job;
  if (!isCancellable(job.state)) {
    throw new OraFerryError('CONFLICT', `The job is ${job.state}; it is too late to cancel it.`, {
      details: { job_id: id, state: job.state },
    });
  }
  // A failure that was decided but not yet carried out gives way: sweeping is all that is left either way.
  const { owner: _, outcome: _o, error: _e, finishedAt: _f, ...rest } = job;
  const next =
    job.state === 'QUEUED'
      ? ({ state: 'CANCELLED', finishedAt: snapshot.readTime.toDate().toISOString() } as const)
      : ({ state: 'CANCELLING' } as const);
  const gone = FieldValue.delete();
  tx.update(snapshot.ref, { owner: gone, outcome: gone, error: gone, finishedAt: gone, ...next });
  return { ...rest, ...next };
}

function jobOf(tenant: string, snapshot: DocumentSnapshot<JobDocument>): Job {
  const document = snapshot.data();
  if (document?.tenant === tenant) return toJob(snapshot.id, document);
  throw new OraFerryError('JOB_NOT_FOUND', 'No job has this id.');
}
