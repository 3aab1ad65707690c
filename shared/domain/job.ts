import type { ErrorReport } from '../errors.ts';
import type { TransportOptions, TransportTable } from './transport.ts';

/** From each state, the states that may follow. Nothing follows a terminal state. */
export const jobTransitions = {
  QUEUED: ['PLANNING', 'CANCELLED', 'FAILED'],
  PLANNING: ['RUNNING', 'CANCELLING', 'FAILED'],
  RUNNING: ['VERIFYING', 'CANCELLING', 'FAILED'],
  VERIFYING: ['PUBLISHING', 'CANCELLING', 'FAILED'],
  PUBLISHING: ['SUCCEEDED', 'PARTIALLY_SUCCEEDED'],
  CANCELLING: ['CANCELLED'],
  SUCCEEDED: [],
  PARTIALLY_SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
} as const satisfies Record<string, readonly string[]>;

export type JobState = keyof typeof jobTransitions;

/** How the rows of a job belong together: one SCN for all tables, one per table, or one transaction for some. */
export type Consistency = 'scn' | 'scn-per-table' | 'transaction';

/** One execution of a transport. It copies the definition, so a later change of the transport cannot reach it. */
export interface Job {
  readonly id: string;
  readonly tenant: string;
  readonly transportId: string;
  readonly transportName: string;
  readonly version: number;
  readonly state: JobState;
  readonly tables: readonly TransportTable[];
  readonly options: TransportOptions;
  readonly output: JobOutput;
  readonly traceId: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Decimal text, because an SCN may exceed 2^53. Absent with `snapshot: "table"`. */
  readonly scn?: string;
  readonly consistency?: Consistency;
  /** Counts the planners of the job: each that takes it over begins anew. Tables have epochs of their own. */
  readonly epoch: number;
  /** The task whose turn it is to plan or to finish; the turn is lost with the task's lease. */
  readonly owner?: string;
  /** The end that the finaliser decided upon, fixed before it is carried out. */
  readonly outcome?: JobOutcome;
  /** Resource name of the newest Cloud Run execution. */
  readonly execution?: string;
  /** Executions that reconcile launched because no task of the job was left. */
  readonly relaunches?: number;
  /** When the message of its end was sent. */
  readonly announcedAt?: string;
  /** When retention deleted its objects. */
  readonly outputDeletedAt?: string;
  readonly error?: ErrorReport;
}

interface JobOutput {
  readonly bucket: string;
  /** Object name prefix of this job and no other, ending in a slash. */
  readonly prefix: string;
  /** `project.dataset` of BigQuery that load jobs are written for. */
  readonly dataset?: string;
}

export interface JobOutcome {
  readonly state: 'SUCCEEDED' | 'PARTIALLY_SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly error?: ErrorReport;
}

/** True when no state follows. */
export function isTerminal(state: JobState): boolean {
  return jobTransitions[state].length === 0;
}

/** The states of jobs that have not ended: they hold Oracle sessions, or will. */
export const unfinishedStates: readonly JobState[] = (
  Object.keys(jobTransitions) as JobState[]
).filter((state) => !isTerminal(state));

/** True when the table of transitions allows the step. */
export function mayBecome(from: JobState, to: JobState): boolean {
  return (jobTransitions[from] as readonly JobState[]).includes(to);
}

/** True while a cancel still has an effect: from PUBLISHING on, the job can only be completed. */
export function isCancellable(state: JobState): boolean {
  return state === 'QUEUED' || mayBecome(state, 'CANCELLING');
}

/** Exit code of a Cloud Run task that finds, or brings, its job in a terminal state. */
export function exitCodeOf(state: JobState): 0 | 1 {
  return state === 'SUCCEEDED' || state === 'CANCELLED' ? 0 : 1;
}
