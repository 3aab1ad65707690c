/** How far one attempt at a split has come. Numbers are totals of the attempt, never differences. */
export interface SplitProgress {
  readonly splitId: string;
  readonly extractionId: string;
  readonly attempt: number;
  readonly rows: number;
  /** Smoothed over the last seconds. */
  readonly rowsPerSecond: number;
  /** Bytes of the rows as JSON Lines, before compression. */
  readonly bytesRead: number;
  /** Compressed bytes handed to the upload. */
  readonly bytesUploaded: number;
  /** Committed: from now on the split's record says the same. */
  readonly done: boolean;
}

/**
 * What a task tells while it works: every split that it has in hand or has committed since its last message.
 * A hint: the record in Firestore decides, and a lost message cannot matter.
 */
export interface TaskProgress {
  readonly jobId: string;
  readonly holder: string;
  /** Grows by one with each message of the task. */
  readonly sequence: number;
  readonly splits: readonly SplitProgress[];
}

/** How far a table is: committed splits, and what live attempts have done of the others. */
export interface TableProgress {
  readonly extractionId: string;
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** 0 to 100 with one decimal, by finished work; 100 only when every split is committed. */
  readonly percent: number;
  readonly bytesRead: number;
  readonly bytesUploaded: number;
  readonly splitsDone: number;
  readonly splitsTotal: number;
  /** An estimate from the smoothed rate; absent while nothing moves or the count is unknown. */
  readonly etaSeconds?: number;
}
