import { FieldPath, type Firestore, type QueryDocumentSnapshot } from '@google-cloud/firestore';
import type { Job } from '../domain/job.ts';
import type { Claim, SplitState } from '../domain/split.ts';
import type { SplitQueue } from '../ports.ts';
import { newId, type SplitDocument, splits } from './documents.ts';
import { isPreconditionFailure, store } from './errors.ts';
import { isHolderLive } from './leases.ts';

const pageSize = 200;

type SplitSnapshot = QueryDocumentSnapshot<SplitDocument>;

interface Claimer {
  readonly holder: string;
  /** Of the claims that this queue has handed out, or is about to. */
  readonly claimIds: Set<string>;
}

interface Candidates {
  readonly page: SplitSnapshot[];
  /** Splits that are not settled remain. */
  readonly open: boolean;
}

/**
 * Claims splits from pages of candidates. A claim is one write that only succeeds on the version read, so a
 * page costs one read per split, however many tasks there are. Each page starts at another place of the key
 * range, which keeps tasks out of each other's way. What the task itself has claimed, but not through this
 * queue, nobody works on: an answer was lost, or an earlier queue was given up. It is claimed again.
 */
export function openQueue(db: Firestore, job: Job, holder: string): SplitQueue {
  const task: Claimer = { holder, claimIds: new Set() };
  let candidates: Candidates = { page: [], open: true };
  let refill: Promise<void> | undefined;
  const refilled = () => {
    refill ??= readCandidates(db, job, task)
      .then((found) => {
        candidates = found;
      })
      // A failed read must be tried again by the next caller.
      .finally(() => {
        refill = undefined;
      });
    return refill;
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
  const pending = await readSome(db, job, 'PENDING');
  if (pending.length > 0) return { page: largestFirst(pending), open: true };
  const claimed = await readSome(db, job, 'CLAIMED');
  const dead = await deadHolders(db, job, task, claimed);
  const page = claimed.filter((doc) => isAbandoned(doc.data(), task, dead));
  // Those of the page are about to be in the hands of a live task as well.
  return { page, open: claimed.length > 0 };
}

async function readSome(db: Firestore, job: Job, state: SplitState): Promise<SplitSnapshot[]> {
  const ordered = splits(db, job.id)
    .where('epoch', '==', job.epoch)
    .where('state', '==', state)
    .orderBy(FieldPath.documentId())
    .limit(pageSize);
  // Ids are hashes, so a random start is a fair one.
  const start = newId();
  const { docs } = await ordered.startAt(start).get();
  if (docs.length === pageSize) return docs;
  const before = await ordered
    .endBefore(start)
    .limit(pageSize - docs.length)
    .get();
  return [...docs, ...before.docs];
}

/**
 * A large split that is begun last keeps everybody waiting. Splits of about the same size stay in the random order
 * of their ids, so that tasks do not all reach for the same one.
 */
function largestFirst(page: readonly SplitSnapshot[]): SplitSnapshot[] {
  const magnitude = (doc: SplitSnapshot) =>
    Math.floor(Math.log2(1 + (doc.data().expectedRows ?? 0)));
  return page.toSorted((a, b) => magnitude(b) - magnitude(a));
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

/** A claim in this task's own name that is not of this queue has nobody who works on it. */
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
    // Should it have been written all the same, it will be found abandoned.
    claimIds.delete(claimId);
    if (isPreconditionFailure(error)) return undefined;
    throw error;
  }
  const { extractionId, epoch, position, failures } = split;
  const { id: splitId } = candidate;
  return { jobId: job.id, splitId, extractionId, epoch, position, attempt, failures, holder };
}
