import { type Extraction, mostPlans } from '../shared/domain/extraction.ts';
import type { Job } from '../shared/domain/job.ts';
import { type ErrorReport, OraFerryError, reportError } from '../shared/errors.ts';

/** True when no retry at the same SCN can help, but a new plan at a new one may. */
export function isOutdated(error: unknown): boolean {
  return (
    error instanceof OraFerryError && ['SNAPSHOT_TOO_OLD', 'TABLE_CHANGED'].includes(error.code)
  );
}

/** What the record says of it: for a lost snapshot also how long undo would have had to be kept, at least. */
export function outdatedReport(job: Job, extraction: Extraction, error: unknown): ErrorReport {
  const report = reportError(error);
  const sharesScn = extraction.scn !== undefined && extraction.scn === job.scn;
  const since = sharesScn ? job.startedAt : extraction.plannedAt;
  if (report.code !== 'SNAPSHOT_TOO_OLD' || since === undefined) return report;
  const seconds = Math.max(1, Math.ceil((Date.now() - Date.parse(since)) / 1_000));
  return {
    ...report,
    message:
      `${report.message} The snapshot was about ${seconds} s old (plan ${(extraction.restarts ?? 0) + 1} of ${mostPlans}); ` +
      `UNDO_RETENTION must be longer than the table takes to be read.`,
    details: { ...(report.details as object), snapshot_age_seconds: seconds },
  };
}
