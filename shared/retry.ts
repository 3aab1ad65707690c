import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
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
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
 */
export async function withRetry<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  operation: () => Promise<T>,
): Promise<T> {
  const policyRunner = retry(handleWhen(isRetryable), {
    maxAttempts: policy.attempts - 1,
    backoff: new ExponentialBackoff({
      initialDelay: policy.initialDelayMs,
      maxDelay: policy.maxDelayMs,
    }),
  });
  signal.throwIfAborted();
  return policyRunner.execute(() => operation(), signal);
}

/** True for errors that may vanish by themselves. */
export function isRetryable(error: unknown): boolean {
  return error instanceof OraFerryError && error.retryable;
}
