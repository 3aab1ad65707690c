import {
  type Extraction,
  type ExtractionTotals,
  totalsOf,
  withSplits,
} from '../shared/domain/extraction.ts';
import type { Job, JobOutcome } from '../shared/domain/job.ts';
import type { Part, Split } from '../shared/domain/split.ts';
import { type ErrorReport, OraFerryError, reportError } from '../shared/errors.ts';
import type { ExtractionResult } from '../shared/ports/ledger.ts';
import type { StoredObject } from '../shared/ports/objects.ts';

/** What is known of a job when every split is settled. */
export interface Evidence {
  readonly extractions: readonly Extraction[];
  readonly splits: readonly Split[];
  /** All objects under the job's prefix, by their full names. */
  readonly objects: ReadonlyMap<string, StoredObject>;
}

export interface Verdict {
  readonly outcome: JobOutcome;
  readonly results: readonly ExtractionResult[];
}

/**
 * Decides how a job ends. A table succeeds when each split is done, its rows add up to Oracle's own count at the
 * same SCN, and each part lies in the bucket exactly as it was committed.
 */
export function verifyJob(job: Job, evidence: Evidence): Verdict {
  if (job.state === 'CANCELLING') return cancelled(evidence);
  const { objects } = evidence;
  const verified = withSplits(evidence.extractions, evidence.splits).map(({ extraction, splits }) =>
    verifyTable(job, extraction, { splits, objects }),
  );
  const results = verified.map(({ result }) => result);
  const errors = verified.flatMap(({ error }) => error ?? []);
  if (errors.length === 0) return { outcome: { state: 'SUCCEEDED' }, results };
  const state = errors.length === results.length ? 'FAILED' : 'PARTIALLY_SUCCEEDED';
  const error = summary(errors, results.length);
  return { outcome: error ? { state, error } : { state }, results };
}

type TableEvidence = Omit<Evidence, 'extractions'>;

interface VerifiedTable {
  readonly result: ExtractionResult;
  /** Why it failed. */
  readonly error?: ErrorReport;
}

function verifyTable(
  job: Job,
  extraction: Extraction,
  { splits, objects }: TableEvidence,
): VerifiedTable {
  const extractionId = extraction.id;
  const totals = totalsOf(extraction, splits);
  // Not repeated in the result: it lies in the record, and the results of all tables must fit into one request.
  if (totals.error) return { result: { extractionId, state: 'FAILED' }, error: totals.error };
  const error = findProblem(job, extraction, totals, objects);
  if (!error) return { result: { extractionId, state: 'SUCCEEDED' } };
  return { result: { extractionId, state: 'FAILED', error }, error };
}

function findProblem(
  job: Job,
  extraction: Extraction,
  totals: ExtractionTotals,
  objects: Evidence['objects'],
): ErrorReport | undefined {
  const name = `${extraction.owner}.${extraction.table}`;
  if (extraction.phase !== 'READ' || totals.splitsDone !== extraction.splitsTotal) {
    return problem(
      `Table ${name}: ${totals.splitsDone} of ${extraction.splitsTotal} splits are done.`,
      {
        splits_done: totals.splitsDone,
        splits_total: extraction.splitsTotal,
      },
    );
  }
  const { countedRows } = totals;
  if (countedRows !== undefined && totals.rows !== countedRows) {
    const where =
      extraction.scn === undefined ? 'in the same transaction' : `at SCN ${extraction.scn}`;
    const message = `Table ${name}: ${totals.rows} rows were exported, but Oracle counts ${countedRows} ${where}.`;
    return problem(message, { exported_rows: totals.rows, counted_rows: countedRows });
  }
  const missing = totals.parts.find(
    (part) => !isStored(part, objects.get(job.output.prefix + part.name)),
  );
  if (!missing) return undefined;
  const message = `Table ${name}: a part does not lie in the bucket as it was committed.`;
  return problem(message, { part: missing.name });
}

function isStored(part: Part, object: StoredObject | undefined): boolean {
  return object?.generation === part.generation && object.crc32c === part.crc32c;
}

function problem(message: string, details: Record<string, unknown>): ErrorReport {
  return reportError(new OraFerryError('VERIFICATION_FAILED', message, { details }));
}

function summary(errors: readonly ErrorReport[], total: number): ErrorReport | undefined {
  const [first] = errors;
  if (!first || total === 1) return first;
  return {
    ...first,
    message: `${errors.length} of ${total} tables failed; the first: ${first.message}`,
  };
}

function cancelled({ extractions }: Evidence): Verdict {
  const error = reportError(new OraFerryError('CANCELLED', 'The job was cancelled.'));
  const results = extractions.map(({ id }) => ({ extractionId: id, state: 'CANCELLED' as const }));
  return { outcome: { state: 'CANCELLED', error }, results };
}
