import { z } from 'zod';
import { announceEnd } from '../shared/announce.ts';
import { isTerminal, type Job } from '../shared/domain/job.ts';
import { type ErrorReport, OraFerryError, reportError, toOraFerryError } from '../shared/errors.ts';
import { mapLimited } from '../shared/map-limited.ts';
import type { Launch, Refusals } from '../shared/ports/stores.ts';
import type { Context } from './context.ts';
import type { Reply } from './http/answer.ts';
import type { Caller } from './http/route.ts';
import { ensureLaunched, isRefusal, launchAgain } from './launch.ts';
import { errorView, jobState } from './views/job.ts';

const actions = [
  /** A task of it lives. */
  'attended',
  /** Its execution has not ended: Cloud Run starts its tasks, or tries one again. */
  'running',
  /** Somebody else is launching it. */
  'launching',
  'launched',
  'relaunched',
  /** Its tasks were lost too often, or were refused for ten minutes: it is FAILED, or CANCELLED if that was asked for. */
  'ended',
  /** It had ended, and now the message of that is sent. */
  'announced',
  /** Something kept us from it; the next call tries again. */
  'failed',
] as const;

const jobOutcome = z.object({
  job_id: z.string(),
  transport_name: z.string(),
  version: z.int(),
  /** As found. */
  state: jobState,
  action: z.enum(actions),
  error: errorView.nullable(),
});

export const reconcileView = z.object({
  jobs: z.array(jobOutcome),
  /** False when there are more jobs than one call looks at: call again. */
  complete: z.boolean(),
});

type Action = (typeof actions)[number];
type Outcome = z.output<typeof jobOutcome>;

const mostJobs = 200;
const mostRelaunches = 3;
// Refused less often, or for a shorter time, a job is not given up.
const fewestRefusals = 3;
const refusalsMs = 10 * 60_000;
const jobsAtOnce = 8;
// A launch may take 45 seconds; together they stay below the two minutes that we promise.
const beginMs = 45_000;

/**
 * Looks at every job that has not ended, or whose end is not announced, and brings it forward where nobody else does:
 * starts a task for one whose tasks are gone, or ends it when that was in vain. Of those of other tenants the caller
 * is told nothing. Idempotent; calls may overlap.
 */
export async function reconcileJobs(
  ctx: Context,
  { log, principal }: Caller,
): Promise<Reply<z.output<typeof reconcileView>>> {
  const jobs = await ctx.jobs.open(mostJobs);
  const deadline = performance.now() + beginMs;
  const outcomes = await mapLimited(jobs, jobsAtOnce, async (job) =>
    performance.now() < deadline ? reconcileOne({ ...ctx, log }, job) : undefined,
  );
  const seen = outcomes.filter((outcome) => outcome !== undefined);
  const own = new Set(jobs.flatMap(({ tenant, id }) => (tenant === principal.tenant ? [id] : [])));
  return {
    body: {
      jobs: seen.filter((outcome) => own.has(outcome.job_id)),
      complete: seen.length < mostJobs && seen.length === jobs.length,
    },
  };
}

async function reconcileOne(ctx: Context, job: Job): Promise<Outcome> {
  const { id, transportName, version, state } = job;
  const found = { job_id: id, transport_name: transportName, version, state };
  try {
    const action = await bringForward(ctx, job);
    if (action !== 'attended' && action !== 'running') {
      ctx.log.info({ job: id, state, action }, `Reconciled a job: ${action}`);
    }
    return { ...found, action, error: null };
  } catch (err) {
    ctx.log.error({ err, job: id }, 'A job could not be reconciled');
    return { ...found, action: 'failed', error: reportError(err) };
  }
}

async function bringForward(ctx: Context, job: Job): Promise<Action> {
  if (isTerminal(job.state)) return announce(ctx, job);
  if (await ctx.jobs.hasLiveTask(job.id)) return 'attended';
  if (job.state === 'QUEUED' && job.execution === undefined) {
    const launched = await ensureLaunched(ctx, job);
    return launched.execution === undefined ? 'launching' : 'launched';
  }
  if (await stillRuns(ctx, job)) return 'running';
  const launch = await ctx.jobs.takeRelaunch(job, mostRelaunches);
  if (launch) return relaunch(ctx, job, launch);
  const isUsedUp = (job.relaunches ?? 0) >= mostRelaunches;
  return isUsedUp ? end(ctx, job, tasksLost(job)) : 'launching';
}

async function announce(ctx: Context, job: Job): Promise<Action> {
  if (await announceEnd({ ...ctx, record: ctx.jobs }, job)) return 'announced';
  throw new OraFerryError('PROGRESS_ERROR', 'Pub/Sub did not take the message of the job’s end.');
}

/** One that Cloud Run does not know, or that nobody recorded, does not run. Throws when Cloud Run does not answer. */
async function stillRuns(ctx: Context, { execution }: Job): Promise<boolean> {
  if (execution === undefined) return false;
  return (await ctx.launcher.state(execution)) === 'RUNNING';
}

async function relaunch(ctx: Context, job: Job, launch: Launch): Promise<Action> {
  try {
    return (await launchAgain(ctx, job, launch)) ? 'relaunched' : 'launching';
  } catch (error) {
    if (!isRefusal(error)) {
      await ctx.jobs.releaseLaunch(launch);
      throw error;
    }
    const refusals = await ctx.jobs.refuseRelaunch(launch);
    if (!refusals || !isFinal(refusals) || job.state === 'PUBLISHING') throw error;
    return end(ctx, job, relaunchesRefused(job, error, refusals));
  }
}

/** A redeploy, or a right that is given a minute late, refuses us for a while. */
function isFinal({ times, lastedMs }: Refusals): boolean {
  return times >= fewestRefusals && lastedMs >= refusalsMs;
}

async function end(ctx: Context, job: Job, error: ErrorReport): Promise<Action> {
  const ended = await ctx.jobs.endUnattended(job, error);
  if (!ended) return 'launching';
  await announceEnd({ ...ctx, record: ctx.jobs }, ended);
  return 'ended';
}

function relaunchesRefused(
  { execution, output }: Job,
  cause: unknown,
  { times, lastedMs }: Refusals,
): ErrorReport {
  const { code, message: reason } = toOraFerryError(cause);
  const minutes = Math.round(lastedMs / 60_000);
  const message = `The tasks ended before the job, and Cloud Run refused ${times} relaunches in ${minutes} minutes. The last answer: ${reason} What the tasks wrote was not swept.`;
  const details = { execution, ...output, refusals: times };
  return reportError(new OraFerryError(code, message, { details, cause }));
}

/** Nobody is left who could sweep: this function has no right to the bucket. */
function tasksLost({ execution, output }: Job): ErrorReport {
  const message = `The tasks ended before the job, and so did those of ${mostRelaunches} relaunches. What they wrote was not swept.`;
  const details = { execution, ...output };
  return reportError(new OraFerryError('TASKS_LOST', message, { details }));
}
