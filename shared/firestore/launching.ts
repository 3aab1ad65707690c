import type { Timestamp } from '@google-cloud/firestore';
import type { JobDocument } from './documents.ts';

const launchMs = 60_000;

/** True while somebody may be about to call RunJob for the job, by the server's clock. */
export function isLaunching({ launchAt }: JobDocument, now: Timestamp): boolean {
  return launchAt !== undefined && now.toMillis() - launchAt.toMillis() < launchMs;
}
