import { FieldPath, type Firestore, type QueryDocumentSnapshot } from '@google-cloud/firestore';
import type { Job } from '../domain/job.ts';
import type { Claim } from '../domain/split.ts';
import type { SplitQueue } from '../ports.ts';
import { newId, type SplitDocument, splits } from './documents.ts';
import { isPreconditionFailure, store } from './errors.ts';
import { isHolderLive } from './leases.ts';

const pageSize = 200;

type SplitSnapshot = QueryDocumentSnapshot<SplitDocument>;

interface Claimer {
  readonly holder: string;
  /** All claims that this queue ever tried to make. */
  readonly claimIds: Set<string>;
}

interface Candidates {
  readonly page: SplitSnapshot[];
  /** Splits in the hands of live tasks remain. */
  readonly open: boolean;
}

/**
 * Claims splits from pages of candidates. A claim is one write that only succeeds on the version read, so a
 * page costs one read per split, however many tasks there are. Each task starts at another place of the key
 * range, which keeps tasks out of each other's way.
 */
export function openQueue(db: Firestore, job: Job, holder: string): SplitQueue {
  const task: Claimer = { holder, claimIds: new Set() };
  let candidates: Candidates = { page: [], open: true };
  let refill: Promise<void> | undefined;
  const refilled = async () => {
    refill ??= readCandidates(db, job, task).then((found) => {
      candidates = found;
      refill = undefined;
    });
    // A failed read must be tried again by the next caller.
    await refill.catch((error) => {
      refill = undefined;
      throw error;
    });
  };
  const next = async () => {
    for (;;) {
      if (candidates.page.length === 0) await refilled();
      const candidate = candidates.page.shift();
      if (!candidate) return { claim: undefined, open: candidates.open };
      const claim = await tryClaim(job, task, candidate);
      if (claim) return { claim };
    }
  };
  return { next: () => store(next) };
}

async function readCandidates(db: Firestore, job: Job, task: Claimer): Promise<Candidates> {
  const pending = await readPending(db, job);
  if (pending.length > 0) return { page: pending, open: true };
  const claimed = await splits(db, job.id)
    .where('epoch', '==', job.epoch)
    .where('state', '==', 'CLAIMED')
    .limit(pageSize)
    .get();
  const dead = await deadHolders(db, job, task, claimed.docs);
  const page = claimed.docs.filter((doc) => isAbandoned(doc.data(), task, dead));
  return { page, open: claimed.size > page.length };
}

async function readPending(db: Firestore, job: Job): Promise<SplitSnapshot[]> {
  const ordered = splits(db, job.id)
    .where('epoch', '==', job.epoch)
    .where('state', '==', 'PENDING')
    .orderBy(FieldPath.documentId())
    .limit(pageSize);
  // Ids begin with a hash, so a random start is a fair one.
  const { docs } = await ordered.startAt(newId()).get();
  return docs.length > 0 ? docs : (await ordered.get()).docs;
}

async function deadHolders(
  db: Firestore,
  job: Job,
  task: Claimer,
  claimed: readonly SplitSnapshot[],
): Promise<Set<string>> {
  const holders = new Set(claimed.map((doc) => doc.data().holder ?? ''));
  holders.delete(task.holder);
  const dead = new Set<string>();
  for (const holder of holders) {
    if (!(await isHolderLive(db, undefined, job.id, holder))) dead.add(holder);
  }
  return dead;
}

/** A claim in this task's own name that this queue never made is left over from an earlier turn. */
function isAbandoned(split: SplitDocument, task: Claimer, dead: ReadonlySet<string>): boolean {
  if (split.holder === task.holder) return !task.claimIds.has(split.claimId ?? '');
  return dead.has(split.holder ?? '');
}

async function tryClaim(
  job: Job,
  { holder, claimIds }: Claimer,
  candidate: SplitSnapshot,
): Promise<Claim | undefined> {
  const split = candidate.data();
  const claimId = newId();
  const attempt = split.attempt + 1;
  // Known before it is written, or a reader beside us could take the claim for an abandoned one.
  claimIds.add(claimId);
  try {
    const write = { state: 'CLAIMED', holder, attempt, claimId } as const;
    await candidate.ref.update(write, { lastUpdateTime: candidate.updateTime });
  } catch (error) {
    if (!isPreconditionFailure(error)) throw error;
    // Somebody was faster; or our own write was, and the client repeated it after its answer got lost.
    const now = (await candidate.ref.get()).data();
    if (now?.claimId !== claimId) return undefined;
  }
  const { extractionId, epoch, position, failures } = split;
  const { id: splitId } = candidate;
  return { jobId: job.id, splitId, extractionId, epoch, position, attempt, failures, holder };
}
