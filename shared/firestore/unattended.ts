import { FieldPath, type Firestore, type Transaction } from '@google-cloud/firestore';
import { isTerminal, type Job, mayBecome } from '../domain/job.ts';
import type { ErrorReport } from '../errors.ts';
import type { Launch } from '../ports/stores.ts';
import { type JobDocument, jobs, leases, newId, select, toJob } from './documents.ts';
import { isLaunching } from './launching.ts';
import { leaseLeftMs } from './leases.ts';

/** Jobs of which no task is left: what reconcile asks and does, see JobStore. */

export async function openJobs(db: Firestore, limit: number): Promise<Job[]> {
  const open = jobs(db).where('isOpen', '==', true).orderBy(FieldPath.documentId());
  // From another place each time, so that none waits for ever behind the same others.
  const start = newId();
  const { docs: after } = await open.startAt(start).limit(limit).get();
  const rest = limit - after.length;
  const { docs: before } = rest > 0 ? await open.endBefore(start).limit(rest).get() : { docs: [] };
  return [...after, ...before].map((doc) => toJob(doc.id, doc.data()));
}

/** True while a lease of any of the job's tasks lasts, by the server's clock. */
export async function hasLiveTask(
  db: Firestore,
  jobId: string,
  reader?: Transaction,
): Promise<boolean> {
  const query = select(leases(db, jobId), 'ttlMs', 'renewedAt');
  const { docs } = await (reader ? reader.get(query) : query.get());
  return docs.some((doc) => leaseLeftMs(doc) > 0);
}

export function takeRelaunch(db: Firestore, seen: Job, most: number): Promise<Launch | undefined> {
  // Chosen before the transaction, so that a repeated one recognises its own launch.
  const launchId = newId();
  let taken: Launch | undefined;
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(seen.id));
    const job = snapshot.data();
    if (job?.launchId === launchId) return taken;
    if (!job || !(await isUnattended(db, tx, seen, job))) return undefined;
    const now = snapshot.readTime;
    const { relaunches = 0 } = job;
    const isUsedUp = relaunches >= most && job.state !== 'PUBLISHING';
    if (isUsedUp || isLaunching(job, now)) return undefined;
    taken = { jobId: seen.id, launchId, isFirst: false, relaunches };
    tx.update(snapshot.ref, { launchAt: now, launchId, relaunches: relaunches + 1 });
    return taken;
  });
}

export function endUnattended(
  db: Firestore,
  seen: Job,
  error: ErrorReport,
): Promise<Job | undefined> {
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(seen.id));
    const job = snapshot.data();
    if (!job || isTerminal(job.state)) return job && toJob(seen.id, job);
    if (!(await isUnattended(db, tx, seen, job))) return undefined;
    if (isLaunching(job, snapshot.readTime)) return undefined;
    const state = job.state === 'CANCELLING' ? 'CANCELLED' : 'FAILED';
    if (!mayBecome(job.state, state)) return undefined;
    const finishedAt = snapshot.readTime.toDate().toISOString();
    const end = { state, finishedAt, error } as const;
    tx.update(snapshot.ref, end);
    return toJob(seen.id, { ...job, ...end });
  });
}

/** Nobody works on the job, and its execution is still the one of which we know that it has ended. */
async function isUnattended(
  db: Firestore,
  tx: Transaction,
  seen: Job,
  job: JobDocument,
): Promise<boolean> {
  if (isTerminal(job.state) || job.execution !== seen.execution) return false;
  return !(await hasLiveTask(db, seen.id, tx));
}
