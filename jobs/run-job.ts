import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { announceEnd } from '../shared/announce.ts';
import { isTerminal, type Job, type JobState } from '../shared/domain/job.ts';
import { OraFerryError } from '../shared/errors.ts';
import { isRetryable } from '../shared/retry.ts';
import type { TaskContext } from './context.ts';
import { finishJob } from './finish.ts';
import { logFields } from './log-fields.ts';
import { planJob } from './plan-job.ts';
import { reportProgress, type TaskProgressReport } from './progress.ts';
import { applyRetention } from './retention.ts';
import { holdLease } from './task-lease.ts';
import { work } from './work.ts';

const pollMs = 1_000;

/**
 * Takes part in a job until it is terminal, and returns that state. Each turn reads the job and does the next
 * thing that no live task is doing already; several tasks may do so at once, and any of them may die at any
 * point. A task whose lease lapsed, because it was frozen or Firestore did not answer, has stopped all its work by
 * then and goes on as a new one. Throws when stopped, or when the job does not exist.
 */
export async function runJob(
  context: TaskContext,
  jobId: string,
  stop: AbortSignal,
): Promise<JobState> {
  const job = await context.ledger.job(jobId);
  const log = context.log.child(logFields(context, job));
  const ctx = { ...context, log };
  for (;;) {
    const state = await takePart(ctx, jobId, stop);
    if (state) return state;
    log.warn('The lease lapsed; the task goes on with a new one.');
  }
}

/** Takes part for as long as one lease lasts; undefined when it lapsed before the job was terminal. */
async function takePart(
  ctx: TaskContext,
  jobId: string,
  stop: AbortSignal,
): Promise<JobState | undefined> {
  const { log } = ctx;
  const holder = `${process.env['CLOUD_RUN_TASK_INDEX'] ?? '0'}-${randomUUID()}`;
  const report = reportProgress({ bus: ctx.progress, log, jobId, holder });
  try {
    const lease = await holdLease(ctx, jobId, report.hints, holder);
    const signal = AbortSignal.any([stop, lease.signal]);
    try {
      return await takeTurns({ ...ctx, holder, report }, jobId, signal);
    } catch (error) {
      if (stop.aborted || !lease.signal.aborted) throw error;
      return undefined;
    } finally {
      await lease.release().catch((err) => log.warn({ err }, 'The lease could not be released.'));
    }
  } finally {
    report.stop();
  }
}

interface Turns extends TaskContext {
  readonly holder: string;
  readonly report: TaskProgressReport;
}

async function takeTurns(ctx: Turns, jobId: string, signal: AbortSignal): Promise<JobState> {
  // A job that has ended before our first turn may have lost the task that ended it.
  let moved = true;
  for (;;) {
    signal.throwIfAborted();
    const job = await ctx.ledger.job(jobId);
    if (isTerminal(job.state)) {
      if (moved) await concludeJob(ctx, job, signal);
      return job.state;
    }
    moved = await takeTurn(ctx, job, signal).catch((error) => {
      signal.throwIfAborted();
      return yieldTurn(ctx, error);
    });
    if (!moved) await sleep(pollMs, undefined, { signal });
  }
}

/** What follows the end of a job, and never changes it. */
async function concludeJob(ctx: TaskContext, job: Job, signal: AbortSignal): Promise<void> {
  if (job.announcedAt === undefined) await announceEnd({ ...ctx, record: ctx.ledger }, job);
  await applyRetention(ctx, job, signal);
}

/** Does what the job's state asks for. False when other tasks have it in hand. */
async function takeTurn(ctx: Turns, job: Job, signal: AbortSignal): Promise<boolean> {
  const { holder, report } = ctx;
  switch (job.state) {
    case 'QUEUED':
    case 'PLANNING':
      return planJob(ctx, job.id, holder, signal);
    case 'RUNNING':
      await work(ctx, job, { holder, report }, signal);
      return finishJob(ctx, job.id, holder, signal);
    default:
      return finishJob(ctx, job.id, holder, signal);
  }
}

/** A refused write means that the job has moved on; Firestore or Cloud Storage, when silent, may answer soon. */
function yieldTurn(ctx: TaskContext, error: unknown): false {
  const refused = error instanceof OraFerryError && error.code === 'LEASE_LOST';
  if (!refused && !isRetryable(error)) throw error;
  ctx.log.warn({ err: error }, 'This turn was given up; the job is read again.');
  return false;
}
