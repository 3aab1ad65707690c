import { type Extraction, splitsOf } from './extraction.ts';
import type { Split } from './split.ts';

/** How far one attempt at a split has come. Numbers are totals of the attempt, never differences. */
export interface SplitProgress {
  readonly splitId: string;
  readonly extractionId: string;
  readonly attempt: number;
  readonly rows: number;
  /** Smoothed over the last seconds. */
  readonly rowsPerSecond: number;
  /** Bytes of the rows as JSON Lines, before compression. */
  readonly bytesRead: number;
  /** Compressed bytes handed to the upload. */
  readonly bytesUploaded: number;
  /** Committed: from now on the split's record says the same. */
  readonly done: boolean;
}

/**
 * What a task tells while it works: every split that it has in hand or has committed since its last message.
 * A hint: the record in Firestore decides, and a lost message cannot matter.
 */
export interface TaskProgress {
  readonly jobId: string;
  readonly holder: string;
  /** Grows by one with each message of the task. */
  readonly sequence: number;
  readonly splits: readonly SplitProgress[];
}

/** How far a table is: committed splits, and what live attempts have done of the others. */
export interface TableProgress {
  readonly extractionId: string;
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** 0 to 100 with one decimal, by finished work; 100 only when every split is committed. */
  readonly percent: number;
  readonly bytesRead: number;
  readonly bytesUploaded: number;
  readonly splitsDone: number;
  readonly splitsTotal: number;
  /** An estimate from the smoothed rate; absent while nothing moves or the count is unknown. */
  readonly etaSeconds?: number;
}

/**
 * Adds up a table from its split records and the hints of attempts under way. A hint about a split that is
 * committed, or of an earlier attempt than the record names, is passed over.
 */
export function tableProgress(
  extraction: Extraction,
  splits: readonly Split[],
  hints: readonly SplitProgress[],
): TableProgress {
  const own = splitsOf(extraction, splits);
  const parts = own.filter(({ state }) => state === 'DONE').flatMap((split) => split.parts);
  const moving = hints.filter((hint) => isUnderWay(hint, own));
  const rows = sumOf(parts, 'rows') + sumOf(moving, 'rows');
  const rowsPerSecond = sumOf(moving, 'rowsPerSecond');
  const splitsDone = own.filter(({ state }) => state === 'DONE').length;
  const { countedRows, splitsTotal } = extraction;
  const remaining = countedRows === undefined ? undefined : Math.max(0, countedRows - rows);
  const eta = remaining !== undefined && rowsPerSecond > 0 ? remaining / rowsPerSecond : undefined;
  return {
    extractionId: extraction.id,
    rows,
    rowsPerSecond: Math.round(rowsPerSecond),
    percent: percentOf({ rows, countedRows, splitsDone, splitsTotal }),
    bytesRead: sumOf(parts, 'bytesUncompressed') + sumOf(moving, 'bytesRead'),
    bytesUploaded: sumOf(parts, 'bytes') + sumOf(moving, 'bytesUploaded'),
    splitsDone,
    splitsTotal,
    ...(eta !== undefined && { etaSeconds: Math.ceil(eta) }),
  };
}

function isUnderWay(hint: SplitProgress, splits: readonly Split[]): boolean {
  const split = splits.find(({ id }) => id === hint.splitId);
  if (split?.state !== 'PENDING' && split?.state !== 'CLAIMED') return false;
  return hint.attempt >= split.attempt;
}

interface Work {
  readonly rows: number;
  readonly countedRows: number | undefined;
  readonly splitsDone: number;
  readonly splitsTotal: number;
}

/** Rows tell more than splits, where they were counted. What is not committed is not finished. */
function percentOf({ rows, countedRows, splitsDone, splitsTotal }: Work): number {
  // A table that is not planned yet has no splits.
  if (splitsTotal === 0) return 0;
  if (splitsDone === splitsTotal) return 100;
  const share = countedRows ? rows / countedRows : splitsDone / splitsTotal;
  return Math.min(99.9, Math.floor(share * 1000) / 10);
}

function sumOf<K extends string>(items: readonly Readonly<Record<K, number>>[], key: K): number {
  return items.reduce((sum, item) => sum + item[key], 0);
}
