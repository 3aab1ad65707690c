import { isTerminal } from '../../shared/domain/job.ts';
import {
  type SplitProgress,
  type TableProgress,
  type TaskProgress,
  tableProgress,
} from '../../shared/domain/progress.ts';
import type { Split } from '../../shared/domain/split.ts';
import type { JobDetail } from '../../shared/ports/stores.ts';
import type { ShownTable } from '../views/progress.ts';

/** What is known of a job's progress: its record, and what its tasks have said since. */
export interface Tally {
  /** Takes a newer record. */
  record(detail: JobDetail): void;
  /** Takes what a task says. False when it has said newer things already. */
  hear(progress: TaskProgress): boolean;
  /** True when it tells of splits that the record did not have yet: tables are planned while the job runs. */
  lacks(progress: TaskProgress): boolean;
  /** The tables in the order of the transport. Their numbers never go back. */
  tables(): readonly ShownTable[];
}

interface Voice {
  readonly sequence: number;
  readonly heardAt: number;
  readonly inHand: readonly SplitProgress[];
}

/** Begins to count. A task that was silent for `silentMs` no longer counts, as it may be dead. */
export function createTally(silentMs: number): Tally {
  const voices = new Map<string, Voice>();
  const committed = new Map<string, SplitProgress>();
  const marks = new Map<string, TableProgress>();
  let detail: JobDetail | undefined;
  let splits: Grouped<Split> = new Map();
  let known: ReadonlySet<string> = new Set();

  return {
    record(newer) {
      detail = newer;
      splits = Map.groupBy(newer.splits, (split) => split.extractionId);
      known = new Set(newer.splits.map(({ id }) => id));
      for (const { id, state } of newer.splits) if (state === 'DONE') committed.delete(id);
    },
    hear({ holder, sequence, splits: said }) {
      if (sequence <= (voices.get(holder)?.sequence ?? -1)) return false;
      const inHand = said.filter(({ done }) => !done);
      voices.set(holder, { sequence, heardAt: performance.now(), inHand });
      for (const hint of said) if (hint.done) committed.set(hint.splitId, hint);
      return true;
    },
    lacks: ({ splits: said }) => said.some(({ splitId }) => !known.has(splitId)),
    tables() {
      if (!detail) return [];
      const hints = Map.groupBy(newest(said(detail)), (hint) => hint.extractionId);
      return detail.extractions.map((extraction) => {
        const { id } = extraction;
        const now = tableProgress(extraction, splits.get(id) ?? [], hints.get(id) ?? []);
        const shown = raise(marks.get(id), now);
        marks.set(id, shown);
        return { extraction, shown };
      });
    },
  };

  function said({ job, hints }: JobDetail): SplitProgress[] {
    if (isTerminal(job.state)) return [];
    const since = performance.now() - silentMs;
    const live = [...voices.values()].filter(({ heardAt }) => heardAt >= since);
    return [...hints, ...live.flatMap(({ inHand }) => inHand), ...committed.values()];
  }
}

type Grouped<T> = ReadonlyMap<string, readonly T[]>;

/** Of each split only the newest attempt, as far as it has come: nothing is counted twice. */
function newest(hints: readonly SplitProgress[]): SplitProgress[] {
  const best = new Map<string, SplitProgress>();
  for (const hint of hints) {
    const known = best.get(hint.splitId);
    if (!known || isAhead(hint, known)) best.set(hint.splitId, hint);
  }
  return [...best.values()];
}

/** At the same point the later of the list wins: it was said later. */
function isAhead(hint: SplitProgress, known: SplitProgress): boolean {
  if (hint.attempt !== known.attempt) return hint.attempt > known.attempt;
  if (hint.done !== known.done) return hint.done;
  return hint.rows >= known.rows;
}

/** An attempt that failed, or a table that is read anew, lowers the truth; what is shown waits until the truth is there again. */
function raise(mark: TableProgress | undefined, now: TableProgress): TableProgress {
  if (!mark) return now;
  return {
    ...now,
    rows: Math.max(mark.rows, now.rows),
    percent: Math.max(mark.percent, now.percent),
    bytesRead: Math.max(mark.bytesRead, now.bytesRead),
    bytesUploaded: Math.max(mark.bytesUploaded, now.bytesUploaded),
    splitsDone: Math.min(Math.max(mark.splitsDone, now.splitsDone), now.splitsTotal),
  };
}
