import type { Firestore, Transaction } from '@google-cloud/firestore';
import { isLive } from '../domain/lease.ts';
import { OraFerryError } from '../errors.ts';
import { leases } from './documents.ts';

/** True while the task's lease lasts, by the server's clock. */
export async function isHolderLive(
  db: Firestore,
  reader: Transaction | undefined,
  jobId: string,
  holder: string,
): Promise<boolean> {
  const ref = leases(db, jobId).doc(holder);
  const snapshot = reader ? await reader.get(ref) : await ref.get();
  const lease = snapshot.data();
  const renewal = lease && { renewedAt: lease.renewedAt.toMillis(), ttlMs: lease.ttlMs };
  return isLive(renewal, snapshot.readTime.toMillis());
}

/** What a write throws whose right has passed to another task, or whose job has moved on. */
export function lost(what: string): OraFerryError {
  return new OraFerryError('LEASE_LOST', `The write was refused: ${what}.`);
}
