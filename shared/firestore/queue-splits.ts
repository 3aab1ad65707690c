import type { QueryDocumentSnapshot } from '@google-cloud/firestore';
import type { Claim } from '../domain/split.ts';
import type { Work } from '../ports/ledger.ts';
import { largestSize, newId, type SplitDocument, select, splits, toSplit } from './documents.ts';
import { isPreconditionFailure } from './errors.ts';
import { versionOf } from './ledger-splits.ts';
import type { Candidate, Claimer } from './queue-candidate.ts';
import type { DeadTasks } from './queue-dead.ts';
import { createReadiness } from './queue-readiness.ts';
import { createScan, type Scan } from './queue-scan.ts';
import { takeInHand } from './task-claims.ts';

/**
 * What is read but claimed by somebody else meanwhile is paid for in vain: pages are longer than one split only where
 * splits are done so quickly that reading one at a time would take longer than they do.
 */
const pageSizes = { most: 50, others: 100 };
const quickMs = 200;
/** Claims that are looked at for a holder without a lease, whenever there is nothing else to do. */
const claimsAtOnce = 10;
/** Pages without anything to claim before a look ends: their tables are being planned. */
const emptyPages = 5;

/** Looks that pass over a size of which there was none, as long as there are others. */
const passedLooks = 20;

type SplitSnapshot = QueryDocumentSnapshot<SplitDocument>;

/** Pending splits of one size. */
interface Level {
  readonly scan: Scan<SplitDocument>;
  /** Looks that pass it over, because there was none in it. */
  passed: number;
}

/** Looks for splits that wait for somebody. */
export function createSplitLook(claimer: Claimer, dead: DeadTasks) {
  const { db, jobId, holder, own: mine } = claimer;
  const all = splits(db, jobId);
  const claimed = all.where('state', '==', 'CLAIMED');
  const pending = all.where('state', '==', 'PENDING');
  const levels = Array.from({ length: largestSize + 1 }, (_, n): Level => {
    return { scan: createScan(pending.where('size', '==', largestSize - n)), passed: 0 };
  });
  const sample = createScan(claimed);
  const readiness = createReadiness(db, jobId);
  const size = createPageSize();
  let wasPending = true;
  const readHeldBy = async (holders: readonly string[]) => {
    const queries = holders.map((one) => claimed.where('holder', '==', one));
    const found = await Promise.all(queries.map((query) => query.limit(pageSizes.others).get()));
    return found.flatMap(({ docs }) => docs);
  };
  const toCandidate = (split: SplitSnapshot): Candidate => ({
    claim: () => claimSplit(claimer, split, size.note),
  });

  async function readReady(level: Level): Promise<SplitSnapshot[]> {
    level.scan.jump();
    for (let page = 0; page < emptyPages; page++) {
      // Where some cannot be claimed there are many such, and few tasks that look at them.
      const some = await level.scan.next(page === 0 ? size.next() : pageSizes.others);
      const ready = await readiness.sift(some);
      if (ready.length > 0) return ready;
      if (some.length === 0) break;
    }
    level.passed = passedLooks;
    return [];
  }

  return {
    /** Pending ones, the largest first. */
    async pending(): Promise<Candidate[]> {
      if (!wasPending && (await select(pending).limit(1).get()).empty) return [];
      const passed = levels.filter((level) => level.passed > 0);
      for (const level of passed) level.passed -= 1;
      const due = levels.filter((level) => !passed.includes(level));
      for (const level of [...due, ...passed]) {
        const ready = await readReady(level);
        wasPending = ready.length > 0;
        if (wasPending) return ready.map(toCandidate);
      }
      return [];
    },
    /** Notes that so many candidates of the last page are not wanted any more. */
    discard(candidates: number): void {
      if (candidates > 0) size.note(false);
    },
    /** Claimed by tasks that are dead. */
    async heldBy(gone: readonly string[]): Promise<Candidate[]> {
      return (await readiness.sift(await readHeldBy(gone))).map(toCandidate);
    },
    /** Claimed under the task's own name, but by nobody who works on it. */
    async leftByUs(): Promise<Candidate[]> {
      const ours = await readHeldBy([holder]);
      const left = ours.filter((split) => !mine.ids.has(split.data().claimId ?? ''));
      return (await readiness.sift(left)).map(toCandidate);
    },
    /** Some of those that were claimed by tasks without a lease. */
    async withoutLease(): Promise<Candidate[]> {
      const left: SplitSnapshot[] = [];
      for (const split of await sample.next(claimsAtOnce)) {
        const other = split.data().holder ?? '';
        if (other !== holder && !(await dead.isLive(other))) left.push(split);
      }
      return (await readiness.sift(left)).map(toCandidate);
    },
  };
}

/** Grows while pages are worked off quickly, and shrinks when some of one was read in vain or lay about. */
function createPageSize() {
  let size = 1;
  let won = 0;
  let lost = 0;
  let readAt = performance.now();
  return {
    next(): number {
      const isQuick = performance.now() - readAt < quickMs;
      if (won > 0 && lost === 0 && isQuick) size = Math.min(pageSizes.most, size + 1);
      else if (lost > 0) size = Math.ceil(size / 2);
      else if (!isQuick) size = 1;
      won = 0;
      lost = 0;
      readAt = performance.now();
      return size;
    },
    note(claimed: boolean): void {
      if (claimed) won += 1;
      else lost += 1;
    },
  };
}

async function claimSplit(
  { jobId, holder, own: mine }: Claimer,
  split: SplitSnapshot,
  note: (claimed: boolean) => void,
): Promise<Work | undefined> {
  const stored = toSplit(split.id, split.data());
  const claimId = newId();
  const attempt = stored.attempt + 1;
  // Known before it is written, or a look beside us could take the claim for one that was left behind.
  mine.ids.add(claimId);
  try {
    const write = { state: 'CLAIMED', holder, attempt, claimId } as const;
    const { writeTime } = await split.ref.update(write, { lastUpdateTime: split.updateTime });
    const { id: splitId, extractionId, epoch, position, failures, range } = stored;
    const of = { jobId, splitId, extractionId, epoch, position, range };
    const earlierUploads = stored.uploads;
    const version = versionOf(writeTime);
    const claim: Claim = { ...of, attempt, failures, holder, earlierUploads, version };
    note(true);
    takeInHand(mine, claim);
    return { kind: 'split', claim };
  } catch (error) {
    // Should it have been written all the same, it will be found left behind.
    mine.ids.delete(claimId);
    if (!isPreconditionFailure(error)) throw error;
    note(false);
    return undefined;
  }
}
