import type { ColumnDefinition, PlannedColumn } from './domain/column.ts';
import type {
  Extraction,
  ExtractionState,
  ExtractionSummary,
  TableClaim,
  TableConsistency,
  TableDesign,
} from './domain/extraction.ts';
import type { PlannedCondition } from './domain/filter.ts';
import type { Consistency, Job, JobOutcome, JobState } from './domain/job.ts';
import type { SplitProgress, TaskProgress } from './domain/progress.ts';
import type { FinishedVersion } from './domain/retention.ts';
import type { Claim, Split, SplitResult } from './domain/split.ts';
import type { SplitMethod, SplitRange } from './domain/split-range.ts';
import type { TableKind, TableStatistics } from './domain/table.ts';
import type { Transport, TransportInput } from './domain/transport.ts';
import type { ErrorReport, OraFerryError } from './errors.ts';

/** The systems that OraFerry talks to, in its own words. One folder of shared/ implements each. */

// ── Oracle ────────────────────────────────────────────────────────────────────────────────────

export interface TableName {
  readonly owner: string;
  readonly table: string;
}

/** A table as the dictionary shows it to our user. */
export interface TableDefinition extends TableName {
  /** What is read, where `owner` and `table` are a synonym's. */
  readonly source?: TableName;
  readonly kind: TableKind;
  readonly comment?: string | null;
  /** As `identities` has it, asked before the columns: while it stays the same they do. Absent in a list of tables. */
  readonly identity?: string;
  /** In the order of the table; invisible columns are not listed. */
  readonly columns: readonly ColumnDefinition[];
  /** Absent when they were never gathered. */
  readonly statistics?: TableStatistics;
  /** Names of columns that only those see who name them. They are not exported. */
  readonly invisibleColumns?: readonly string[];
  /** ROW ARCHIVAL: sessions do not see the rows that are marked as archived. */
  readonly archivesRows?: boolean;
}

/** What narrows a list of tables. */
export interface TableFilter {
  /** Exact. Without one, schemas that come with the database are left out. */
  readonly owner?: string | undefined;
  /** `*` stands for any characters, `?` for one. */
  readonly pattern?: string | undefined;
}

/** Policies by which Oracle shows our user fewer rows, or other values, than there are. */
export interface TablePolicies {
  /** Virtual Private Database: names of the policies of a table. */
  readonly rows: (table: TableName) => readonly string[];
  /** Data Redaction; undefined when our user may not look. */
  readonly redaction: ((table: TableName) => readonly string[]) | undefined;
}

/** How the SCN was found, the most exact first. */
export type ScnSource = 'V$DATABASE' | 'DBMS_FLASHBACK' | 'TIMESTAMP_TO_SCN';

/** What our user is and may do, besides reading tables. */
export interface DatabaseFacts {
  readonly user: string;
  readonly service: string;
  readonly database: string;
  /** Undefined when the user may ask in no way. */
  readonly scn: { readonly value: string; readonly source: ScnSource } | undefined;
  /** Views of the system that are not open to everybody, and whether they are to our user. */
  readonly views: Readonly<Record<SystemView, boolean>>;
  /** Whether DBMS_PARALLEL_EXECUTE is open to our user, in a database that is open for writing. */
  readonly makesChunks: boolean;
  /** How long, in seconds, undo is meant to be kept; undefined when our user may not look. */
  readonly undoRetention: number | undefined;
  /** The shortest time for which the database lately kept it; it adjusts that to its load. */
  readonly tunedUndoRetention: number | undefined;
  /** Whether policies leave our user alone. */
  readonly exempt: { readonly rows: boolean; readonly redaction: boolean };
}

type SystemView =
  | 'V$DATABASE'
  | 'DBA_EXTENTS'
  | 'DBA_OBJECTS'
  | 'DBA_SEGMENTS'
  | 'V$PARAMETER'
  | 'V$UNDOSTAT';

/** The data dictionary, asked for many tables at once. */
export interface OracleCatalogue {
  /** In the order of the names; a name that cannot be read has its error: TABLE_NOT_FOUND, VALIDATION_ERROR. */
  describe(
    tables: readonly TableName[],
    signal?: AbortSignal,
  ): Promise<readonly (TableDefinition | OraFerryError)[]>;
  /** Tables and views by owner and name: at most `limit` of those behind `after`, and behind which to go on. */
  list(
    filter: TableFilter,
    page: { readonly limit: number; readonly after?: TableName | undefined },
    signal?: AbortSignal,
  ): Promise<{ readonly tables: readonly TableDefinition[]; readonly next: TableName | undefined }>;
  policies(tables: readonly TableName[], signal?: AbortSignal): Promise<TablePolicies>;
  /**
   * For each table or view (no synonym) a text that changes with its definition, and with where its rows lie; in their
   * order, undefined for what is not there.
   */
  identities(
    tables: readonly TableName[],
    signal?: AbortSignal,
  ): Promise<readonly (string | undefined)[]>;
  /** Bytes of each table's segments, without LOBs; undefined where our user may not look or there are none. */
  sizes(
    tables: readonly TableName[],
    signal?: AbortSignal,
  ): Promise<readonly (number | undefined)[]>;
  facts(signal?: AbortSignal): Promise<DatabaseFacts>;
}

