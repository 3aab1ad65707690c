import type { Firestore } from '@google-cloud/firestore';
import type { Job } from '../domain/job.ts';
import type { Work, WorkQueue } from '../ports.ts';
import { store } from './errors.ts';
import type { KnownClaims } from './ledger-tables.ts';
import { createDeadTasks } from './queue-dead.ts';
import { createSplitLook } from './queue-splits.ts';
import { createTableLook } from './queue-tables.ts';

/** Whose queue it is, and what it has handed out or is about to. */
export interface Claimer {
  readonly db: Firestore;
  readonly jobId: string;
  readonly holder: string;
  readonly known: KnownClaims;
}

/** Work that somebody could have, as it was when it was read. */
export interface Candidate {
  /** One write that only succeeds on the version read; undefined when somebody was faster. */
  claim(): Promise<Work | undefined>;
}

/** Tables that must be planned again should not wait until a long page of splits is worked off. */
const tableLookMs = 5_000;

/**
 * Claims work from pages of candidates: tables before splits, what is pending before what dead tasks left behind. A
 * claim is one write on the version read, so that a page costs one read per candidate, however many tasks there
 * are. What the task itself has claimed, but not through this queue, nobody works on: an answer was lost, or an
 * earlier queue was given up. It is claimed again.
 */
export function openQueue(db: Firestore, job: Job, holder: string, known: KnownClaims): WorkQueue {
  const claimer: Claimer = { db, jobId: job.id, holder, known };
  const dead = createDeadTasks(claimer);
  const tables = createTableLook(claimer, dead);
  const splits = createSplitLook(claimer, dead);
  let page: Candidate[] = [];
  let isOpen = true;
  let isLastResort = false;
  let tablesReadAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const refill = async () => {
    tablesReadAt = performance.now();
    isLastResort = false;
    const gone = await dead.find();
    const found = await tables.waiting(gone);
    if (found.length > 0) {
      page.unshift(...found);
      return;
    }
    if (page.length > 0) return;
    page = await splits.pending();
    if (page.length > 0) return;
    page = [...(await splits.left(gone)), ...(await tables.left())];
    isOpen = await tables.areOpen();
    isLastResort = true;
  };
  const refilled = () => {
    // A failed read must be tried again by the next caller.
    reading ??= refill().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const isDue = () => page.length === 0 || performance.now() - tablesReadAt > tableLookMs;

  const claimFirst = async () => {
    for (let candidate = page.shift(); candidate; candidate = page.shift()) {
      const work = await candidate.claim();
      if (work) return work;
    }
    return undefined;
  };
  const next = async () => {
    for (;;) {
      if (isDue()) await refilled();
      const work = await claimFirst();
      if (work) return { work };
      // What was left behind and could not be claimed is not looked for again before the caller has paused.
      if (isLastResort) return { work: undefined, open: isOpen };
    }
  };
  return { next: () => store(next) };
}
