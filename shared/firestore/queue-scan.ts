import { FieldPath, type Query, type QueryDocumentSnapshot } from '@google-cloud/firestore';
import { newId } from './documents.ts';

/** Goes round and round through what a query finds, a few documents at a time. */
export interface Scan<D> {
  /** At most so many, none twice; fewer only when there are no more. */
  next(limit: number): Promise<QueryDocumentSnapshot<D>[]>;
}

/** Ids are hashes: a random start is a fair one, and keeps tasks out of each other's way. */
export function createScan<D>(query: Query<D>): Scan<D> {
  const ordered = query.orderBy(FieldPath.documentId());
  let start = newId();
  return {
    async next(limit) {
      const { docs } = await ordered.startAt(start).limit(limit).get();
      const room = limit - docs.length;
      const more = room > 0 ? await ordered.endBefore(start).limit(room).get() : undefined;
      const found = [...docs, ...(more?.docs ?? [])];
      // The next one begins after the last, which an id made longer does.
      const last = found.at(-1);
      if (last) start = `${last.id}0`;
      return found;
    },
  };
}
