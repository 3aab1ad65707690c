import type { SplitProgress } from '../shared/domain/progress.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { TaskContext } from './context.ts';

// The record of how far the task is goes out with each renewal, so it is never older than this for long.
const recordMs = 2_000;

/** A task's lease on a job. Everything that the task does must stop when the signal aborts. */
export interface TaskLease {
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes a lease and keeps renewing it, with the hints of the moment. The task fences itself: once two thirds of
 * the lease have passed on its own monotonic clock since it last began a renewal that succeeded, the signal
 * aborts with LEASE_LOST, so it has stopped before another task may take its work.
 */
export async function holdLease(
  context: Pick<TaskContext, 'config' | 'ledger' | 'log'>,
  jobId: string,
  hints: () => readonly SplitProgress[],
  holder: string,
): Promise<TaskLease> {
  const ttlMs = context.config.job.lease_seconds * 1000;
  const fence = new AbortController();
  let fenceTimer: NodeJS.Timeout | undefined;
  let provenAt = Number.NEGATIVE_INFINITY;

  const renew = async () => {
    const begunAt = performance.now();
    await context.ledger.renewLease(jobId, holder, ttlMs, hints());
    // Of two under way at once the earlier may be answered last.
    provenAt = Math.max(provenAt, begunAt);
    armFence();
  };
  const armFence = () => {
    clearTimeout(fenceTimer);
    const leftMs = provenAt + (ttlMs * 2) / 3 - performance.now();
    fenceTimer = setTimeout(() => fence.abort(lapsed()), Math.max(0, leftMs));
  };
  const underWay = new Set<Promise<void>>();
  const renewQuietly = () => {
    const renewing = renew()
      .catch((err) => context.log.warn({ err }, 'The lease could not be renewed; trying again.'))
      .finally(() => underWay.delete(renewing));
    underWay.add(renewing);
  };

  await renew();
  const renewal = setInterval(renewQuietly, Math.min(recordMs, ttlMs / 6));
  return {
    signal: fence.signal,
    async release() {
      clearInterval(renewal);
      // One that is carried out after the release would bring the lease back.
      await Promise.all(underWay);
      clearTimeout(fenceTimer);
      await context.ledger.releaseLease(jobId, holder);
    },
  };
}

function lapsed(): OraFerryError {
  return new OraFerryError('LEASE_LOST', 'The lease could not be renewed in time.');
}
