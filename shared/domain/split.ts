import type { ErrorReport } from '../errors.ts';
import type { SplitRange } from './split-range.ts';

/**
 * From each state of a split, the states that may follow. CLAIMED to CLAIMED is a take-over from a dead task.
 * SUPERSEDED is what a new plan of its table, or the end of the job, makes of every split of before: whatever a
 * zombie still tries to write about it is refused.
 */
export const splitTransitions = {
  PENDING: ['CLAIMED', 'SUPERSEDED'],
  CLAIMED: ['CLAIMED', 'PENDING', 'DONE', 'FAILED', 'SUPERSEDED'],
  DONE: ['SUPERSEDED'],
  FAILED: ['SUPERSEDED'],
  SUPERSEDED: [],
} as const satisfies Record<string, readonly string[]>;

export type SplitState = keyof typeof splitTransitions;

/** An object in the bucket that a committed attempt wrote. `name` is relative to the job's prefix. */
export interface Part {
  readonly name: string;
  readonly rows: number;
  /** Size of the object: compressed bytes. */
  readonly bytes: number;
  readonly bytesUncompressed: number;
  /** Base64 of the big-endian CRC32C, as Cloud Storage reports it. */
  readonly crc32c: string;
  readonly generation: string;
  /** By field: values with U+FFFD, which stands for what had no form in Unicode. */
  readonly replacements?: Readonly<Record<string, number>>;
}

/** The resumable upload that an attempt began last; its URI is what the finaliser cancels before it sweeps. */
interface UploadRecord {
  readonly attempt: number;
  readonly name: string;
  readonly uri: string;
}

/** A part of a table that one session reads: the unit of claim, retry and commit. */
export interface Split {
  readonly id: string;
  readonly extractionId: string;
  readonly epoch: number;
  /** Place within its table; names the part. */
  readonly position: number;
  readonly range: SplitRange;
  readonly state: SplitState;
  /** Counts the claims; each attempt writes under its own object name. */
  readonly attempt: number;
  /** Counts the attempts that ended in an error, which are bounded. */
  readonly failures: number;
  /** The task that holds the claim. */
  readonly holder?: string;
  /** One of each attempt that got so far. */
  readonly uploads: readonly UploadRecord[];
  readonly parts: readonly Part[];
  /** COUNT(*) in the transaction that read the rows, where there was no SCN to count at. */
  readonly countedRows?: number;
  readonly error?: ErrorReport;
}

/** The right to work on a split: every later write names it and is refused once it is no longer true. */
export interface Claim {
  readonly jobId: string;
  readonly splitId: string;
  readonly extractionId: string;
  readonly epoch: number;
  readonly position: number;
  readonly attempt: number;
  readonly failures: number;
  readonly holder: string;
  readonly range: SplitRange;
  /** Of attempts before this one. */
  readonly earlierUploads: readonly UploadRecord[];
  /** Of the record as last written on behalf of this claim: an opaque text that later writes must still find. */
  readonly version: string;
}

/** What an attempt read and wrote. */
export interface SplitResult {
  readonly rows: number;
  /** None when there was no row. */
  readonly parts: readonly Part[];
  /** COUNT(*) in the transaction that read the rows, where there is no SCN. */
  readonly countedRows?: number;
}

/** True when the claim is what the record says, so that a write on its behalf may count. */
export function holdsClaim(split: Split, claim: Claim): boolean {
  return (
    split.state === 'CLAIMED' &&
    split.epoch === claim.epoch &&
    split.attempt === claim.attempt &&
    split.holder === claim.holder
  );
}

/** True when this very attempt has already been committed: the answer to its first commit was lost. */
export function wasCommittedBy(split: Split, claim: Claim): boolean {
  return (
    split.state === 'DONE' &&
    split.epoch === claim.epoch &&
    split.attempt === claim.attempt &&
    split.holder === claim.holder
  );
}
