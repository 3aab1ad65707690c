import { setTimeout as sleep } from 'node:timers/promises';
import type { Extraction } from '../shared/domain/extraction.ts';
import type { Job } from '../shared/domain/job.ts';
import { partName } from '../shared/domain/layout.ts';
import type { Claim, Part } from '../shared/domain/split.ts';
import { OraFerryError, reportError, toOraFerryError } from '../shared/errors.ts';
import type { SplitQueue } from '../shared/ports.ts';
import { withRetry } from '../shared/retry.ts';
import type { TaskContext } from './context.ts';
import { logFields } from './log-fields.ts';
import type { AttemptTracker, TaskProgressReport } from './progress.ts';
import { watchJob } from './watch-job.ts';
import type { SplitWorker } from './worker-process.ts';

const storePolicy = { attempts: 5, initialDelayMs: 200, maxDelayMs: 5_000 };
// A split that takes its whole task down leaves no failure behind, only another claim.
const maxClaims = 20;
const retryDelayMs = { initial: 500, max: 30_000 };

/**
 * Claims and exports splits of a running job with several workers until none is left to claim. Returns early,
 * with its work handed back, when the job is no longer running; throws the signal's reason when aborted.
 */
export async function exportSplits(
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
  const drainOrStop = () =>
    drain(shared).catch((error) => {
      failure.abort(error);
    });
  await Promise.all(Array.from({ length: ctx.config.job.workers }, drainOrStop));
  watch.stop();
  signal.throwIfAborted();
  failure.signal.throwIfAborted();
}

interface Shared {
  readonly ctx: TaskContext;
  readonly job: Job;
  readonly report: TaskProgressReport;
  readonly queue: SplitQueue;
  /** Aborts when the task must stop and when the job is no longer running. */
  readonly signal: AbortSignal;
}

async function drain(shared: Shared): Promise<void> {
  let worker: SplitWorker | undefined;
  try {
    while (!shared.signal.aborted) {
      const { claim } = await shared.queue.next();
      if (!claim) return;
      worker ??= shared.ctx.startWorker();
      await attempt(shared, claim, worker);
    }
  } finally {
    await worker?.stop();
  }
}

/** One attempt at a split: to its commit, or to the record of why it failed. */
async function attempt(shared: Shared, claim: Claim, worker: SplitWorker): Promise<void> {
  const { ctx, signal } = shared;
  const extraction = await ctx.ledger.extraction(claim.jobId, claim.extractionId);
  const fields = logFields(ctx, shared.job, labelsOf(claim, extraction));
  const log = ctx.log.child({ ...fields, attempt: claim.attempt });
  const tracker = shared.report.track(claim);
  try {
    const { rows, parts } = await exportClaim(shared, claim, extraction, worker, tracker);
    await commit(shared, claim, parts);
    tracker.commit(parts);
    log.info({ rows, bytes: parts.reduce((sum, part) => sum + part.bytes, 0) }, 'Split done.');
  } catch (error) {
    tracker.drop();
    const { code, message } = toOraFerryError(error);
    if (code === 'LEASE_LOST') return log.warn({ err: error }, notOurs);
    if (signal.aborted) return handBack(shared, claim);
    log.warn({ err: error }, `The attempt failed: ${message}`);
    await recordFailure(shared, claim, error).catch((refusal) => {
      if (toOraFerryError(refusal).code !== 'LEASE_LOST') throw refusal;
      log.warn({ err: refusal }, notOurs);
    });
  }
}

const notOurs = 'The split is not ours any more.';

function labelsOf({ position }: Claim, { owner, table }: Extraction) {
  return { table: `${owner}.${table}`, split: String(position) };
}

async function exportClaim(
  { ctx, job, signal }: Shared,
  claim: Claim,
  extraction: Extraction,
  worker: SplitWorker,
  tracker: AttemptTracker,
): Promise<{ rows: number; parts: readonly Part[] }> {
  if (claim.attempt > maxClaims) throw claimedTooOften(claim);
  const { owner, table, source, columns, filter, scn } = extraction;
  const task = {
    owner,
    table,
    source,
    columns,
    filter,
    scn,
    bucket: job.output.bucket,
    prefix: job.output.prefix,
    partName: partName(owner, table, claim.position, claim.attempt),
    gzipLevel: job.options.gzip_level,
    refuseReplacements: job.options.on_replacement === 'fail',
    logFields: logFields(ctx, job, labelsOf(claim, extraction)),
  };
  // Recorded before the first byte, so that the finaliser can end every upload that may still create an object.
  const onUpload = (name: string, uri: string) => ctx.ledger.recordUpload(claim, name, uri);
  return worker.run(task, { onUpload, onProgress: tracker.advance }, signal);
}

function claimedTooOften({ attempt }: Claim): OraFerryError {
  return new OraFerryError(
    'INTERNAL_ERROR',
    `The split was claimed ${attempt - 1} times and never finished; its tasks may run out of memory.`,
  );
}

/** Repeated when the store does not answer: the commit is idempotent, and its fence decides. */
function commit({ ctx, signal }: Shared, claim: Claim, parts: readonly Part[]): Promise<void> {
  return withRetry(storePolicy, signal, () => ctx.ledger.commitSplit(claim, parts));
}

async function handBack({ ctx }: Shared, claim: Claim): Promise<void> {
  await ctx.ledger.releaseSplit(claim).catch((err) => {
    ctx.log.warn({ err }, 'A split could not be handed back; its lease will run out.');
  });
}

async function recordFailure({ ctx, signal }: Shared, claim: Claim, error: unknown): Promise<void> {
  const failures = claim.failures + 1;
  const final = failures >= allowedFailures(ctx, toOraFerryError(error));
  await withRetry(storePolicy, signal, () =>
    ctx.ledger.failSplit(claim, reportError(error), final),
  );
  if (final) return;
  // Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
  const ceiling = Math.min(retryDelayMs.max, retryDelayMs.initial * 2 ** failures);
  await sleep(Math.random() * ceiling, undefined, { signal }).catch(() => undefined);
}

/** How often a split may fail like this: a session that a DBA killed is tried once more, not again and again. */
function allowedFailures({ config }: TaskContext, { retryable, details }: OraFerryError): number {
  if (!retryable) return 1;
  const once = (details as { retry?: unknown } | undefined)?.retry === 'once';
  return once ? Math.min(2, config.job.attempts) : config.job.attempts;
}
