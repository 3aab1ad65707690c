import { randomUUID } from 'node:crypto';
import { OraFerryError } from '../shared/errors.ts';
import type { TaskContext } from './context.ts';

/** A task's lease on a job. Everything that the task does must stop when the signal aborts. */
export interface TaskLease {
  readonly holder: string;
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes a lease and keeps renewing it. The task fences itself: once two thirds of the lease have passed on its
 * own monotonic clock since it last began a renewal that succeeded, the signal aborts with LEASE_LOST, so it
 * has stopped before another task may take its work.
 */
export async function holdLease(context: TaskContext, jobId: string): Promise<TaskLease> {
  const ttlMs = context.config.job.lease_seconds * 1000;
  const holder = `${process.env['CLOUD_RUN_TASK_INDEX'] ?? '0'}-${randomUUID()}`;
  const fence = new AbortController();
  let fenceTimer: NodeJS.Timeout | undefined;
  let provenAt = performance.now();

  const renew = async () => {
    const begunAt = performance.now();
    await context.ledger.renewLease(jobId, holder, ttlMs);
    provenAt = begunAt;
    armFence();
  };
  const armFence = () => {
    clearTimeout(fenceTimer);
    const leftMs = provenAt + (ttlMs * 2) / 3 - performance.now();
    fenceTimer = setTimeout(() => fence.abort(lapsed()), Math.max(0, leftMs));
  };
  const renewQuietly = () => {
    renew().catch((err) =>
      context.log.warn({ err }, 'The lease could not be renewed; trying again.'),
    );
  };

  await renew();
  const renewal = setInterval(renewQuietly, ttlMs / 6);
  return {
    holder,
    signal: fence.signal,
    async release() {
      clearInterval(renewal);
      clearTimeout(fenceTimer);
      await context.ledger.releaseLease(jobId, holder);
    },
  };
}

function lapsed(): OraFerryError {
  return new OraFerryError('LEASE_LOST', 'The lease could not be renewed in time.');
}
