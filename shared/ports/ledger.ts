import type {
  Extraction,
  ExtractionState,
  TableClaim,
  TableConsistency,
  TableDesign,
} from '../domain/extraction.ts';
import type { Consistency, Job, JobOutcome, JobState } from '../domain/job.ts';
import type { SplitProgress } from '../domain/progress.ts';
import type { FinishedVersion } from '../domain/retention.ts';
import type { Claim, Split, SplitResult } from '../domain/split.ts';
import type { SplitMethod, SplitRange } from '../domain/split-range.ts';
import type { ErrorReport } from '../errors.ts';

/** What the job program asks of Firestore. */

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
