import type { Job } from '../shared/domain/job.ts';
import type { Part, Split } from '../shared/domain/split.ts';
import type { StoredObject } from '../shared/ports.ts';
import type { TaskContext } from './context.ts';
import { mapLimited } from './map-limited.ts';
import { publishManifest, publishSchemas } from './publish.ts';
import { verifyJob } from './verify.ts';

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
  const splits = await ctx.ledger.splits(jobId);
  const decided = job.outcome ? job : await decide(ctx, job, splits);
  ctx.log.info({ outcome: decided.outcome?.state }, 'The outcome is decided.');
  const extractions = await ctx.ledger.extractions(jobId, decided.epoch);
  const tables = extractions.filter(({ result }) => result?.state === 'SUCCEEDED');
  const publishes = decided.state === 'PUBLISHING';
  const kept = publishes ? tables.flatMap(({ id }) => partsOf(decided, id, splits)) : [];
  await endUploads(ctx, splits);
  signal.throwIfAborted();
  await sweep(ctx, decided, kept, publishes);
  if (publishes) {
    signal.throwIfAborted();
    await publishSchemas(ctx.objects, decided, tables);
    await publishManifest(ctx.objects, decided, extractions, splits);
  }
  const { state } = await ctx.ledger.finish(decided);
  ctx.log.info({ state }, `The job ended: ${state}.`);
  return true;
}

async function decide(ctx: TaskContext, job: Job, splits: readonly Split[]): Promise<Job> {
  const extractions = await ctx.ledger.extractions(job.id, job.epoch);
  const listed = await Array.fromAsync(ctx.objects.list(job.output.bucket, job.output.prefix));
  const objects = new Map(listed.map((object) => [object.name, object]));
  const { outcome, results } = verifyJob(job, { extractions, splits, objects });
  return ctx.ledger.decide(job, outcome, results);
}

/**
 * Ends every upload that was begun and not committed. From here on no object can be born under the prefix: new
 * uploads cannot be recorded any more, and unrecorded ones never send a byte.
 */
async function endUploads(ctx: TaskContext, splits: readonly Split[]): Promise<void> {
  const open = splits.flatMap((split) => {
    const committed = new Set(split.parts.map((part) => part.name));
    return split.uploads.filter((upload) => !committed.has(upload.name));
  });
  await mapLimited(open, concurrentRequests, (upload) => ctx.objects.cancelUpload(upload.uri));
}

/** Deletes what does not belong to the result. */
async function sweep(
  ctx: TaskContext,
  job: Job,
  kept: readonly Part[],
  publishes: boolean,
): Promise<void> {
  const { bucket, prefix } = job.output;
  const generations = new Map(kept.map((part) => [prefix + part.name, part.generation]));
  const isStray = ({ name, generation }: StoredObject) =>
    name.endsWith('.jsonl.gz') ? generations.get(name) !== generation : !publishes;
  const objects = await Array.fromAsync(ctx.objects.list(bucket, prefix));
  const strays = objects.filter(isStray);
  if (strays.length > 0) ctx.log.info({ strays: strays.length }, 'Sweeping strays.');
  await mapLimited(strays, concurrentRequests, ({ name, generation }) =>
    ctx.objects.remove(bucket, name, generation),
  );
}

function partsOf(job: Job, extractionId: string, splits: readonly Split[]): Part[] {
  return splits
    .filter((split) => split.extractionId === extractionId && split.epoch === job.epoch)
    .flatMap((split) => split.parts);
}
