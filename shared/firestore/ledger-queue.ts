import type { Firestore } from '@google-cloud/firestore';
import type { Job } from '../domain/job.ts';
import type { Work, WorkQueue } from '../ports.ts';
import { store } from './errors.ts';
import { createDeadTasks } from './queue-dead.ts';
import { createSplitLook } from './queue-splits.ts';
import { createTableLook } from './queue-tables.ts';
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

/** After so long most of a page may be in other hands, and tables to be planned again have waited enough. */
const pageMs = 60_000;
/** Between looks for tables that dead tasks have left, while there are splits to be read. */
const deadLookMs = 30_000;

/**
 * Claims work from pages of candidates: tables before splits, what is pending before what dead tasks left behind. A
 * claim is one write on the version read, so that a page costs one read per candidate, however many tasks there
 * are. What the task itself has claimed, but not through this queue, nobody works on: an answer was lost, or an
 * earlier queue was given up. It is claimed again.
 */
export function openQueue(db: Firestore, job: Job, holder: string, own: TaskClaims): WorkQueue {
  const claimer: Claimer = { db, jobId: job.id, holder, own };
  const dead = createDeadTasks(claimer);
  const tables = createTableLook(claimer, dead);
  const splits = createSplitLook(claimer, dead);
  let page: Candidate[] = [];
  let isOpen = true;
  let isLastResort = false;
  let filledAt = 0;
  let lookedForDeadAt = Number.NEGATIVE_INFINITY;
  let filling: Promise<void> | undefined;

  const readTables = async () => {
    const pending = await tables.pending();
    if (pending.length > 0 || performance.now() - lookedForDeadAt < deadLookMs) return pending;
    lookedForDeadAt = performance.now();
    return tables.heldBy(await dead.find());
  };
  const readLeft = async () => {
    const gone = await dead.find();
    const held = [...(await tables.heldBy(gone)), ...(await tables.leftByUs())];
    if (held.length > 0) return held;
    return [...(await splits.left(gone)), ...(await tables.left())];
  };
  const fill = async () => {
    splits.discard(page.length);
    isLastResort = false;
    page = await readTables();
    if (page.length === 0) page = await splits.pending();
    if (page.length === 0) {
      page = await readLeft();
      isOpen = await tables.areOpen();
      isLastResort = true;
    }
    filledAt = performance.now();
  };
  const filled = () => {
    // A failed read must be tried again by the next caller.
    filling ??= fill().finally(() => {
      filling = undefined;
    });
    return filling;
  };
  const isDue = () => page.length === 0 || performance.now() - filledAt > pageMs;

  const claimFirst = async () => {
    for (let candidate = page.shift(); candidate; candidate = page.shift()) {
      const work = await candidate.claim();
      if (work) return work;
    }
    return undefined;
  };
  const next = async () => {
    for (;;) {
      if (isDue()) await filled();
      const work = await claimFirst();
      if (work) return { work };
      // What was left behind and could not be claimed is not looked for again before the caller has paused.
      if (isLastResort) return { work: undefined, open: isOpen };
    }
  };
  return { next: () => store(next) };
}
