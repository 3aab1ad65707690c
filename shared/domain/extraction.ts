import type { ErrorReport } from '../errors.ts';
import type { PlannedColumn } from './column.ts';
import type { PlannedCondition } from './filter.ts';
import type { Part, Split } from './split.ts';

/** From each state of a table within a job, the states that may follow. */
export const extractionTransitions = {
  PENDING: ['RUNNING', 'FAILED', 'CANCELLED'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'CANCELLED'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
} as const satisfies Record<string, readonly string[]>;

export type ExtractionState = keyof typeof extractionTransitions;

/** One table within a job, as planned: where it is read, what of it, and how many rows Oracle counts there. */
export interface Extraction {
  readonly id: string;
  readonly owner: string;
  readonly table: string;
  /** What is read when the transport names a synonym. */
  readonly source?: { readonly owner: string; readonly table: string };
  /** Place in the transport's list of tables. */
  readonly position: number;
  readonly epoch: number;
  readonly scn: string;
  readonly columns: readonly PlannedColumn[];
  /** Only rows for which every condition holds are counted and exported. */
  readonly filter?: readonly PlannedCondition[];
  /** Oracle's comment on the table. */
  readonly comment?: string;
  /** COUNT(*) at the SCN; absent with `verify: "none"`. */
  readonly countedRows?: number;
  readonly splitsTotal: number;
  /** Set when the job's outcome is decided; before that the state follows from the splits. */
  readonly result?: { readonly state: ExtractionState; readonly error?: ErrorReport | undefined };
}

/** An extraction with the sums over the splits of its epoch. Bytes are those of committed parts. */
export interface ExtractionTotals {
  readonly state: ExtractionState;
  readonly rows: number;
  readonly bytes: number;
  readonly bytesUncompressed: number;
  readonly splitsDone: number;
  readonly attempts: number;
  readonly parts: readonly Part[];
  /** By field: values with U+FFFD, which stands for what had no form in Unicode. */
  readonly replacements: Readonly<Record<string, number>>;
  readonly error?: ErrorReport;
}

/** Adds up an extraction from its splits; splits of other tables and other epochs are passed over. */
export function totalsOf(extraction: Extraction, splits: readonly Split[]): ExtractionTotals {
  const own = splitsOf(extraction, splits);
  const done = own.filter((split) => split.state === 'DONE');
  const parts = done.flatMap((split) => split.parts);
  const error = extraction.result?.error ?? own.find((split) => split.state === 'FAILED')?.error;
  return {
    state: extraction.result?.state ?? stateFrom(own),
    rows: sum(parts.map((part) => part.rows)),
    bytes: sum(parts.map((part) => part.bytes)),
    bytesUncompressed: sum(parts.map((part) => part.bytesUncompressed)),
    splitsDone: done.length,
    attempts: sum(own.map((split) => split.attempt)),
    parts,
    replacements: addUp(parts),
    ...(error && { error }),
  };
}

/**
 * Each extraction with the splits of its table: to look through all splits for each of thousands of tables would
 * keep a process busy for a second.
 */
export function withSplits(
  extractions: readonly Extraction[],
  splits: readonly Split[],
): { readonly extraction: Extraction; readonly splits: readonly Split[] }[] {
  const byTable = Map.groupBy(splits, ({ extractionId }) => extractionId);
  return extractions.map((extraction) => ({
    extraction,
    splits: byTable.get(extraction.id) ?? [],
  }));
}

/** The splits that count for an extraction, in their order within the table. */
export function splitsOf(extraction: Extraction, splits: readonly Split[]): Split[] {
  return splits
    .filter((split) => split.extractionId === extraction.id && split.epoch === extraction.epoch)
    .toSorted((a, b) => a.position - b.position);
}

function stateFrom(splits: readonly Split[]): ExtractionState {
  if (splits.some((split) => split.state === 'FAILED')) return 'FAILED';
  return splits.every((split) => split.state === 'PENDING') ? 'PENDING' : 'RUNNING';
}

/** By field, in the order of their names, so that the same parts always give the same text. */
function addUp(parts: readonly Part[]): Record<string, number> {
  const totals = new Map<string, number>();
  for (const [field, count] of parts.flatMap((part) => Object.entries(part.replacements ?? {}))) {
    totals.set(field, (totals.get(field) ?? 0) + count);
  }
  return Object.fromEntries([...totals].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
