import type { Firestore } from '@google-cloud/firestore';
import type { Job } from '../domain/job.ts';
import type { WorkQueue } from '../ports/ledger.ts';
import { store } from './errors.ts';
import type { Candidate, Claimer } from './queue-candidate.ts';
import { createLook } from './queue-look.ts';
import type { TaskClaims } from './task-claims.ts';

/** After so long most of a page may be in other hands, and tables to be planned again have waited enough. */
const pageMs = 60_000;

/**
 * Claims work from pages of candidates: tables before splits, what is pending before what dead tasks left behind. A
 * claim is one write on the version read, so that a page costs one read per candidate, however many tasks there
 * are. What the task itself has claimed, but not through this queue, nobody works on: an answer was lost, or an
 * earlier queue was given up. It is claimed again.
 */
export function openQueue(db: Firestore, job: Job, holder: string, own: TaskClaims): WorkQueue {
  const claimer: Claimer = { db, jobId: job.id, holder, own };
  const look = createLook(claimer);
  let page: Candidate[] = [];
  let isLastResort = false;
  let filledAt = 0;
  let filling: Promise<void> | undefined;

  const fill = async () => {
    look.discard(page.length);
    const found = await look.next();
    page = [...found.candidates];
    isLastResort = found.isLastResort;
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
      if (isLastResort) return { work: undefined, open: await look.isOpen() };
    }
  };
  return { next: () => store(next) };
}
