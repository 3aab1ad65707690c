import { FieldValue, type Firestore } from '@google-cloud/firestore';
import { jobs } from './documents.ts';

/** Notes on a job, by server time, that what follows its end was done; the first note stays. */
export function noteOnce(
  db: Firestore,
  jobId: string,
  field: 'announcedAt' | 'outputDeletedAt',
): Promise<void> {
  return db.runTransaction(async (tx) => {
    const snapshot = await tx.get(jobs(db).doc(jobId));
    if (snapshot.data()?.[field] !== undefined) return;
    tx.update(snapshot.ref, {
      [field]: snapshot.readTime.toDate().toISOString(),
      ...(field === 'announcedAt' && { isOpen: FieldValue.delete() }),
    });
  });
}