/**
 * One row as fetched: a value per selected column, null for NULL, in the form that the column's encoding names.
 * An empty LOB is an empty string or Buffer. A LOB too large to be fetched with its row is a LargeValue.
 */
export type Row = readonly unknown[];

/**
 * A LOB that is read in pieces, in order, while the batch that brought it is the current one: texts that part no
 * character, or bytes. Reading throws what a session throws, and VALUE_ERROR when the LOB did not arrive whole.
 */
export interface LargeValue {
  readPieces(): AsyncIterable<string | Uint8Array>;
}

/** Which rows: those of the past at the SCN or, without one, of now; all, or those for which every condition holds. */
export interface RowChoice {
  readonly scn?: string | undefined;
  readonly filter?: readonly PlannedCondition[] | undefined;
}

export interface RowQuery extends TableName, RowChoice {
  readonly columns: readonly PlannedColumn[];
  /** Of the chosen rows only those in the range; all unless told. */
  readonly range?: SplitRange | undefined;
  /** At most so many rows; all unless told. */
  readonly limit?: number;
  /** What the session is for, as V$SESSION.ACTION shows it to a DBA. */
  readonly action?: string;
  /**
   * Reads in a READ ONLY transaction of its own instead of at an SCN, counts the chosen rows in it first, and tells
   * their number before the first batch.
   */
  readonly onCount?: (rows: number) => void;
}

/** A table to be divided into splits. */
export interface SplitRequest extends TableName {
  readonly kind: TableKind;
  /** The rows are read as of this SCN, which was taken before. */
  readonly scn: string;
  /** How many splits are wanted; there may be fewer, or some more. */
  readonly splits: number;
}

export interface SplitLayout {
  readonly method: SplitMethod;
  /** At least one; together they tile the table. */
  readonly ranges: readonly SplitRange[];
}

/** An abort breaks the running call and is thrown as the signal's reason. */
export interface OracleSource {
  /** Round trip to the database. Throws ORACLE_CONNECTION_ERROR or ORACLE_AUTHENTICATION_ERROR. */
  ping(signal?: AbortSignal): Promise<{ readonly version: string }>;
  /** The newest SCN that all later reads can name, as decimal text. */
  currentScn(signal?: AbortSignal): Promise<string>;
  readonly catalogue: OracleCatalogue;
  /** Throws TABLE_NOT_FOUND when our user sees no such table or synonym. */
  describe(table: TableName, signal?: AbortSignal): Promise<TableDefinition>;
  /** COUNT(*) of the chosen rows. */
  count(table: TableName, choice: RowChoice, signal?: AbortSignal): Promise<number>;
  /**
   * Streams the rows in batches of up to 1,000, over one session. The next batch is under way while the consumer
   * works on the last one, unless that holds large values, which can be read only before the next batch is asked for.
   */
  rows(query: RowQuery, signal: AbortSignal): AsyncIterable<readonly Row[]>;
  /** Divides a table by the best way that its kind and our user's rights allow; never fails for want of a right. */
  divide(request: SplitRequest, signal?: AbortSignal): Promise<SplitLayout>;
  /** How this process is connected now; asks nobody. */
  connection(): OracleConnection;
  close(): Promise<void>;
}

export interface OracleConnection {
  readonly driver: 'thin' | 'thick';
  /** `open`: calls fail at once with ORACLE_CIRCUIT_OPEN; `half-open`: the next one tries again. */
  readonly circuit: 'closed' | 'open' | 'half-open';
  /** Sessions that are open, lent, and possible. */
  readonly pool: { readonly open: number; readonly inUse: number; readonly max: number };
}

// ── Cloud Storage ─────────────────────────────────────────────────────────────────────────────

