import type { DocumentSnapshot, Firestore, Transaction } from '@google-cloud/firestore';
import { isLive } from '../domain/lease.ts';
import { OraFerryError } from '../errors.ts';
import { type LeaseDocument, leases } from './documents.ts';

/** True while the task's lease lasts, by the server's clock. */
export async function isHolderLive(
  db: Firestore,
  reader: Transaction | undefined,
  jobId: string,
  holder: string,
): Promise<boolean> {
  const ref = leases(db, jobId).doc(holder);
  const snapshot = reader ? await reader.get(ref) : await ref.get();
  return leaseLeftMs(snapshot) > 0;
}

/** How much longer the lease lasts, by the server's clock; nothing, or less, once it has run out. */
export function leaseLeftMs(snapshot: DocumentSnapshot<LeaseDocument>): number {
  const lease = snapshot.data();
  if (!lease) return 0;
  const renewal = { renewedAt: lease.renewedAt.toMillis(), ttlMs: lease.ttlMs };
  const now = snapshot.readTime.toMillis();
  return isLive(renewal, now) ? renewal.renewedAt + renewal.ttlMs - now : 0;
}

/** What a write throws whose right has passed to another task, or whose job has moved on. */
export function lost(what: string): OraFerryError {
  return new OraFerryError('LEASE_LOST', `The write was refused: ${what}.`);
}

/** True for what `lost` made. */
export function isLost(error: unknown): boolean {
  return error instanceof OraFerryError && error.code === 'LEASE_LOST';
}
