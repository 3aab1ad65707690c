import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import { OraFerryError } from './errors.ts';

export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

/**
 * Runs the operation until it succeeds, its error is not retryable, the attempts are used up or the signal
 * aborts; then the last error is thrown. Delays grow exponentially with decorrelated jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/). An abort ends the delay
 * at once, which cockatiel's own retry does not do.
 */
export async function withRetry<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  operation: () => Promise<T>,
): Promise<T> {
  const { attempts, initialDelayMs: initialDelay, maxDelayMs: maxDelay } = policy;
  let backoff: IBackoff<unknown> = new ExponentialBackoff({ initialDelay, maxDelay }).next();
  signal.throwIfAborted();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      if (attempt >= attemptsAllowed(error, attempts)) throw error;
      const delayMs = isForLater(error) ? failureDelayMs(error, attempt) : backoff.duration;
      await sleep(delayMs, undefined, { signal }).catch(() => {
        throw error;
      });
      backoff = backoff.next(undefined);
    }
  }
}

/** Attempts that make sense when one ended like this: one when it is final, two where somebody may have meant it. */
export function attemptsAllowed(error: unknown, most: number): number {
  if (!(error instanceof OraFerryError) || !error.retryable) return 1;
  return adviceOf(error) === 'once' ? Math.min(2, most) : most;
}

const delays = {
  soon: { initialMs: 500, maxMs: 30_000 },
  /** A database that starts, or has no session to spare, needs a minute or two. */
  later: { initialMs: 5_000, maxMs: 60_000 },
};

/**
 * How long to wait when so many attempts have failed, the last one like this: full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function failureDelayMs(error: unknown, failures: number): number {
  const { initialMs, maxMs } = isForLater(error) ? delays.later : delays.soon;
  return Math.random() * Math.min(maxMs, initialMs * 2 ** failures);
}

function isForLater(error: unknown): boolean {
  return adviceOf(error) === 'later';
}

function adviceOf(error: unknown): unknown {
  const details = error instanceof OraFerryError ? error.details : undefined;
  return (Object(details) as { retry?: unknown }).retry;
}

/** True for errors that may vanish by themselves. */
export function isRetryable(error: unknown): boolean {
  return error instanceof OraFerryError && error.retryable;
}
