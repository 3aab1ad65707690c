import type { ErrorReport } from '../errors.ts';

/** From each state of a split, the states that may follow. CLAIMED to CLAIMED is a take-over from a dead task. */
export const splitTransitions = {
  PENDING: ['CLAIMED'],
  CLAIMED: ['CLAIMED', 'PENDING', 'DONE', 'FAILED'],
  DONE: [],
  FAILED: [],
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

/** A resumable upload that an attempt began; its URI is what the finaliser cancels before it sweeps. */
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
  readonly state: SplitState;
  /** Counts the claims; each attempt writes under its own object name. */
  readonly attempt: number;
  /** Counts the attempts that ended in an error, which are bounded. */
  readonly failures: number;
  /** The task that holds the claim. */
  readonly holder?: string;
  readonly uploads: readonly UploadRecord[];
  readonly parts: readonly Part[];
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
