import { FieldPath, type Query, type QueryDocumentSnapshot } from '@google-cloud/firestore';
import { newId, select } from './documents.ts';

/** Goes round and round through what a query finds, a few documents at a time. */
export interface Scan<D> {
  /** At most so many, none twice; fewer only when there are no more. */
  next(limit: number): Promise<QueryDocumentSnapshot<D>[]>;
  /** Goes on at a random place. Those who go round one behind the other reach for the same documents. */
  jump(): void;
}

/** Begins at a random place, which is a fair one because ids are hashes. */
export function createScan<D>(query: Query<D>): Scan<D> {
  const ordered = query.orderBy(FieldPath.documentId());
  let start = newId();
  let wasEmpty = true;

  async function readRound(limit: number): Promise<QueryDocumentSnapshot<D>[]> {
    const { docs } = await ordered.startAt(start).limit(limit).get();
    const room = limit - docs.length;
    if (room === 0) return docs;
    const before = await ordered.endBefore(start).limit(room).get();
    return [...docs, ...before.docs];
  }

  return {
    jump() {
      start = newId();
    },
    async next(limit) {
      // Even a query that finds nothing is paid for, so that where there was nothing only one is made.
      if (wasEmpty && (await select(query).limit(1).get()).empty) return [];
      const found = await readRound(limit);
      wasEmpty = found.length === 0;
      // The next round begins behind the last one, which is where its id made longer is.
      const last = found.at(-1);
      if (last) start = `${last.id}0`;
      return found;
    },
  };
}
