import type { ErrorReport } from '../errors.ts';
import type { PlannedColumn } from './column.ts';
import type { PlannedCondition } from './filter.ts';
import type { Part, Split } from './split.ts';
import type { SplitMethod } from './split-range.ts';
import type { TableKind } from './table.ts';

/** From each state of a table within a job, the states that may follow. */
export const extractionTransitions = {
  PENDING: ['RUNNING', 'FAILED', 'CANCELLED'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'CANCELLED'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
} as const satisfies Record<string, readonly string[]>;

export type ExtractionState = keyof typeof extractionTransitions;

/**
 * What is to be done for a table, and from each phase those that may follow: its plan is claimed (PLANNING), its
 * splits are read (READING), then somebody looks whether its definition is still that of the plan (CHECKING). A lost
 * snapshot or a changed definition leads back to PENDING, for another plan at a new SCN.
 */
export const phaseTransitions = {
  PENDING: ['PLANNING', 'FAILED'],
  PLANNING: ['PLANNING', 'PENDING', 'READING', 'FAILED'],
  READING: ['CHECKING', 'PENDING', 'FAILED'],
  CHECKING: ['CHECKING', 'READING', 'READ', 'PENDING', 'FAILED'],
  READ: [],
  FAILED: [],
} as const satisfies Record<string, readonly string[]>;

type ExtractionPhase = keyof typeof phaseTransitions;

/** Phases in which somebody must still do something for the table before the job can be verified. */
export const openPhases = ['PENDING', 'PLANNING', 'READING', 'CHECKING'] as const;

/** Plans of a table that may be given up, or lost, before it fails. */
export const mostPlans = 4;

/** How the rows of a table belong together: all as of one SCN, or of one transaction. */
export type TableConsistency = 'scn' | 'transaction';

/** One table within a job: where it is read, what of it, and how many rows Oracle counts there. */
export interface Extraction {
  readonly id: string;
  readonly owner: string;
  readonly table: string;
  /** What is read when the transport names a synonym. */
  readonly source?: { readonly owner: string; readonly table: string };
  readonly kind: TableKind;
  /** Place in the transport's list of tables. */
  readonly position: number;
  readonly phase: ExtractionPhase;
  /** The task that plans or checks. */
  readonly holder?: string;
  /** Counts the plans of this table: 0 before the first is begun. Splits belong to one of them. */
  readonly epoch: number;
  /** Plans and checks that ended in an error, which are bounded. */
  readonly failures: number;
  /** Plans that were given up for another at a newer SCN, which are bounded as well. */
  readonly restarts?: number;
  /** Decimal text. Before the plan: the SCN to plan at, absent when the plan must take one of its own. */
  readonly scn?: string;
  readonly consistency?: TableConsistency;
  /** When its present plan was published, ISO 8601. */
  readonly plannedAt?: string;
  readonly columns: readonly PlannedColumn[];
  /** Only rows for which every condition holds are counted and exported. */
  readonly filter?: readonly PlannedCondition[];
  /** Oracle's comment on the table. */
  readonly comment?: string;
  /** The definition and place of the table before the SCN was taken, to be compared when all is read. */
  readonly identity?: string;
  /** By the dictionary, which may be wrong; for the size of splits and the order of work. */
  readonly estimatedBytes?: number;
  readonly estimatedRows?: number;
  /** COUNT(*) at the SCN; absent with `verify: "none"`, and where it is counted with the rows. */
  readonly countedRows?: number;
  readonly splitMethod?: SplitMethod;
  /** 0 until it is planned. */
  readonly splitsTotal: number;
  /** Why it failed, or why its last plan was given up. */
  readonly error?: ErrorReport;
  /** Set when the job's outcome is decided; before that the state follows from phase and splits. */
  readonly result?: { readonly state: ExtractionState; readonly error?: ErrorReport | undefined };
}

/** What a table is, and what is read of it. */
export type TableDesign = Pick<Extraction, 'kind' | 'columns' | 'source' | 'filter' | 'comment'>;

/** A table without its columns, which are most of it. */
export type ExtractionHeading = Omit<Extraction, 'columns'>;

/** The right to plan a table, or to check it once it is read; every write on its behalf is refused once it is lost. */
export interface TableClaim {
  readonly purpose: 'plan' | 'check';
  readonly jobId: string;
  readonly extractionId: string;
  /** Of the plan that is being made, or of the one that was read. */
  readonly epoch: number;
  readonly holder: string;
  readonly claimId: string;
}

/** An extraction with the sums over the splits of its epoch. Bytes are those of committed parts. */
export interface ExtractionTotals {
  readonly state: ExtractionState;
  readonly rows: number;
  /** By Oracle; absent when nobody asked. */
  readonly countedRows?: number;
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
export function totalsOf(
  extraction: ExtractionHeading,
  splits: readonly Split[],
): ExtractionTotals {
  const own = splitsOf(extraction, splits);
  const done = own.filter((split) => split.state === 'DONE');
  const parts = done.flatMap((split) => split.parts);
  const countedRows = extraction.countedRows ?? done.at(0)?.countedRows;
  const error = extraction.result?.error ?? failureOf(extraction, own);
  return {
    state: extraction.result?.state ?? stateFrom(extraction),
    rows: sum(parts.map((part) => part.rows)),
    ...(countedRows !== undefined && { countedRows }),
    bytes: sum(parts.map((part) => part.bytes)),
    bytesUncompressed: sum(parts.map((part) => part.bytesUncompressed)),
    splitsDone: done.length,
    attempts: sum(own.map((split) => split.attempt)),
    parts,
    replacements: addUp(parts),
    ...(error && { error }),
  };
}

/** A table as it is shown: its totals, with the number of its parts in place of these. */
export interface ExtractionSummary extends Omit<ExtractionTotals, 'parts' | 'replacements'> {
  readonly extraction: ExtractionHeading;
  readonly parts: number;
}

/** What is to be shown of an extraction and its splits, of which there may be thousands. */
export function summaryOf(
  extraction: ExtractionHeading,
  splits: readonly Split[],
): ExtractionSummary {
  const { parts, replacements: _, ...totals } = totalsOf(extraction, splits);
  return { ...totals, extraction, parts: parts.length };
}

/**
 * Each extraction with the splits of its table: to look through all splits for each of thousands of tables would
 * keep a process busy for a second.
 */
export function withSplits<E extends ExtractionHeading>(
  extractions: readonly E[],
  splits: readonly Split[],
): { readonly extraction: E; readonly splits: readonly Split[] }[] {
  const byTable = Map.groupBy(splits, ({ extractionId }) => extractionId);
  return extractions.map((extraction) => ({
    extraction,
    splits: byTable.get(extraction.id) ?? [],
  }));
}

/** The splits that count for an extraction, in their order within the table. */
export function splitsOf(extraction: ExtractionHeading, splits: readonly Split[]): Split[] {
  return splits
    .filter((split) => split.extractionId === extraction.id && split.epoch === extraction.epoch)
    .toSorted((a, b) => a.position - b.position);
}

function failureOf(
  { phase, error }: ExtractionHeading,
  splits: readonly Split[],
): ErrorReport | undefined {
  return phase === 'FAILED' ? error : splits.find(({ state }) => state === 'FAILED')?.error;
}

const stateInPhase: Readonly<Record<ExtractionPhase, ExtractionState>> = {
  PENDING: 'PENDING',
  PLANNING: 'PENDING',
  READING: 'RUNNING',
  CHECKING: 'RUNNING',
  READ: 'RUNNING',
  FAILED: 'FAILED',
};

function stateFrom({ phase }: ExtractionHeading): ExtractionState {
  return stateInPhase[phase];
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
