import { z } from 'zod';
import type { Extraction } from '../../shared/domain/extraction.ts';
import type { TableProgress } from '../../shared/domain/progress.ts';
import { errorView, extractionState, jobDetailView } from './job.ts';

const numbers = {
  rows_processed: z.int(),
  rows_per_second: z.number(),
  progress_percent: z.number().min(0).max(100),
  bytes_read: z.int(),
  bytes_uploaded: z.int(),
  splits_done: z.int(),
  splits_total: z.int(),
  /** An estimate; null while nothing moves or the count is unknown. */
  eta_seconds: z.int().nullable(),
};

/** `table` is OWNER.TABLE. */
const progressView = z.object({ table: z.string(), ...numbers });
const totalsView = z.object(numbers);

/** What the events of a status stream carry: always the state of things, never a difference. */
export const statusEvents = {
  /** First, and at each change of the job's state; before any job it holds null. */
  snapshot: z.object({
    job: jobDetailView.nullable(),
    progress: z.array(progressView),
    totals: totalsView,
  }),
  /** A table moved. */
  progress: progressView,
  /** A table is finished. */
  table: progressView.extend({
    state: extractionState,
    verified_rows: z.int().nullable(),
    error: errorView.nullable(),
  }),
  /** The job failed, or its record cannot be read at the moment. */
  error: errorView.extend({ trace_id: z.string() }),
  /** The job is over, and so is the stream. */
  terminal: z.object({ job: jobDetailView }),
};

export type ProgressView = z.output<typeof progressView>;
export type TotalsView = z.output<typeof totalsView>;

/** A table with what is shown of it. */
export interface ShownTable {
  readonly extraction: Extraction;
  readonly shown: TableProgress;
}

/** The JSON of one table's progress. */
export function viewProgress({ extraction, shown }: ShownTable): ProgressView {
  return {
    table: `${extraction.owner}.${extraction.table}`,
    rows_processed: shown.rows,
    rows_per_second: shown.rowsPerSecond,
    progress_percent: shown.percent,
    bytes_read: shown.bytesRead,
    bytes_uploaded: shown.bytesUploaded,
    splits_done: shown.splitsDone,
    splits_total: shown.splitsTotal,
    eta_seconds: shown.etaSeconds ?? null,
  };
}

/** The JSON of all tables together. */
export function viewTotals(tables: readonly ShownTable[]): TotalsView {
  const sum = (of: (table: ShownTable) => number) =>
    tables.reduce((total, table) => total + of(table), 0);
  const rate = sum(({ shown }) => shown.rowsPerSecond);
  const isCounted = tables.every(({ extraction }) => extraction.countedRows !== undefined);
  const left = sum(({ extraction, shown }) =>
    Math.max(0, (extraction.countedRows ?? 0) - shown.rows),
  );
  return {
    rows_processed: sum(({ shown }) => shown.rows),
    rows_per_second: rate,
    progress_percent: percentOf(tables, isCounted),
    bytes_read: sum(({ shown }) => shown.bytesRead),
    bytes_uploaded: sum(({ shown }) => shown.bytesUploaded),
    splits_done: sum(({ shown }) => shown.splitsDone),
    splits_total: sum(({ shown }) => shown.splitsTotal),
    eta_seconds: isCounted && rate > 0 ? Math.ceil(left / rate) : null,
  };
}

/** Large tables weigh more, where they were counted; an empty one still weighs something. */
function percentOf(tables: readonly ShownTable[], isCounted: boolean): number {
  const weightOf = ({ extraction }: ShownTable) =>
    isCounted ? (extraction.countedRows ?? 0) + 1 : 1;
  const weight = tables.reduce((total, table) => total + weightOf(table), 0);
  const work = tables.reduce((total, table) => total + weightOf(table) * table.shown.percent, 0);
  return weight === 0 ? 0 : Math.floor((work / weight) * 10) / 10;
}
