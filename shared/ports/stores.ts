import type { Extraction, ExtractionSummary } from '../domain/extraction.ts';
import type { Job, JobState } from '../domain/job.ts';
import type { SplitProgress } from '../domain/progress.ts';
import type { Split } from '../domain/split.ts';
import type { Transport, TransportInput } from '../domain/transport.ts';
import type { ErrorReport } from '../errors.ts';

/** What the functions ask of Firestore. */

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string;
}

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken?: string;
}

export interface TransportStore {
  /** Throws CONFLICT when the name is taken. */
  create(tenant: string, input: TransportInput): Promise<Transport>;
  /** Throws TRANSPORT_NOT_FOUND, as do the others. */
  get(tenant: string, id: string): Promise<Transport>;
  /** Newest first. */
  list(tenant: string, page: PageRequest): Promise<Page<Transport>>;
  /** Throws PRECONDITION_FAILED when an etag is given and is not the stored one. */
  replace(tenant: string, id: string, input: TransportInput, etag?: string): Promise<Transport>;
  /** Keeps jobs and objects. Throws CONFLICT while a job of it runs. */
  remove(tenant: string, id: string, etag?: string): Promise<void>;
}

export interface ExecuteRequest {
  readonly tenant: string;
  readonly transportId: string;
  readonly traceId: string;
  /** Used when the transport names no bucket. */
  readonly defaultBucket: string;
  /** The same key within 24 hours answers the same job. */
  readonly idempotencyKey?: string;
  /** Of what the request asks for besides: tells another request under the same key from the same one. */
  readonly fingerprint: string;
  /** In place of the transport's own option. */
  readonly allowConcurrent?: boolean;
  /** A running job of the transport is the answer, now and when the key comes again, instead of a conflict. */
  readonly takesRunning?: boolean;
  readonly limits: ExecuteLimits;
}

export interface Enqueued {
  readonly job: Job;
  readonly created: boolean;
  /** True for a job of the transport that another request began. */
  readonly isRunning?: boolean;
}

/** How much may be under way at once. Every job that has not ended counts. */
export interface ExecuteLimits {
  readonly jobsPerTenant: number;
  /** Oracle sessions of all tenants together. */
  readonly sessions: number;
  /** What each of a job's tasks asks for. */
  readonly sessionsPerTask: number;
}

/** Times are ISO 8601 in UTC with milliseconds: from `createdFrom` on, before `createdBefore`. */
export interface JobFilter {
  readonly transportId?: string | undefined;
  readonly state?: JobState | undefined;
  readonly createdFrom?: string | undefined;
  readonly createdBefore?: string | undefined;
}

export interface JobDetail {
  readonly job: Job;
  readonly extractions: readonly Extraction[];
  readonly splits: readonly Split[];
  /** What the tasks last recorded of the splits that they have in hand; at most a few seconds old. */
  readonly hints: readonly SplitProgress[];
}

/** The right to call RunJob for a job. */
export interface Launch {
  readonly jobId: string;
  /** Random for each launch. */
  readonly launchId: string;
  /** Nobody had the right before, so that nobody can have launched the job. */
  readonly isFirst: boolean;
  /** Of a relaunch: how many there were before. */
  readonly relaunches?: number;
}

/** Refusals in a row, and how long ago the first of them was. */
export interface Refusals {
  readonly times: number;
  readonly lastedMs: number;
}

/** Tables of a job, in the order of the transport. */
export interface ExtractionPage extends Page<ExtractionSummary> {
  readonly job: Job;
  /** How many tables the job has on all pages; none before they are planned. */
  readonly total: number;
}

export interface JobStore {
  /**
   * One transaction: the job with the next version, and the idempotency record. `created` is false when the
   * key was used before. Throws TRANSPORT_NOT_FOUND; CONFLICT with `details.job_id` while another job of the
   * transport runs, and with `details.earlier_job_id` when the key was used for something else;
   * QUOTA_EXCEEDED when a limit leaves no room.
   */
  enqueue(request: ExecuteRequest): Promise<Enqueued>;
  /**
   * The right to call RunJob for a job that has no execution yet, for one caller at a time. It lapses after a minute, so
   * that a crashed launch can be finished by the next call; whose right has passed to another changes nothing any more.
   */
  takeLaunch(jobId: string): Promise<Launch | undefined>;
  /**
   * Gives a right to launch back at once, when the caller could not find out what became of RunJob. A relaunch is not
   * counted then.
   */
  releaseLaunch(launch: Launch): Promise<void>;
  /** Notes what the launch has started, and ends it. False when the right has passed to another. */
  recordExecution(launch: Launch, execution: string): Promise<boolean>;
  /** QUEUED to FAILED, when the launch was refused. */
  failLaunch(launch: Launch, error: ErrorReport): Promise<void>;
  /** Throws JOB_NOT_FOUND. */
  get(tenant: string, id: string): Promise<Job>;
  /** Throws JOB_NOT_FOUND. */
  detail(tenant: string, id: string): Promise<JobDetail>;
  /** Fewer tables than asked for when they have very many splits. Throws JOB_NOT_FOUND. */
  extractions(tenant: string, id: string, page: PageRequest): Promise<ExtractionPage>;
  /** Newest first. */
  list(tenant: string, filter: JobFilter, page: PageRequest): Promise<Page<Job>>;
  /**
   * To CANCELLING, or straight to CANCELLED when no task has begun. A job that is being cancelled or was
   * cancelled is answered as it is. Throws CONFLICT when it is too late, JOB_NOT_FOUND.
   */
  requestCancel(tenant: string, id: string): Promise<Job>;

  /**
   * Jobs of all tenants that have not ended, or whose end is not announced. When there are more than `limit`, which of
   * them is left to chance.
   */
  open(limit: number): Promise<readonly Job[]>;
  /** True while a lease of any of the job's tasks lasts. */
  hasLiveTask(jobId: string): Promise<boolean>;
  /**
   * The right to call RunJob for a job none of whose tasks lives and whose execution is still that of `seen`, for one
   * caller at a time. Counts the relaunches, of which there are `most`, except while the job is PUBLISHING. It lapses as
   * that of takeLaunch.
   */
  takeRelaunch(seen: Job, most: number): Promise<Launch | undefined>;
  /**
   * Gives that right back, because Cloud Run refused the relaunch, and counts the refusals since it last took a launch.
   * Undefined when the right has passed to another.
   */
  refuseRelaunch(launch: Launch): Promise<Refusals | undefined>;
  /**
   * Ends a job none of whose tasks lives, that nobody is launching, and whose execution is still that of `seen`:
   * CANCELLING → CANCELLED, others → FAILED with the error. Undefined when that is not so, and for a job that is
   * PUBLISHING; a job that has ended already is answered as it is.
   */
  endUnattended(seen: Job, error: ErrorReport): Promise<Job | undefined>;
  /** Notes that the message of the job's end was sent. */
  noteAnnounced(jobId: string): Promise<void>;
}

/** Lets its holder follow one job, once. */
export interface Ticket {
  readonly tenant: string;
  readonly transportId: string;
  readonly jobId: string;
  /** The principal that asked for it. */
  readonly principal: string;
}

export interface TicketStore {
  /** A text that nobody can guess and the end of its life, ISO 8601. */
  issue(ticket: Ticket): Promise<{ readonly text: string; readonly expiresAt: string }>;
  /** Undefined for a text that is unknown, used or too old. Of many uses at once, one succeeds. */
  redeem(text: string): Promise<Ticket | undefined>;
}
