import type { SplitResult } from '../shared/domain/split.ts';
import { type ErrorReport, OraFerryError, reportError, toOraFerryError } from '../shared/errors.ts';
import type { SplitProgress, SplitTask } from './export-split.ts';

/** What a task says to its worker process. A worker does one run at a time; `run` numbers them. */
export type ToWorker =
  | { readonly kind: 'run'; readonly run: number; readonly task: SplitTask }
  | { readonly kind: 'abort'; readonly run: number }
  /** The answer to `upload`: recorded, or why not. */
  | { readonly kind: 'recorded'; readonly run: number; readonly failure?: Failure }
  | { readonly kind: 'stop' };

/** What the worker answers. Each run ends with exactly one `done` or `failed`. */
export type FromWorker =
  | { readonly kind: 'upload'; readonly run: number; readonly name: string; readonly uri: string }
  | { readonly kind: 'progress'; readonly run: number; readonly progress: SplitProgress }
  | { readonly kind: 'done'; readonly run: number; readonly result: SplitResult }
  | { readonly kind: 'failed'; readonly run: number; readonly failure: Failure };

/** An error as it crosses between processes. */
export interface Failure {
  readonly report: ErrorReport;
  readonly retryable: boolean;
}

/** Reduces an error to what may cross; its cause stays in the log of the process that saw it. */
export function toFailure(error: unknown): Failure {
  return { report: reportError(error), retryable: toOraFerryError(error).retryable };
}

/** The error of another process, as one of ours. */
export function fromFailure({ report, retryable }: Failure): OraFerryError {
  const { code, message, details } = report;
  return new OraFerryError(code, message, { details, retryable });
}
