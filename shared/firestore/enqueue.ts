import { type Firestore, Timestamp, type Transaction } from '@google-cloud/firestore';
import { type Job, unfinishedStates } from '../domain/job.ts';
import { jobPrefix } from '../domain/layout.ts';
import { OraFerryError } from '../errors.ts';
import type { Enqueued, ExecuteRequest } from '../ports/stores.ts';
import {
  byId,
  executeGate,
  type JobDocument,
  jobs,
  newId,
  request as requestRecord,
  toJob,
  transportName,
  transports,
} from './documents.ts';
import { busy, found } from './transports.ts';

const dayMs = 24 * 60 * 60 * 1000;
// Executes of several instances at once are repeated more often than other writes, because only one gets through.
const patient = { maxAttempts: 12 };

/** Makes the next job of a transport, in one transaction with everything that it depends on. */
export async function enqueue(db: Firestore, request: ExecuteRequest): Promise<Enqueued> {
  // Chosen before the transaction, so that a repeated one recognises its own job.
  const jobId = newId();
  let attempts = 0;
  return db.runTransaction(async (tx) => {
    const own = attempts++ > 0 && (await tx.get(jobs(db).doc(jobId))).data();
    if (own) return { job: toJob(jobId, own), created: true };
    const before = await earlierJob(db, tx, request);
    if (before) return { job: before, created: false };
    const snapshot = await tx.get(byId(transports(db), request.transportId));
    const transport = found(request.tenant, snapshot);
    const gate = await tx.get(executeGate(db));
    const unfinished = await unfinishedJobs(db);
    const { tasks, allow_concurrent: allowed } = transport.options;
    const running = unfinished.find((job) => job.transportId === snapshot.id);
    if (running && !(request.allowConcurrent ?? allowed)) {
      return answerRunning(db, tx, request, running.id);
    }
    const sessions = tasks * request.limits.sessionsPerTask;
    requireRoom(unfinished, request, sessions);
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
      sessions,
    };
    tx.set(gate.ref, { jobId });
    tx.set(jobs(db).doc(jobId), document);
    tx.set(name.ref, {
      tenant: request.tenant,
      transportId: snapshot.id,
      latestVersion: version,
    });
    tx.update(snapshot.ref, { latestVersion: version });
    rememberRequest(db, tx, request, jobId, snapshot.readTime);
    return { job: toJob(jobId, document), created: true };
  }, patient);
}

async function earlierJob(
  db: Firestore,
  tx: Transaction,
  { tenant, transportId, idempotencyKey, fingerprint }: ExecuteRequest,
): Promise<Job | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const record = await tx.get(requestRecord(db, tenant, transportId, idempotencyKey));
  const data = record.data();
  // Deletion by TTL policy lags up to a day, so expiry is checked here.
  // https://firebase.google.com/docs/firestore/ttl
  if (!data || data.expiresAt <= record.readTime) return undefined;
  if (data.fingerprint !== fingerprint) throw usedOtherwise(data.jobId);
  const snapshot = await tx.get(jobs(db).doc(data.jobId));
  const job = snapshot.data();
  return job && toJob(snapshot.id, job);
}

interface Unfinished {
  readonly id: string;
  readonly tenant: string;
  readonly transportId: string;
  readonly sessions: number;
}

/**
 * What is under way is read from the jobs themselves, not from a counter: a job that ends in any way, also by a
 * process that dies right after, is out of the sum with the same write.
 *
 * The read is no part of the transaction, which would lock every running job against its own tasks. It need not be:
 * since the gate was read jobs may have ended, but none can have been added without the gate being written, and then
 * the transaction is repeated.
 */
async function unfinishedJobs(db: Firestore): Promise<Unfinished[]> {
  const query = jobs(db)
    .where('state', 'in', unfinishedStates)
    .select('tenant', 'transportId', 'sessions');
  const { docs } = await query.get();
  return docs.map((doc) => {
    const { tenant, transportId, sessions = 1 } = doc.data() as JobDocument;
    return { id: doc.id, tenant, transportId, sessions };
  });
}

async function answerRunning(
  db: Firestore,
  tx: Transaction,
  request: ExecuteRequest,
  jobId: string,
): Promise<Enqueued> {
  if (!request.takesRunning) throw busy(jobId);
  const snapshot = await tx.get(jobs(db).doc(jobId));
  rememberRequest(db, tx, request, jobId, snapshot.readTime);
  return { job: toJob(jobId, snapshot.data() as JobDocument), created: false, isRunning: true };
}

function requireRoom(
  unfinished: readonly Unfinished[],
  { tenant, limits }: ExecuteRequest,
  sessions: number,
): void {
  const ofTenant = unfinished.filter((job) => job.tenant === tenant);
  if (ofTenant.length >= limits.jobsPerTenant) {
    const details = { quota: 'jobs', limit: limits.jobsPerTenant, used: ofTenant.length };
    throw noRoom('The tenant has as many unfinished jobs as it may have.', details);
  }
  const used = unfinished.reduce((sum, job) => sum + job.sessions, 0);
  if (used + sessions > limits.sessions) {
    const details = { quota: 'oracle_sessions', limit: limits.sessions, used, asked: sessions };
    throw noRoom('The job would open more Oracle sessions than are left.', details);
  }
}

function noRoom(
  message: string,
  details: { readonly quota: string; readonly limit: number; readonly asked?: number },
): OraFerryError {
  const { asked = 1, limit } = details;
  return new OraFerryError('QUOTA_EXCEEDED', message, { details, retryable: asked <= limit });
}

function rememberRequest(
  db: Firestore,
  tx: Transaction,
  { tenant, transportId, idempotencyKey, fingerprint }: ExecuteRequest,
  jobId: string,
  now: Timestamp,
): void {
  if (idempotencyKey === undefined) return;
  const expiresAt = Timestamp.fromMillis(now.toMillis() + dayMs);
  tx.set(requestRecord(db, tenant, transportId, idempotencyKey), { jobId, fingerprint, expiresAt });
}

function usedOtherwise(jobId: string): OraFerryError {
  return new OraFerryError(
    'CONFLICT',
    'The idempotency key was used within the last 24 hours for another request.',
    { details: { earlier_job_id: jobId } },
  );
}
