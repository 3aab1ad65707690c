import { announceEnd } from '../shared/announce.ts';
import { isTerminal, type Job } from '../shared/domain/job.ts';
import { OraFerryError, reportError, toOraFerryError } from '../shared/errors.ts';
import { labelsField } from '../shared/logging.ts';
import type { Launch } from '../shared/ports/stores.ts';
import { withRetry } from '../shared/retry.ts';
import type { Context } from './context.ts';
import { newTraceparent } from './http/trace.ts';

const attempts = { attempts: 3, initialDelayMs: 250, maxDelayMs: 2_000 };
// Below the minute after which another caller may take the launch over.
const budgetMs = 45_000;
// The job's time and the execution's come from different clocks; the arguments decide, this only ends the search.
const clockSkewMs = 5 * 60_000;

/**
 * Starts the tasks of a job that has no execution yet, unless another caller is at it. Throws JOB_LAUNCH_ERROR with
 * `details.job_id`: when Cloud Run refused, the job is FAILED; when nobody knows what became of the request, it stays
 * QUEUED and the next call finishes the launch.
 */
export async function ensureLaunched(ctx: Context, job: Job): Promise<Job> {
  if (job.state !== 'QUEUED' || job.execution !== undefined) return job;
  const launch = await ctx.jobs.takeLaunch(job.id);
  if (!launch) return job;
  try {
    const wanted = { tasks: job.options.tasks, mayHaveRun: !launch.isFirst };
    const execution = await findOrLaunch(ctx, job, wanted);
    return (await record(ctx, launch, execution)) ? { ...job, execution } : job;
  } catch (error) {
    throw await giveUp(ctx, job, launch, error);
  }
}

/**
 * Starts one task more for a job whose execution has ended, by the right that the caller has taken. False when the right
 * has passed to another meanwhile. Throws JOB_LAUNCH_ERROR; to give the right back is then up to the caller.
 */
export async function launchAgain(ctx: Context, job: Job, launch: Launch): Promise<boolean> {
  const isAlive = async (known: string) => (await ctx.launcher.state(known)) === 'RUNNING';
  const wanted = { tasks: 1, mayHaveRun: true, counts: isAlive };
  return record(ctx, launch, await findOrLaunch(ctx, job, wanted));
}

/** True when Cloud Run said no, so that nothing was launched. */
export function isRefusal(error: unknown): boolean {
  const { code, retryable } = toOraFerryError(error);
  return code === 'JOB_LAUNCH_ERROR' && !retryable;
}

async function record(ctx: Context, launch: Launch, execution: string): Promise<boolean> {
  if (await ctx.jobs.recordExecution(launch, execution)) return true;
  const labels = labelsField({ job: launch.jobId });
  ctx.log.warn(
    { ...labels, execution },
    'The launch took so long that another caller took it over',
  );
  return false;
}

interface Wanted {
  readonly tasks: number;
  /** Somebody may have launched the job before. */
  readonly mayHaveRun: boolean;
  /** Whether an execution that is there already will do; any unless told. */
  readonly counts?: (execution: string) => Promise<boolean>;
}

/** RunJob has no request id, so after a lost answer only the executions themselves tell whether it happened. */
async function findOrLaunch(
  ctx: Context,
  job: Job,
  { tasks, mayHaveRun, counts = async () => true }: Wanted,
): Promise<string> {
  const since = new Date(Date.parse(job.createdAt) - clockSkewMs);
  const budget = AbortSignal.timeout(budgetMs);
  let looksFirst = mayHaveRun;
  return withRetry(attempts, budget, async () => {
    const known = looksFirst ? await ctx.launcher.find(job.id, since) : undefined;
    if (known !== undefined && (await counts(known))) return known;
    // After a search that took too long another caller may be launching.
    if (budget.aborted) throw tooLate();
    looksFirst = true;
    return ctx.launcher.launch({
      jobId: job.id,
      transportName: job.transportName,
      version: job.version,
      tasks,
      traceparent: newTraceparent(job.traceId),
    });
  });
}

function tooLate(): OraFerryError {
  const message = 'Cloud Run took too long to list its executions.';
  return new OraFerryError('JOB_LAUNCH_ERROR', message, { retryable: true });
}

async function giveUp(
  ctx: Context,
  job: Job,
  launch: Launch,
  cause: unknown,
): Promise<OraFerryError> {
  const { code, message, retryable } = toOraFerryError(cause);
  const details = { job_id: job.id };
  const error = new OraFerryError(code, message, { details, retryable, cause });
  const noted = isRefusal(error) ? fail(ctx, job, launch, error) : ctx.jobs.releaseLaunch(launch);
  // Without the note the job stays as it is, and the right to launch lapses by itself.
  await noted.catch((err) =>
    ctx.log.warn({ err, ...labelsField({ job: job.id }) }, 'The launch could not be noted'),
  );
  return error;
}

async function fail(
  ctx: Context,
  { tenant, id }: Job,
  launch: Launch,
  error: OraFerryError,
): Promise<void> {
  await ctx.jobs.failLaunch(launch, reportError(error));
  const job = await ctx.jobs.get(tenant, id);
  if (isTerminal(job.state)) await announceEnd({ ...ctx, record: ctx.jobs }, job);
}
