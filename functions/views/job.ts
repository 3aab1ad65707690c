import { z } from 'zod';
import {
  type ExtractionState,
  type ExtractionSummary,
  extractionTransitions,
  summaryOf,
  withSplits,
} from '../../shared/domain/extraction.ts';
import { type Job, type JobState, jobTransitions } from '../../shared/domain/job.ts';
import { manifestName } from '../../shared/domain/layout.ts';
import { splitMethods } from '../../shared/domain/split-range.ts';
import type { ErrorReport } from '../../shared/errors.ts';
import type { ExtractionPage, JobDetail } from '../../shared/ports/stores.ts';

export const errorView = z.object({
  code: z.string(),
  message: z.string(),
  action: z.string().optional(),
  details: z.unknown().optional(),
});

export const jobState = z.enum(Object.keys(jobTransitions) as [JobState, ...JobState[]]);
export const extractionState = z.enum(
  Object.keys(extractionTransitions) as [ExtractionState, ...ExtractionState[]],
);

/** A job as lists show it. What is not known yet is null. */
export const jobView = z.object({
  id: z.string(),
  transport_id: z.string(),
  transport_name: z.string(),
  version: z.int(),
  state: jobState,
  /** Decimal text: an SCN may exceed 2^53. */
  scn: z.string().nullable(),
  consistency: z.enum(['scn', 'scn-per-table', 'transaction']).nullable(),
  trace_id: z.string(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  output: z.object({ bucket: z.string(), prefix: z.string(), manifest: z.string() }),
  /** When retention deleted the objects. */
  output_deleted_at: z.iso.datetime().nullable(),
  execution: z.string().nullable(),
  error: errorView.nullable(),
});

/** One table of a job. `parts`, `rows` and the bytes count what is committed. */
export const extractionView = z.object({
  owner: z.string(),
  table: z.string(),
  state: extractionState,
  scn: z.string().nullable(),
  /** Counts the plans of the table: a lost snapshot or a changed definition asks for another. */
  epoch: z.int(),
  consistency: z.enum(['scn', 'transaction']).nullable(),
  /** How the table was divided into splits; null until it is planned. */
  split_method: z.enum(splitMethods).nullable(),
  rows: z.int(),
  /** Oracle's own count at the SCN; null until it is known, and without verification. */
  rows_expected: z.int().nullable(),
  /** The count that the rows were found equal to; null until the table is verified. */
  verified_rows: z.int().nullable(),
  bytes: z.int(),
  bytes_uncompressed: z.int(),
  parts: z.int(),
  splits_done: z.int(),
  splits_total: z.int(),
  attempts: z.int(),
  error: errorView.nullable(),
});

/** Tables of a job in the order of the transport; there are none before they are planned. */
const extractionsView = {
  extractions: z.array(extractionView),
  /** How many there are, of which these may be a part. */
  extractions_total: z.int(),
};

/** A job with its tables, or the first of them. */
export const jobDetailView = z.object({
  ...jobView.shape,
  ...extractionsView,
  /** The path at which the others follow; null when these are all. */
  extractions_next: z.string().nullable(),
});

export const extractionListView = z.object({
  ...extractionsView,
  next_page_token: z.string().nullable(),
});

/** The most tables that a job is shown with. */
export const mostTablesShown = 100;

export type JobView = z.output<typeof jobView>;
export type JobDetailView = z.output<typeof jobDetailView>;
export type ExtractionListView = z.output<typeof extractionListView>;

/** The JSON of a job without its tables. */
export function viewJob(job: Job): JobView {
  return {
    id: job.id,
    transport_id: job.transportId,
    transport_name: job.transportName,
    version: job.version,
    state: job.state,
    scn: job.scn ?? null,
    consistency: job.consistency ?? null,
    trace_id: job.traceId,
    created_at: job.createdAt,
    started_at: job.startedAt ?? null,
    finished_at: job.finishedAt ?? null,
    output: { ...job.output, manifest: manifestOf(job) },
    output_deleted_at: job.outputDeletedAt ?? null,
    execution: job.execution ?? null,
    error: viewError(job.error),
  };
}

/** The JSON of a job with all its tables. */
export function viewJobDetail({ job, extractions, splits }: JobDetail): JobDetailView {
  const views = withSplits(extractions, splits).map((table) =>
    viewExtraction(summaryOf(table.extraction, table.splits)),
  );
  return {
    ...viewJob(job),
    extractions: views,
    extractions_total: views.length,
    extractions_next: null,
  };
}

/** The JSON of a job with the first of its tables. */
export function viewJobPage({ job, ...page }: ExtractionPage): JobDetailView {
  const { next_page_token: token, ...views } = viewExtractions(page);
  const rest = `/api/jobs/${job.id}/extractions?page_size=${mostTablesShown}`;
  const next = token === null ? null : `${rest}&page_token=${token}`;
  return { ...viewJob(job), ...views, extractions_next: next };
}

/** The JSON of a page of tables. */
export function viewExtractions({
  items,
  total,
  nextPageToken,
}: Omit<ExtractionPage, 'job'>): ExtractionListView {
  return {
    extractions: items.map(viewExtraction),
    extractions_total: total,
    next_page_token: nextPageToken ?? null,
  };
}

/** The object name of the job's manifest within its bucket. */
export function manifestOf({ output }: Job): string {
  return `${output.prefix}${manifestName}`;
}

function viewExtraction({
  extraction,
  ...totals
}: ExtractionSummary): z.output<typeof extractionView> {
  return {
    owner: extraction.owner,
    table: extraction.table,
    state: totals.state,
    scn: extraction.scn ?? null,
    epoch: extraction.epoch,
    consistency: extraction.consistency ?? null,
    split_method: extraction.splitMethod ?? null,
    rows: totals.rows,
    rows_expected: totals.countedRows ?? null,
    verified_rows: totals.state === 'SUCCEEDED' ? (totals.countedRows ?? null) : null,
    bytes: totals.bytes,
    bytes_uncompressed: totals.bytesUncompressed,
    parts: totals.parts,
    splits_done: totals.splitsDone,
    splits_total: extraction.splitsTotal,
    attempts: totals.attempts,
    error: viewError(totals.error),
  };
}

function viewError(error: ErrorReport | undefined): z.output<typeof errorView> | null {
  return error ?? null;
}
