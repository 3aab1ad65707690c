import type { Firestore } from '@google-cloud/firestore';
import type { Work } from '../ports/ledger.ts';
import type { TaskClaims } from './task-claims.ts';

/** Whose queue it is, and what it has handed out or is about to. */
export interface Claimer {
  readonly db: Firestore;
  readonly jobId: string;
  readonly holder: string;
  readonly own: TaskClaims;
}

/** Work that somebody could have, as it was when it was read. */
export interface Candidate {
  /** One write that only succeeds on the version read; undefined when somebody was faster. */
  claim(): Promise<Work | undefined>;
}
