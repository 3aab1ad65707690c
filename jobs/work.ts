import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../shared/domain/job.ts';
import type { Work } from '../shared/ports/ledger.ts';
import { withRetry } from '../shared/retry.ts';
import type { TaskContext } from './context.ts';
import { exportClaim } from './export-claim.ts';
import type { TaskProgressReport } from './progress.ts';
import { storePolicy } from './store-policy.ts';
import { checkClaim, planClaim } from './table-claims.ts';
import { watchJob } from './watch-job.ts';
import type { Shared } from './work-context.ts';
import type { SplitWorker } from './worker-process.ts';

/** What others have in hand may come back; looking for it costs money, so that it is done ever more rarely. */
const idleMs = { first: 500, most: 4_000 };

/**
 * Claims the work of a running job with several workers: plans tables, reads splits, checks tables, until nothing
 * is left that could still come. Returns early, with its work handed back, when the job is no longer running; throws
 * the signal's reason when aborted.
 */
export async function work(
  ctx: TaskContext,
  job: Job,
  task: { readonly holder: string; readonly report: TaskProgressReport },
  signal: AbortSignal,
): Promise<void> {
  const watch = watchJob(ctx, job);
  const failure = new AbortController();
  const shared: Shared = {
    ctx,
    job,
    report: task.report,
    queue: ctx.ledger.openQueue(job, task.holder),
    signal: AbortSignal.any([signal, watch.signal, failure.signal]),
  };
  // The first worker that cannot go on stops the others, and all have ended before the error is thrown.
  const drainOrStop = () => drain(shared).catch((error) => failure.abort(error));
  await Promise.all(Array.from({ length: ctx.config.job.workers }, drainOrStop));
  watch.stop();
  signal.throwIfAborted();
  failure.signal.throwIfAborted();
}

async function drain(shared: Shared): Promise<void> {
  const { ctx, queue, signal } = shared;
  let worker: SplitWorker | undefined;
  let pauseMs = idleMs.first;
  try {
    while (!signal.aborted) {
      // What one worker is not answered must not cost the others what they have in hand.
      const next = await withRetry(storePolicy, signal, () => queue.next());
      if (next.work) {
        pauseMs = idleMs.first;
        if (next.work.kind === 'split') worker ??= ctx.startWorker();
        await carryOut(shared, next.work, worker);
      } else if (next.open) {
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, idleMs.most);
      } else {
        return;
      }
    }
  } finally {
    await worker?.stop();
  }
}

function carryOut(shared: Shared, work: Work, worker: SplitWorker | undefined): Promise<void> {
  if (work.kind === 'split') return exportClaim(shared, work.claim, worker as SplitWorker);
  return work.claim.purpose === 'plan'
    ? planClaim(shared, work.claim)
    : checkClaim(shared, work.claim);
}
