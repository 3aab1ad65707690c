import {
  type DocumentSnapshot,
  FieldValue,
  type Firestore,
  type Timestamp,
  type Transaction,
} from '@google-cloud/firestore';
import type { ErrorReport } from '../errors.ts';
import type { Launch, Refusals } from '../ports/stores.ts';
import { type JobDocument, jobs, newId } from './documents.ts';

/** Who may call RunJob for a job, and note what came of it: see JobStore. */

const launchMs = 60_000;

/** True while somebody may be about to call RunJob for the job, by the server's clock. */
export function isLaunching({ launchAt }: JobDocument, now: Timestamp): boolean {
  return launchAt !== undefined && now.toMillis() - launchAt.toMillis() < launchMs;
}

export function takeLaunch(db: Firestore, jobId: string): Promise<Launch | undefined> {
  // Chosen before the transaction, so that a repeated one recognises its own launch.
  const launchId = newId();
  let taken: Launch | undefined;
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(jobId));
    const job = snapshot.data();
    if (job?.state !== 'QUEUED' || job.execution !== undefined) return undefined;
    if (job.launchId === launchId) return taken;
    const now = snapshot.readTime;
    if (isLaunching(job, now)) return undefined;
    taken = { jobId, launchId, isFirst: job.launchId === undefined };
    tx.update(snapshot.ref, { launchAt: now, launchId });
    return taken;
  });
}

export async function releaseLaunch(db: Firestore, launch: Launch): Promise<void> {
  await asLauncher(db, launch, (tx, { ref }) => tx.update(ref, givenBack(launch)));
}

export async function refuseRelaunch(db: Firestore, launch: Launch): Promise<Refusals | undefined> {
  let refusals: Refusals | undefined;
  await asLauncher(db, launch, (tx, { ref, readTime }, job) => {
    const { times = 0, since = readTime } = job.refusals ?? {};
    // A launch that has ended already was counted by a write whose answer was lost.
    const counted = { times: job.launchAt ? times + 1 : times, since };
    tx.update(ref, { ...givenBack(launch), refusals: counted });
    refusals = { times: counted.times, lastedMs: readTime.toMillis() - since.toMillis() };
  });
  return refusals;
}

export function recordExecution(
  db: Firestore,
  launch: Launch,
  execution: string,
): Promise<boolean> {
  const taken = { ...noLaunch, refusals: FieldValue.delete(), execution };
  return asLauncher(db, launch, (tx, { ref }) => tx.update(ref, taken));
}

export async function failLaunch(db: Firestore, launch: Launch, error: ErrorReport): Promise<void> {
  await asLauncher(db, launch, (tx, { ref, readTime }, { state }) => {
    if (state !== 'QUEUED') return;
    tx.update(ref, { state: 'FAILED', error, finishedAt: readTime.toDate().toISOString() });
  });
}

const noLaunch = { launchAt: FieldValue.delete() };

function givenBack({ relaunches }: Launch) {
  return { ...noLaunch, ...(relaunches !== undefined && { relaunches }) };
}

/**
 * Writes to the job for the one whose launch is the newest. False, and nothing is written, once another has taken the
 * right over: what that one began must neither be freed nor overwritten. As an answer may be lost, it may write twice.
 */
function asLauncher(
  db: Firestore,
  { jobId, launchId }: Launch,
  write: (tx: Transaction, snapshot: DocumentSnapshot<JobDocument>, job: JobDocument) => unknown,
): Promise<boolean> {
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(jobId));
    const job = snapshot.data();
    if (job?.launchId !== launchId) return false;
    write(tx, snapshot, job);
    return true;
  });
}
