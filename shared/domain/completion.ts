import type { ErrorReport } from '../errors.ts';
import type { Job, JobState } from './job.ts';
import { manifestName } from './layout.ts';

/** The message of a job's end. It comes at least once: `job_id` tells a repetition. */
export interface Completion {
  readonly job_id: string;
  readonly transport: string;
  readonly version: number;
  readonly state: JobState;
  /** `gs://bucket/…/_manifest.json`; null when the job ended without output. */
  readonly manifest: string | null;
  readonly error: ErrorReport | null;
}

/** What a job that has ended tells to those who wait for it. */
export function completionOf({
  id,
  transportName,
  version,
  state,
  output,
  error,
}: Job): Completion {
  const hasOutput = state === 'SUCCEEDED' || state === 'PARTIALLY_SUCCEEDED';
  return {
    job_id: id,
    transport: transportName,
    version,
    state,
    manifest: hasOutput ? `gs://${output.bucket}/${output.prefix}${manifestName}` : null,
    error: error ?? null,
  };
}
