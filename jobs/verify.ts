import { type Extraction, totalsOf, withSplits } from '../shared/domain/extraction.ts';
import type { Job, JobOutcome } from '../shared/domain/job.ts';
import type { Part, Split } from '../shared/domain/split.ts';
import { type ErrorReport, OraFerryError, reportError } from '../shared/errors.ts';
import type { ExtractionResult, StoredObject } from '../shared/ports.ts';

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
  const results = withSplits(evidence.extractions, evidence.splits).map(({ extraction, splits }) =>
    verifyTable(job, extraction, { splits, objects }),
  );
  const failed = results.filter((result) => result.state === 'FAILED');
  if (failed.length === 0) return { outcome: { state: 'SUCCEEDED' }, results };
  const state = failed.length === results.length ? 'FAILED' : 'PARTIALLY_SUCCEEDED';
  const error = summary(failed, results.length);
  return { outcome: error ? { state, error } : { state }, results };
}

type TableEvidence = Omit<Evidence, 'extractions'>;

function verifyTable(job: Job, extraction: Extraction, evidence: TableEvidence): ExtractionResult {
  const error = findProblem(job, extraction, evidence);
  const extractionId = extraction.id;
  return error ? { extractionId, state: 'FAILED', error } : { extractionId, state: 'SUCCEEDED' };
}

function findProblem(
  job: Job,
  extraction: Extraction,
  { splits, objects }: TableEvidence,
): ErrorReport | undefined {
  const totals = totalsOf(extraction, splits);
  const name = `${extraction.owner}.${extraction.table}`;
  if (totals.error) return totals.error;
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
  return problem(`Table ${name}: ${missing.name} does not lie in the bucket as it was committed.`, {
    part: missing.name,
  });
}

function isStored(part: Part, object: StoredObject | undefined): boolean {
  return object?.generation === part.generation && object.crc32c === part.crc32c;
}

function problem(message: string, details: Record<string, unknown>): ErrorReport {
  return reportError(new OraFerryError('VERIFICATION_FAILED', message, { details }));
}

function summary(failed: readonly ExtractionResult[], total: number): ErrorReport | undefined {
  const first = failed[0]?.error;
  if (!first || total === 1) return first;
  return {
    ...first,
    message: `${failed.length} of ${total} tables failed; the first: ${first.message}`,
  };
}

function cancelled({ extractions }: Evidence): Verdict {
  const error = reportError(new OraFerryError('CANCELLED', 'The job was cancelled.'));
  const results = extractions.map(({ id }) => ({ extractionId: id, state: 'CANCELLED' as const }));
  return { outcome: { state: 'CANCELLED', error }, results };
}
