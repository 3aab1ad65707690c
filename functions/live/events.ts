import type { Job } from '../../shared/domain/job.ts';
import type { ErrorReport } from '../../shared/errors.ts';
import type { ServerSentEvent } from '../http/sse.ts';
import type { JobDetailView } from '../views/job.ts';
import { type ShownTable, type statusEvents, viewProgress, viewTotals } from '../views/progress.ts';
import { formatEventId, type Position } from './event-id.ts';

/** The events of a status stream, see `statusEvents`. The id, where there is one, says what its reader has seen. */

type Data<E extends keyof typeof statusEvents> = (typeof statusEvents)[E]['_zod']['output'];

/** Without a position it leaves the reader's last id as it is. */
export function snapshotEvent(
  job: JobDetailView | null,
  tables: readonly ShownTable[],
  position?: Position,
): ServerSentEvent {
  const data: Data<'snapshot'> = {
    job,
    progress: tables.map(viewProgress),
    totals: viewTotals(tables),
  };
  return { event: 'snapshot', ...(position && { id: formatEventId(position) }), data };
}

export function progressEvent(table: ShownTable, position: Position): ServerSentEvent {
  const data: Data<'progress'> = viewProgress(table);
  return { event: 'progress', id: formatEventId(position), data };
}

export function tableEvent(
  table: ShownTable,
  { state, verified_rows, error }: JobDetailView['extractions'][number],
  position: Position,
): ServerSentEvent {
  const data: Data<'table'> = { ...viewProgress(table), state, verified_rows, error };
  return { event: 'table', id: formatEventId(position), data };
}

/** The trace is the job's, where the log tells more. */
export function errorEvent(error: ErrorReport, { traceId }: Job): ServerSentEvent {
  const data: Data<'error'> = { ...error, trace_id: traceId };
  return { event: 'error', data };
}

export function terminalEvent(job: JobDetailView, position: Position): ServerSentEvent {
  const data: Data<'terminal'> = { job };
  return { event: 'terminal', id: formatEventId(position), data };
}
