import { type JobState, jobTransitions } from '../../shared/domain/job.ts';

/** How much of a job a client has been shown: what the id of an event says. */
export interface Position {
  readonly jobId: string;
  readonly epoch: number;
  readonly state: JobState;
  /** Rows shown of each table, in the order of the transport; of more than a hundred tables, only their sum. */
  readonly rows: readonly number[];
}

const mostTables = 100;
const form = /^([0-9a-f]{32})\.(\d{1,9})\.([A-Z_]{1,30})\.([0-9a-z-]*)$/;
// Ten digits of base 36 stay below 2^53.
const rowsForm = /^[0-9a-z]{1,10}$/;

/** The position of a job whose tables show so many rows. */
export function positionOf(
  job: { readonly id: string; readonly epoch: number; readonly state: JobState },
  rows: readonly number[],
): Position {
  const { id: jobId, epoch, state } = job;
  return { jobId, epoch, state, rows: rows.length > mostTables ? [sum(rows)] : rows };
}

/** `<job>.<epoch>.<state>.<rows in base 36>-<rows>…` */
export function formatEventId({ jobId, epoch, state, rows }: Position): string {
  return [jobId, epoch, state, rows.map((count) => count.toString(36)).join('-')].join('.');
}

/** Undefined for an id that we never gave out. */
export function parseEventId(text: string | undefined): Position | undefined {
  const [, jobId, epoch, state, list] = form.exec(text ?? '') ?? [];
  if (jobId === undefined || !isJobState(state)) return undefined;
  const rows = list ? list.split('-') : [];
  if (rows.length > mostTables || !rows.every((count) => rowsForm.test(count))) return undefined;
  return { jobId, epoch: Number(epoch), state, rows: rows.map((count) => parseInt(count, 36)) };
}

/** True when whoever saw the one position would not see anything go back at the other. */
export function hasReached(now: Position, seen: Position): boolean {
  const sameTables = now.rows.length === seen.rows.length;
  const enough = sameTables
    ? now.rows.every((count, index) => count >= (seen.rows[index] ?? 0))
    : sum(now.rows) >= sum(seen.rows);
  return enough && now.epoch >= seen.epoch && rankOf(now.state) >= rankOf(seen.state);
}

function isJobState(text: string | undefined): text is JobState {
  return text !== undefined && Object.hasOwn(jobTransitions, text);
}

/** The states are listed such that every transition leads to a later one. */
function rankOf(state: JobState): number {
  return Object.keys(jobTransitions).indexOf(state);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