/** An object as it lies in the bucket. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
  readonly crc32c: string;
  readonly generation: string;
}

export interface ObjectStore {
  /** Throws GCS_ERROR when the bucket does not exist or may not be used. */
  checkBucket(bucket: string): Promise<void>;
  /** Begins a resumable upload that can only create the object, and returns its session URI. No byte is sent. */
  beginUpload(bucket: string, name: string, contentType: string): Promise<string>;
  /**
   * Sends the bytes through the session in bounded memory. Settles its own ambiguities (lost final response,
   * 412) by comparing CRC32C. Throws GCS_UPLOAD_ERROR.
   */
  upload(
    target: { readonly bucket: string; readonly name: string; readonly uri: string },
    source: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<StoredObject>;
  /** Ends a session so that it can never create its object. Idempotent. */
  cancelUpload(uri: string): Promise<void>;
  /** Creates a small object; when it exists already with the same bytes, that counts as success. */
  create(bucket: string, name: string, body: string, contentType: string): Promise<StoredObject>;
  /** Replaces an object only if it is still of `generation` ('0': does not exist). Throws PRECONDITION_FAILED. */
  replace(
    bucket: string,
    name: string,
    body: string,
    contentType: string,
    generation: string,
  ): Promise<StoredObject>;
  read(bucket: string, name: string): Promise<{ body: string; generation: string } | undefined>;
  /**
   * The same content as it arrives, in bounded memory. It fails before its last piece when it breaks off, was damaged
   * or is not taken for a minute. Whoever does not read it to its end aborts the signal.
   */
  open(
    bucket: string,
    name: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  list(bucket: string, prefix: string): AsyncIterable<StoredObject>;
  /** Deletes exactly this generation. An object that is gone already is no error. */
  remove(bucket: string, name: string, generation: string): Promise<void>;
}

// ── Firestore: what the functions need ────────────────────────────────────────────────────────

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

// ── Firestore: what the job program needs ─────────────────────────────────────────────────────

/** How a table is to be read. */
export interface TablePlan {
  /** Absent with `consistency: "transaction"`. */
  readonly scn?: string;
  readonly consistency: TableConsistency;
  readonly identity?: string;
  /** Where the table was looked at anew, what it is by now. */
  readonly design?: TableDesign;
  readonly countedRows?: number;
  readonly splitMethod: SplitMethod;
  /** One per split; their order gives the splits their positions 0 … n-1. */
  readonly ranges: readonly SplitRange[];
}

/**
 * Every write is fenced by what it must still hold: the job's state, the turn (`owner`), the table's epoch, the
 * claim. A refused write throws LEASE_LOST (the work belongs to somebody else now) or answers undefined where the
 * docs say so. All are idempotent, because an answer may be lost.
 */
export interface JobLedger {
  /** Throws JOB_NOT_FOUND. */
  job(jobId: string): Promise<Job>;

  /** Writes the sign of life of a task and how far it is; server time decides how long it lasts. */
  renewLease(
    jobId: string,
    holder: string,
    ttlMs: number,
    hints?: readonly SplitProgress[],
  ): Promise<void>;
  /** Ends the lease at once, so that nobody waits for its expiry. */
  releaseLease(jobId: string, holder: string): Promise<void>;

  /**
   * QUEUED → PLANNING, or takes PLANNING over from a dead planner; a new epoch of the job either way. Undefined
   * while a live task plans, or when the job is past planning. Notes the execution that the task runs in, where
   * whoever launched it could not.
   */
  beginPlanning(jobId: string, holder: string, execution?: string): Promise<Job | undefined>;
  /** Stores the job's tables, in phase PENDING or FAILED, under the planner's turn; nobody works on them yet. */
  saveTables(job: Job, tables: readonly Extraction[]): Promise<void>;
  /** PLANNING → RUNNING in one write: from now on tables can be claimed. */
  publishTables(job: Job, consistency: Consistency, scn: string | undefined): Promise<void>;
  /** PLANNING → FAILED: nothing has been written to the bucket yet. */
  failPlanning(job: Job, error: ErrorReport): Promise<void>;

  /** The work of a running job, to be claimed piece by piece on behalf of a task. */
  openQueue(job: Job, holder: string): WorkQueue;

  /**
   * PLANNING → READING. Splits of earlier epochs are superseded and those of this one stored before the one write by
   * which they can be claimed.
   */
  publishTable(claim: TableClaim, plan: TablePlan): Promise<void>;
  /** PLANNING → PENDING for another try, or FAILED when `final`; from CHECKING back to READING, or FAILED. */
  failTable(claim: TableClaim, error: ErrorReport, final: boolean): Promise<void>;
  /** PLANNING → PENDING, CHECKING → READING, without counting a failure: the task is being stopped. */
  releaseTable(claim: TableClaim): Promise<void>;
  /** The right to check the table of a split that was just committed, if that was its last; READING → CHECKING. */
  claimCheck(done: Claim): Promise<TableClaim | undefined>;
  /** CHECKING → READ. */
  settleTable(claim: TableClaim): Promise<void>;
  /**
   * Gives up the plan of the claim, of a table (while it is made, or checked) or of one of its splits: to PENDING for
   * a plan at a new SCN, or FAILED when the table has had `mostPlans`. Does nothing when that has been done already.
   */
  restartTable(claim: TableClaim | Claim, error: ErrorReport): Promise<void>;

  /**
   * Records the upload session of an attempt before its first byte. Returns the claim for later writes. Throws
   * LEASE_LOST when no longer claimed.
   */
  recordUpload(claim: Claim, name: string, uri: string): Promise<Claim>;
  /** The one write that makes parts count: CLAIMED by this attempt → DONE. Throws LEASE_LOST. */
  commitSplit(claim: Claim, result: Omit<SplitResult, 'rows'>): Promise<void>;
  /** CLAIMED → PENDING for another attempt; or, when `final`, FAILED together with its table. Throws LEASE_LOST. */
  failSplit(claim: Claim, error: ErrorReport, final: boolean): Promise<void>;
  /** CLAIMED → PENDING without counting a failure: the task is being stopped. */
  releaseSplit(claim: Claim): Promise<void>;

  extraction(jobId: string, id: string): Promise<Extraction>;
  /** In the order of their positions. */
  extractions(jobId: string): Promise<readonly Extraction[]>;
  /** Of all epochs: the sweep must know every upload that was ever begun. */
  splits(jobId: string): Promise<readonly Split[]>;

  /**
   * RUNNING → VERIFYING when no table is in an open phase, or takes VERIFYING, PUBLISHING or CANCELLING over from a
   * dead finaliser. Undefined when it is not this task's turn.
   */
  beginFinish(jobId: string, holder: string): Promise<Job | undefined>;
  /**
   * Supersedes every split that is not settled: of a failed table, or of a job that is being cancelled. After this
   * no upload can be recorded and no split be committed any more.
   */
  supersedeOpen(job: Job): Promise<void>;
  /**
   * Fixes the outcome with the results of the extractions, in one request: their reports must be short. The first one
   * fixed stays. A success also moves to PUBLISHING with `finishedAt`.
   */
  decide(job: Job, outcome: JobOutcome, results: readonly ExtractionResult[]): Promise<Job>;
  /** To the terminal state of the decided outcome, last of all writes but the one below. */
  finish(job: Job): Promise<Job>;
  /** Notes that the message of the job's end was sent. */
  noteAnnounced(jobId: string): Promise<void>;

  /** Finished jobs of the transport with the given state, newest version first. */
  finishedJobs(transportId: string, state: JobState): Promise<readonly FinishedVersion[]>;
  noteOutputDeleted(jobId: string): Promise<void>;
}

export interface ExtractionResult {
  readonly extractionId: string;
  readonly state: ExtractionState;
  /** Only where the records of the table and its splits do not tell why it failed. */
  readonly error?: ErrorReport;
}

/** A piece of work that a task has claimed. */
export type Work =
  | { readonly kind: 'table'; readonly claim: TableClaim }
  | { readonly kind: 'split'; readonly claim: Claim };

export interface WorkQueue {
  /**
   * Claims what comes first: a table to plan, a split to read, a table to check; one that is pending, whose holder's
   * lease has run out, or that an earlier queue of this holder left behind. Without work, `open` tells whether
   * there may yet be some.
   */
  next(): Promise<{ readonly work: Work } | { readonly work: undefined; readonly open: boolean }>;
}

// ── Pub/Sub ───────────────────────────────────────────────────────────────────────────────────

export interface ProgressBus {
  /** Sends a hint to every subscriber. Throws when Pub/Sub does not take it; callers go on without. */
  publish(progress: TaskProgress): Promise<void>;
  /**
   * Hears every hint that is published after this resolves, of all jobs, through a subscription of this
   * process's own. What is not a TaskProgress is dropped.
   */
  subscribe(listener: (progress: TaskProgress) => void): Promise<ProgressSubscription>;
  close(): Promise<void>;
}

export interface ProgressSubscription {
  /** Stops hearing and deletes the subscription, as far as Pub/Sub answers. */
  close(): Promise<void>;
}

export interface JobAnnouncer {
  /** Sends the message of a job's end. Throws when Pub/Sub does not take it. */
  announce(job: Job): Promise<void>;
  close(): Promise<void>;
}

// ── Cloud Run ─────────────────────────────────────────────────────────────────────────────────

export interface LaunchRequest {
  readonly jobId: string;
  readonly transportName: string;
  readonly version: number;
  readonly tasks: number;
  /** W3C trace context, handed to the tasks. */
  readonly traceparent: string;
}

export type ExecutionState = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface TaskLauncher {
  /** Starts the tasks and returns the execution's resource name. Throws JOB_LAUNCH_ERROR; `retryable` tells ambiguous from refused. */
  launch(request: LaunchRequest): Promise<string>;
  /** The newest execution that was launched for a job not before `since`, found by its arguments. */
  find(jobId: string, since: Date): Promise<string | undefined>;
  /** Undefined when Cloud Run does not, or no longer, know it. */
  state(execution: string): Promise<ExecutionState | undefined>;
  /** Idempotent: an execution that has ended stays as it is. */
  cancel(execution: string): Promise<void>;
  close(): Promise<void>;
}
