import { type RetryPolicy, withRetry } from '../retry.ts';
import { type Attempt, translateError } from './errors.ts';

export type Call = ReturnType<typeof createCaller>['call'];

/** Runs requests of the client with our retries and errors. */
export function createCaller(retry: RetryPolicy, deadlineMs: number) {
  const { signal } = new AbortController();

  return {
    /** Never aborts: the requests of a caller without a signal. */
    signal,

    /** Repeats a request that is safe to repeat. Throws what `attempt` says, translated. */
    call<T>(attempt: Attempt, request: () => Promise<T>): Promise<T> {
      return withRetry(retry, signal, async () => {
        try {
          return await withinDeadline(request(), deadlineMs);
        } catch (error) {
          throw translateError(error, attempt);
        }
      });
    },
  };
}

/**
 * The client's requests have no time limit of their own: its `timeout` reaches node-fetch 3, which ignores it.
 * Nor can they be aborted: one without an answer is left behind.
 */
async function withinDeadline<T>(request: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([request, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
