import { type Extraction, splitsOf, withSplits } from '../shared/domain/extraction.ts';
import type { Job } from '../shared/domain/job.ts';
import type { Part, Split } from '../shared/domain/split.ts';
import { type ErrorReport, OraFerryError, reportError } from '../shared/errors.ts';
import { mapLimited } from '../shared/map-limited.ts';
import type { StoredObject } from '../shared/ports/objects.ts';
import type { TaskContext } from './context.ts';
import { publishManifest, publishTables } from './publish.ts';
import { type Verdict, verifyJob } from './verify.ts';

const concurrentRequests = 8;

/**
 * Brings a job whose splits are settled, or that is being cancelled, to its end, if it is this task's turn. The
 * outcome is fixed in the record before anything follows from it, so a second finaliser does the same again.
 * False when it is not this task's turn.
 */
export async function finishJob(
  ctx: TaskContext,
  jobId: string,
  holder: string,
  signal: AbortSignal,
): Promise<boolean> {
  const job = await ctx.ledger.beginFinish(jobId, holder);
  if (!job) return false;
  // From here on no upload can be recorded and no split committed, so that nothing can change what follows.
  await ctx.ledger.supersedeOpen(job);
  const splits = await ctx.ledger.splits(jobId);
  const decided = job.outcome ? job : await decide(ctx, job, splits);
  ctx.log.info({ outcome: decided.outcome?.state }, 'The outcome is decided.');
  if (decided.state === 'PUBLISHING') await publish(ctx, decided, splits, signal);
  else await clear(ctx, decided, splits, signal);
  const { state } = await ctx.ledger.finish(decided);
  ctx.log.info({ state }, `The job ended: ${state}.`);
  return true;
}

async function decide(ctx: TaskContext, job: Job, splits: readonly Split[]): Promise<Job> {
  const extractions = await ctx.ledger.extractions(job.id);
  const verdict = await verify(ctx, job, extractions, splits).catch((error) => {
    if (isRefusal(error)) return refused(extractions, reportError(error));
    throw error;
  });
  return ctx.ledger.decide(job, verdict.outcome, verdict.results);
}

async function verify(
  ctx: TaskContext,
  job: Job,
  extractions: readonly Extraction[],
  splits: readonly Split[],
): Promise<Verdict> {
  const { bucket, prefix } = job.output;
  // Of a job that is being cancelled nothing is verified.
  const listed =
    job.state === 'CANCELLING' ? [] : await Array.fromAsync(ctx.objects.list(bucket, prefix));
  const objects = new Map(listed.map((object) => [object.name, object]));
  return verifyJob(job, { extractions, splits, objects });
}

/** A bucket that refuses us for good must not keep the job from ending. */
function isRefusal(error: unknown): boolean {
  return error instanceof OraFerryError && error.code === 'GCS_ERROR' && !error.retryable;
}

function refused(extractions: readonly Extraction[], error: ErrorReport): Verdict {
  const results = extractions.map(({ id }) => ({
    extractionId: id,
    state: 'FAILED' as const,
    error,
  }));
  return { outcome: { state: 'FAILED', error }, results };
}

async function publish(
  ctx: TaskContext,
  job: Job,
  splits: readonly Split[],
  signal: AbortSignal,
): Promise<void> {
  const extractions = await ctx.ledger.extractions(job.id);
  const tables = extractions.filter(({ result }) => result?.state === 'SUCCEEDED');
  const kept = withSplits(tables, splits).flatMap(({ extraction, splits: its }) =>
    splitsOf(extraction, its).flatMap(({ parts }) => parts),
  );
  await endUploads(ctx, splits, signal);
  await sweep(ctx, job, kept, signal);
  signal.throwIfAborted();
  await publishTables(ctx.objects, job, tables, splits);
  await publishManifest(ctx.objects, job, extractions, splits);
}

/** Leaves nothing of a failed or cancelled job in the bucket, as far as the bucket lets us. */
async function clear(
  ctx: TaskContext,
  job: Job,
  splits: readonly Split[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await endUploads(ctx, splits, signal);
    await sweep(ctx, job, [], signal);
  } catch (err) {
    if (!isRefusal(err)) throw err;
    const { prefix } = job.output;
    ctx.log.error(
      { err, prefix },
      'The bucket refused the sweep: delete what lies under the prefix.',
    );
  }
}

/**
 * Ends every upload that was begun and not committed. From here on no object can be born under the prefix: new
 * uploads cannot be recorded any more, and unrecorded ones never send a byte.
 */
async function endUploads(
  ctx: TaskContext,
  splits: readonly Split[],
  signal: AbortSignal,
): Promise<void> {
  const open = splits.flatMap((split) => {
    const committed = new Set(split.parts.map((part) => part.name));
    return split.uploads.filter((upload) => !committed.has(upload.name));
  });
  await mapLimited(open, concurrentRequests, (upload) => {
    signal.throwIfAborted();
    return ctx.objects.cancelUpload(upload.uri);
  });
}

/** Deletes what does not belong to the result: without parts to keep, everything. */
async function sweep(
  ctx: TaskContext,
  job: Job,
  kept: readonly Part[],
  signal: AbortSignal,
): Promise<void> {
  const { bucket, prefix } = job.output;
  const generations = new Map(kept.map((part) => [prefix + part.name, part.generation]));
  const publishes = job.state === 'PUBLISHING';
  const isStray = ({ name, generation }: StoredObject) =>
    name.endsWith('.jsonl.gz') ? generations.get(name) !== generation : !publishes;
  const objects = await Array.fromAsync(ctx.objects.list(bucket, prefix));
  const strays = objects.filter(isStray);
  if (strays.length > 0) ctx.log.info({ strays: strays.length }, 'Sweeping strays.');
  await mapLimited(strays, concurrentRequests, ({ name, generation }) => {
    signal.throwIfAborted();
    return ctx.objects.remove(bucket, name, generation);
  });
}
