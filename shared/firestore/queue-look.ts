import type { Candidate, Claimer } from './queue-candidate.ts';
import { createDeadTasks } from './queue-dead.ts';
import { createSplitLook } from './queue-splits.ts';
import { createTableLook } from './queue-tables.ts';

/** Between looks for tables, while there are splits to be read: for all, and for those that dead tasks have left. */
const tableLookMs = { pending: 10_000, dead: 30_000 };

interface Found {
  readonly candidates: readonly Candidate[];
  /** Nothing was pending: these, if any, are what others left behind. */
  readonly isLastResort: boolean;
}

/** Looks for work in the order of its urgency, and for what is rarely there only rarely. */
export function createLook(claimer: Claimer) {
  const dead = createDeadTasks(claimer);
  const tables = createTableLook(claimer, dead);
  const splits = createSplitLook(claimer, dead);
  const dueAt = { pending: 0, dead: performance.now() + tableLookMs.dead };

  async function readTables(): Promise<Candidate[]> {
    const now = performance.now();
    const pending = now < dueAt.pending ? [] : await tables.pending();
    // Where some were pending there may be more.
    if (pending.length > 0) return pending;
    if (now >= dueAt.pending) dueAt.pending = now + tableLookMs.pending;
    if (now < dueAt.dead) return [];
    dueAt.dead = now + tableLookMs.dead;
    return tables.heldBy(await dead.find());
  }

  async function readLeft(): Promise<Candidate[]> {
    const pending = await tables.pending();
    if (pending.length > 0) return pending;
    const gone = await dead.find();
    const held = [...(await tables.heldBy(gone)), ...(await tables.leftByUs())];
    if (held.length > 0) return held;
    return [...(await splits.left(gone)), ...(await tables.left())];
  }

  return {
    async next(): Promise<Found> {
      const found = await readTables();
      const candidates = found.length > 0 ? found : await splits.pending();
      if (candidates.length > 0) return { candidates, isLastResort: false };
      return { candidates: await readLeft(), isLastResort: true };
    },
    /** Notes that so many candidates of the last look are not wanted any more. */
    discard: splits.discard,
    isOpen: tables.areOpen,
  };
}
