import { z } from 'zod';
import type { TaskProgress } from '../domain/progress.ts';

const count = z.int().nonnegative();
const id = z.string().min(1);

const taskProgress = z.object({
  jobId: id,
  holder: id,
  sequence: count,
  splits: z.array(
    z.object({
      splitId: id,
      extractionId: id,
      attempt: count,
      rows: count,
      rowsPerSecond: z.number().nonnegative(),
      bytesRead: count,
      bytesUploaded: count,
      done: z.boolean(),
    }),
  ),
}) satisfies z.ZodType<TaskProgress>;

/** The message as it is published: JSON, with the job as an attribute for whoever filters subscriptions. */
export function toMessage(progress: TaskProgress) {
  const data = Buffer.from(JSON.stringify(progress));
  return { data, attributes: { job_id: progress.jobId } };
}

/** Undefined for anything that is not a TaskProgress; fields that we do not know are left out. */
export function readMessage(data: Buffer): TaskProgress | undefined {
  try {
    return taskProgress.parse(JSON.parse(data.toString()));
  } catch {
    return undefined;
  }
}
