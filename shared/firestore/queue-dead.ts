import type { QueryDocumentSnapshot } from '@google-cloud/firestore';
import { type LeaseDocument, leases, select } from './documents.ts';
import { leaseLeftMs } from './leases.ts';
import type { Claimer } from './queue-candidate.ts';

/** Leases that are looked at together: those that were renewed the longest ago. */
const oldestLeases = 3;

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
      const oldest = select(leases(db, jobId).orderBy('renewedAt'), 'renewedAt', 'ttlMs');
      const rest = passed ? oldest.startAfter(passed) : oldest;
      const { docs } = await rest.limit(oldestLeases).get();
      found = docs.filter((lease) => leaseLeftMs(lease) <= 0);
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
