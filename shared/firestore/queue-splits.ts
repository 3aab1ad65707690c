import type { QueryDocumentSnapshot } from '@google-cloud/firestore';
import type { Claim } from '../domain/split.ts';
import type { Work } from '../ports.ts';
import { largestSize, newId, type SplitDocument, splits, toSplit } from './documents.ts';
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
const quickMs = 1_000;
/** Claims that are looked at for a holder without a lease, whenever there is nothing else to do. */
const claimsAtOnce = 5;
/** Pages without anything to claim before a look ends: their tables are being planned. */
const emptyPages = 5;

/** Splits of a size that were not there are not looked for again at once, as long as there are others. */
const emptyMs = 20_000;

type SplitSnapshot = QueryDocumentSnapshot<SplitDocument>;

/** Pending splits of one size. */
interface Level {
  readonly scan: Scan<SplitDocument>;
  emptyUntil: number;
}

/** Looks for splits that wait for somebody. */
export function createSplitLook(claimer: Claimer, dead: DeadTasks) {
  const { db, jobId, holder, own: mine } = claimer;
  const all = splits(db, jobId);
  const claimed = all.where('state', '==', 'CLAIMED');
  const pending = all.where('state', '==', 'PENDING');
  const levels = Array.from({ length: largestSize + 1 }, (_, n): Level => {
    return { scan: createScan(pending.where('size', '==', largestSize - n)), emptyUntil: 0 };
  });
  const sample = createScan(claimed);
  const readiness = createReadiness(db, jobId);
  const size = createPageSize();
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
    level.emptyUntil = performance.now() + emptyMs;
    return [];
  }

  return {
    /** Pending ones, the largest first. */
    async pending(): Promise<Candidate[]> {
      const now = performance.now();
      const isDue = ({ emptyUntil }: Level) => emptyUntil <= now;
      const rest = levels.filter((level) => !isDue(level));
      for (const level of [...levels.filter(isDue), ...rest]) {
        const ready = await readReady(level);
        if (ready.length > 0) return ready.map(toCandidate);
      }
      return [];
    },
    /** Notes that so many candidates of the last page are not wanted any more. */
    discard(candidates: number): void {
      if (candidates > 0) size.note(false);
    },
    /** Claimed ones that nobody works on: in the hands of the dead, or left behind under the task's own name. */
    async left(gone: readonly string[]): Promise<Candidate[]> {
      const ours = await readHeldBy([holder]);
      const theirs = await readHeldBy(gone);
      if (theirs.length === 0) dead.passOver();
      const left = [
        ...ours.filter((split) => !mine.ids.has(split.data().claimId ?? '')),
        ...theirs,
      ];
      const some = await sample.next(claimsAtOnce);
      for (const split of some) {
        const other = split.data().holder ?? '';
        if (other !== holder && !(await dead.isLive(other))) left.push(split);
      }
      const ready = await readiness.sift(left);
      return ready.map(toCandidate);
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
    const claim: Claim = { ...of, attempt, failures, holder, version: versionOf(writeTime) };
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
