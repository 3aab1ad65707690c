import type { Job } from '../shared/domain/job.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { TaskContext } from './context.ts';

const watchMs = 2_000;

/** Looks at the job now and then: a cancel, or another epoch, aborts the signal, because the work is in vain. */
export function watchJob(ctx: TaskContext, job: Job): { signal: AbortSignal; stop(): void } {
  const changed = new AbortController();
  const look = async () => {
    const now = await ctx.ledger.job(job.id);
    if (now.state === job.state && now.epoch === job.epoch) return;
    ctx.log.info({ state: now.state }, `The job is no longer ${job.state}.`);
    changed.abort(new OraFerryError('CANCELLED', `The job is no longer ${job.state}.`));
  };
  let looking = false;
  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    await look().catch((err) => ctx.log.warn({ err }, 'The state of the job could not be read.'));
    looking = false;
  }, watchMs);
  return { signal: changed.signal, stop: () => clearInterval(timer) };
}
