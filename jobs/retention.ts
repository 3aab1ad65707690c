import type { Job } from '../shared/domain/job.ts';
import { manifestName, successName } from '../shared/domain/layout.ts';
import { type FinishedVersion, outdatedVersions } from '../shared/domain/retention.ts';
import { mapLimited } from '../shared/map-limited.ts';
import type { StoredObject } from '../shared/ports/objects.ts';
import type { TaskContext } from './context.ts';

const concurrentRequests = 8;

/**
 * After a success, deletes the objects of those versions that the transport's retention no longer asks for. What is
 * interrupted goes on when the next version has succeeded. It never throws: the job has ended.
 */
export async function applyRetention(
  ctx: Pick<TaskContext, 'ledger' | 'objects' | 'log'>,
  job: Job,
  signal: AbortSignal,
): Promise<void> {
  const { retention } = job.options;
  if (!retention || job.state !== 'SUCCEEDED' || job.finishedAt === undefined) return;
  try {
    const complete = await ctx.ledger.finishedJobs(job.transportId, 'SUCCEEDED');
    const partial = await ctx.ledger.finishedJobs(job.transportId, 'PARTIALLY_SUCCEEDED');
    // The end of our own job is server time, as are those of the others.
    const now = new Date(job.finishedAt);
    for (const version of outdatedVersions([...complete, ...partial], retention.versions, now)) {
      signal.throwIfAborted();
      await deleteOutput(ctx, version, signal);
    }
  } catch (err) {
    ctx.log.warn({ err }, 'Older versions were not all deleted; the next success goes on with it.');
  }
}

/** In the order in which consumers look: without `_SUCCESS` nobody takes what is left for complete. */
async function deleteOutput(
  ctx: Pick<TaskContext, 'ledger' | 'objects' | 'log'>,
  { id, version, output }: FinishedVersion,
  signal: AbortSignal,
): Promise<void> {
  const { bucket, prefix } = output;
  const remove = ({ name, generation }: StoredObject) => {
    signal.throwIfAborted();
    return ctx.objects.remove(bucket, name, generation);
  };
  const objects = await Array.fromAsync(ctx.objects.list(bucket, prefix));
  const first = [successName, manifestName].map((name) => prefix + name);
  for (const name of first) {
    for (const object of objects.filter((one) => one.name === name)) await remove(object);
  }
  const rest = objects.filter(({ name }) => !first.includes(name));
  await mapLimited(rest, concurrentRequests, remove);
  await ctx.ledger.noteOutputDeleted(id);
  ctx.log.info({ deleted: id, version, objects: objects.length }, 'Deleted an older version.');
}
