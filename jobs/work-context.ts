import type { Job } from '../shared/domain/job.ts';
import type { WorkQueue } from '../shared/ports/ledger.ts';
import type { TaskContext } from './context.ts';
import type { TaskProgressReport } from './progress.ts';

/** What the workers of a task share while the job is running. */
export interface Shared {
  readonly ctx: TaskContext;
  readonly job: Job;
  readonly report: TaskProgressReport;
  readonly queue: WorkQueue;
  /** Aborts when the task must stop and when the job is no longer running. */
  readonly signal: AbortSignal;
}
