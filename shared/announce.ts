import type { Job } from './domain/job.ts';
import type { Logger } from './logging.ts';
import type { JobAnnouncer } from './ports/messages.ts';
import type { JobStore } from './ports/stores.ts';
import { withRetry } from './retry.ts';

const attempts = { attempts: 2, initialDelayMs: 250, maxDelayMs: 1_000 };

interface Announcing {
  readonly announcer: JobAnnouncer;
  /** Whichever store is at hand. */
  readonly record: Pick<JobStore, 'noteAnnounced'>;
  readonly log: Logger;
}

/**
 * Tells those who wait that a job has ended, then notes that. What goes wrong is logged and left to reconcile: the
 * end of a job does not depend on it. True when the message was sent.
 */
export async function announceEnd(
  { announcer, record, log }: Announcing,
  job: Job,
): Promise<boolean> {
  try {
    await withRetry(attempts, new AbortController().signal, () => announcer.announce(job));
    await record.noteAnnounced(job.id);
    return true;
  } catch (err) {
    log.warn({ err, job: job.id }, 'The message of the end of the job is left to reconcile.');
    return false;
  }
}
