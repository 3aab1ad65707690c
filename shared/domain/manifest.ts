import type { ErrorReport } from '../errors.ts';
import { type Extraction, type ExtractionTotals, totalsOf, withSplits } from './extraction.ts';
import type { Consistency, Job } from './job.ts';
import { loadName, schemaName } from './layout.ts';
import type { Split } from './split.ts';

/**
 * The contract with consumers, as bytes: a pure function of records that no longer change once the job is
 * PUBLISHING, so that any second finaliser writes the same.
 */
export function manifestBody(
  job: Job,
  extractions: readonly Extraction[],
  splits: readonly Split[],
): string {
  const inOrder = extractions.toSorted((a, b) => a.position - b.position);
  const tables = withSplits(inOrder, splits).map(({ extraction, splits: its }) => ({
    extraction,
    totals: totalsOf(extraction, its),
  }));
  const succeeded = tables.filter(({ totals }) => totals.state === 'SUCCEEDED');
  const manifest = {
    job_id: job.id,
    transport: job.transportName,
    version: job.version,
    scn: job.scn ?? null,
    consistency: consistencyOf(job, succeeded),
    state: job.outcome?.state,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    tables: succeeded.map(tableEntry),
    failed: tables.filter(({ totals }) => totals.state !== 'SUCCEEDED').map(failedEntry),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** What `latest.json` says: the newest complete version and where it lies. */
export function latestBody(job: Job): string {
  const latest = {
    version: job.version,
    job_id: job.id,
    scn: job.scn ?? null,
    prefix: job.output.prefix,
    manifest: `${job.output.prefix}_manifest.json`,
    finished_at: job.finishedAt,
  };
  return `${JSON.stringify(latest, null, 2)}\n`;
}

/** The version that a `latest.json` names; 0 for none or one that is not ours. */
export function latestVersion(body: string | undefined): number {
  if (body === undefined) return 0;
  try {
    const version: unknown = JSON.parse(body)?.version;
    return typeof version === 'number' && Number.isSafeInteger(version) ? version : 0;
  } catch {
    return 0;
  }
}

/** What holds for all tables together: a table that had to be planned anew is of another SCN than the job. */
function consistencyOf(job: Job, tables: readonly TableWithTotals[]): Consistency {
  if (tables.some(({ extraction }) => extraction.consistency === 'transaction'))
    return 'transaction';
  const sharesScn = tables.every(({ extraction }) => extraction.scn === job.scn);
  return job.scn !== undefined && sharesScn ? 'scn' : 'scn-per-table';
}

interface TableWithTotals {
  readonly extraction: Extraction;
  readonly totals: ExtractionTotals;
}

function tableEntry({ extraction, totals }: TableWithTotals) {
  return {
    owner: extraction.owner,
    table: extraction.table,
    scn: extraction.consistency === 'transaction' ? null : extraction.scn,
    epoch: extraction.epoch,
    consistency: extraction.consistency,
    split_method: extraction.splitMethod,
    rows: totals.rows,
    verified_rows: totals.countedRows ?? null,
    schema: schemaName(extraction.owner, extraction.table),
    load: loadName(extraction.owner, extraction.table),
    replacements: totals.replacements,
    parts: totals.parts.map((part) => ({
      name: part.name,
      rows: part.rows,
      bytes: part.bytes,
      bytes_uncompressed: part.bytesUncompressed,
      crc32c: part.crc32c,
      generation: part.generation,
    })),
  };
}

function failedEntry({ extraction, totals }: TableWithTotals) {
  const { owner, table } = extraction;
  return { owner, table, error: totals.error ? errorEntry(totals.error) : null };
}

function errorEntry({ code, message, action, details }: ErrorReport) {
  return { code, message, action, details: inFixedOrder(details) };
}

/** A store need not give the fields of a map back in the order in which they were written. */
function inFixedOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inFixedOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inFixedOrder(inner)]));
}
