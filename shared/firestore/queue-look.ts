import type { Candidate, Claimer } from './queue-candidate.ts';
import { createDeadTasks } from './queue-dead.ts';
import { createSplitLook } from './queue-splits.ts';
import { createTableLook } from './queue-tables.ts';

/**
 * Each look is paid for. Every so many looks for splits there is one for tables, and one for tables that dead tasks
 * have left. Of those that find nothing to do every few are thorough, and the first of a task that has found nothing
 * yet: they find also what hardly ever happens.
 */
const every = { pendingTables: 10, deadTasks: 30, thorough: 5 };

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
  let looks = 0;
  let idleLooks = 0;
  let tablesWerePending = true;

  async function readTables(): Promise<Candidate[]> {
    looks += 1;
    if (tablesWerePending || looks % every.pendingTables === 0) {
      const pending = await tables.pending();
      tablesWerePending = pending.length > 0;
      if (tablesWerePending) return pending;
    }
    return looks % every.deadTasks === 0 ? tables.heldBy(await dead.find()) : [];
  }

  async function readLeft(): Promise<Candidate[]> {
    const pending = await tables.pending();
    if (pending.length > 0) return pending;
    const gone = await dead.find();
    const theirs = [...(await tables.heldBy(gone)), ...(await splits.heldBy(gone))];
    if (theirs.length === 0) dead.passOver();
    const isThorough = idleLooks++ % every.thorough === 0;
    if (theirs.length > 0 || !isThorough) return theirs;
    const ours = [...(await tables.leftByUs()), ...(await splits.leftByUs())];
    if (ours.length > 0) return ours;
    const withoutLease = [...(await tables.withoutLease()), ...(await splits.withoutLease())];
    return [...(await tables.unchecked()), ...withoutLease];
  }

  return {
    async next(): Promise<Found> {
      const found = await readTables();
      const candidates = found.length > 0 ? found : await splits.pending();
      if (candidates.length > 0) {
        idleLooks = 1;
        return { candidates, isLastResort: false };
      }
      return { candidates: await readLeft(), isLastResort: true };
    },
    /** Notes that so many candidates of the last look are not wanted any more. */
    discard: splits.discard,
    isOpen: tables.areOpen,
  };
}
