import { z } from 'zod';
import {
  type ExtractionState,
  extractionTransitions,
  totalsOf,
  withSplits,
} from '../../shared/domain/extraction.ts';
import { type Job, type JobState, jobTransitions } from '../../shared/domain/job.ts';
import { manifestName } from '../../shared/domain/layout.ts';
import { splitMethods } from '../../shared/domain/split-range.ts';
import type { ErrorReport } from '../../shared/errors.ts';
import type { JobDetail } from '../../shared/ports.ts';

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
const extractionView = z.object({
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

/** A job with its tables, in the order of the transport; there are none before they are planned. */
export const jobDetailView = z.object({
  ...jobView.shape,
  extractions: z.array(extractionView),
});

export type JobView = z.output<typeof jobView>;
export type JobDetailView = z.output<typeof jobDetailView>;

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

/** The JSON of a job with its tables. */
export function viewJobDetail({ job, extractions, splits }: JobDetail): JobDetailView {
  const views = withSplits(extractions, splits).map(viewExtraction);
  return { ...viewJob(job), extractions: views };
}

/** The object name of the job's manifest within its bucket. */
export function manifestOf({ output }: Job): string {
  return `${output.prefix}${manifestName}`;
}

function viewExtraction({
  extraction,
  splits,
}: ReturnType<typeof withSplits>[number]): z.output<typeof extractionView> {
  const totals = totalsOf(extraction, splits);
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
    parts: totals.parts.length,
    splits_done: totals.splitsDone,
    splits_total: extraction.splitsTotal,
    attempts: totals.attempts,
    error: viewError(totals.error),
  };
}

function viewError(error: ErrorReport | undefined): z.output<typeof errorView> | null {
  return error ?? null;
}
