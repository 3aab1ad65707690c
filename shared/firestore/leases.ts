import { type Firestore, Timestamp, type Transaction } from '@google-cloud/firestore';
import { isLive } from '../domain/lease.ts';
import { OraFerryError } from '../errors.ts';
import { lease } from './documents.ts';

/** True while the task's lease lasts, by the server's clock. */
export async function isHolderLive(
  db: Firestore,
  reader: Transaction | undefined,
  jobId: string,
  holder: string,
): Promise<boolean> {
  const ref = lease(db, jobId, holder);
  const snapshot = reader ? await reader.get(ref) : await ref.get();
  const renewedAt: unknown = snapshot.get('renewedAt');
  const ttlMs: unknown = snapshot.get('ttlMs');
  if (!(renewedAt instanceof Timestamp) || typeof ttlMs !== 'number') return false;
  return isLive({ renewedAt: renewedAt.toMillis(), ttlMs }, snapshot.readTime.toMillis());
}

/** What a write throws whose right has passed to another task, or whose job has moved on. */
export function lost(what: string): OraFerryError {
  return new OraFerryError('LEASE_LOST', `The write was refused: ${what}.`);
}
