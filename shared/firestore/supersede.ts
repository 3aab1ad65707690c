import type { Query, QueryDocumentSnapshot } from '@google-cloud/firestore';
import { type SplitDocument, select } from './documents.ts';
import { isPreconditionFailure } from './errors.ts';

const pageSize = 200;

/**
 * Supersedes every split that the query finds, and finds no more once it is superseded. Each write succeeds only on
 * the version read, so that nothing which was committed meanwhile is overwritten unseen.
 */
export async function supersedeAll(query: Query<SplitDocument>): Promise<void> {
  for (;;) {
    const { docs } = await select(query).limit(pageSize).get();
    if (docs.length === 0) return;
    await Promise.all(docs.map(supersede));
  }
}

/** Supersedes the split, unless it has changed since it was read. */
export async function supersede(split: QueryDocumentSnapshot<SplitDocument>): Promise<void> {
  try {
    await split.ref.update({ state: 'SUPERSEDED' }, { lastUpdateTime: split.updateTime });
  } catch (error) {
    if (!isPreconditionFailure(error)) throw error;
  }
}
