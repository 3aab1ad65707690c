import type { RetryPolicy } from '../shared/retry.ts';

/** For writes that are idempotent and decide by their fence, repeated when Firestore does not answer. */
export const storePolicy: RetryPolicy = { attempts: 5, initialDelayMs: 200, maxDelayMs: 5_000 };
