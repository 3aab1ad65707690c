import type { Job } from '../domain/job.ts';
import type { TaskProgress } from '../domain/progress.ts';

/** What we ask of Pub/Sub. */

export interface ProgressBus {
  /** Sends a hint to every subscriber. Throws when Pub/Sub does not take it; callers go on without. */
  publish(progress: TaskProgress): Promise<void>;
  /**
   * Hears every hint that is published after this resolves, of all jobs, through a subscription of this
   * process's own. What is not a TaskProgress is dropped.
   */
  subscribe(listener: (progress: TaskProgress) => void): Promise<ProgressSubscription>;
  close(): Promise<void>;
}

export interface ProgressSubscription {
  /** Stops hearing and deletes the subscription, as far as Pub/Sub answers. */
  close(): Promise<void>;
}

export interface JobAnnouncer {
  /** Sends the message of a job's end. Throws when Pub/Sub does not take it. */
  announce(job: Job): Promise<void>;
  close(): Promise<void>;
}
