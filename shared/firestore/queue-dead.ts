import type { QueryDocumentSnapshot } from '@google-cloud/firestore';
import { type LeaseDocument, leases, select } from './documents.ts';
import { leaseLeftMs } from './leases.ts';
import type { Claimer } from './queue-candidate.ts';

/** Dead tasks whose work is looked for together. */
const deadAtOnce = 10;

export interface DeadTasks {
  /** Some whose leases have run out and that may have left work behind. */
  find(): Promise<readonly string[]>;
  /** Notes that those which `find` has named last hold nothing any more. */
  passOver(): void;
  /** True when the task's lease lasts; asked again only when what was known of it may no longer be true. */
  isLive(holder: string): Promise<boolean>;
}

/**
 * Finds tasks that died without looking at all that are alive: the lease of a dead one is among those that were
 * renewed the longest ago. Those that hold nothing any more are passed over from then on.
 */
export function createDeadTasks({ db, jobId, holder: self }: Claimer): DeadTasks {
  let passed: QueryDocumentSnapshot<LeaseDocument> | undefined;
  let found: readonly QueryDocumentSnapshot<LeaseDocument>[] = [];
  const liveUntil = new Map<string, number>();

  return {
    async find() {
      const byAge = select(leases(db, jobId).orderBy('renewedAt'), 'renewedAt', 'ttlMs');
      const rest = passed ? byAge.startAfter(passed) : byAge;
      // Mostly none is dead, which the oldest one tells.
      const some = (limit: number) => rest.limit(limit).get();
      const [oldest] = (await some(1)).docs.filter(isOver);
      found = oldest ? (await some(deadAtOnce)).docs.filter(isOver) : [];
      return found.map(({ id }) => id).filter((holder) => holder !== self);
    },
    passOver() {
      passed = found.at(-1) ?? passed;
      found = [];
    },
    async isLive(holder) {
      if (performance.now() < (liveUntil.get(holder) ?? 0)) return true;
      const leftMs = leaseLeftMs(await leases(db, jobId).doc(holder).get());
      liveUntil.set(holder, performance.now() + leftMs);
      return leftMs > 0;
    },
  };
}

function isOver(lease: QueryDocumentSnapshot<LeaseDocument>): boolean {
  return leaseLeftMs(lease) <= 0;
}
