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
      await sleep(backoff.duration, undefined, { signal }).catch(() => {
        throw error;
      });
      backoff = backoff.next(undefined);
    }
  }
}

/** Attempts that make sense when one ended like this: one when it is final, two where somebody may have meant it. */
export function attemptsAllowed(error: unknown, most: number): number {
  if (!(error instanceof OraFerryError) || !error.retryable) return 1;
  const { retry } = (error.details ?? {}) as { retry?: unknown };
  return retry === 'once' ? Math.min(2, most) : most;
}

/** True for errors that may vanish by themselves. */
export function isRetryable(error: unknown): boolean {
  return error instanceof OraFerryError && error.retryable;
}
