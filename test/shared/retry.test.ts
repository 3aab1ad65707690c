import { describe, expect, it } from 'vitest';
import { OraFerryError } from '../../shared/errors.ts';
import { failureDelayMs, isRetryable, withRetry } from '../../shared/retry.ts';

const policy = { attempts: 3, initialDelayMs: 1, maxDelayMs: 2 };
const never = new AbortController().signal;
const passing = new OraFerryError('STORE_ERROR', 'passing');

/** An operation that fails so many times, then gives back how often it was called. */
function failing(times: number, error: unknown = passing) {
  let calls = 0;
  const operation = async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
  return { operation, calls: () => calls };
}

describe('a retry', () => {
  it('succeeds as soon as the operation does', async () => {
    expect(await withRetry(policy, never, failing(0).operation)).toBe(1);
    expect(await withRetry(policy, never, failing(2).operation)).toBe(3);
  });

  it('makes no more attempts than allowed, the first included, and throws the last error', async () => {
    const { operation, calls } = failing(9);
    await expect(withRetry(policy, never, operation)).rejects.toBe(passing);
    expect(calls()).toBe(3);
    const once = failing(9);
    await expect(withRetry({ ...policy, attempts: 1 }, never, once.operation)).rejects.toBe(
      passing,
    );
    expect(once.calls()).toBe(1);
  });

  it.each([
    new OraFerryError('VALIDATION_ERROR', 'no'),
    new OraFerryError('STORE_ERROR', 'no', { retryable: false }),
    new Error('unknown'),
    'text',
  ])('does not repeat what cannot pass: %s', async (error) => {
    const { operation, calls } = failing(9, error);
    await expect(withRetry(policy, never, operation)).rejects.toBe(error);
    expect(calls()).toBe(1);
    expect(isRetryable(error)).toBe(false);
  });

  it('an abort during a delay ends it at once, with the last error', async () => {
    const abort = new AbortController();
    const { operation, calls } = failing(9);
    const hour = 3_600_000;
    const retried = withRetry(
      { attempts: 3, initialDelayMs: hour, maxDelayMs: hour },
      abort.signal,
      operation,
    );
    setImmediate(() => abort.abort());
    await expect(retried).rejects.toBe(passing);
    expect(calls()).toBe(1);
  });

  it('an abort during an attempt lets no other follow', async () => {
    const abort = new AbortController();
    const { operation, calls } = failing(9);
    const retried = withRetry(policy, abort.signal, () => {
      abort.abort();
      return operation();
    });
    await expect(retried).rejects.toBe(passing);
    expect(calls()).toBe(1);
  });

  it('waits longer, with full jitter, for what needs time to come back', () => {
    const later = new OraFerryError('ORACLE_CONNECTION_ERROR', 'starting', {
      details: { retry: 'later' },
    });
    const most = (error: unknown, failures: number) => {
      const delays = Array.from({ length: 500 }, () => failureDelayMs(error, failures));
      expect(Math.min(...delays)).toBeLessThan(Math.max(...delays) / 10);
      return Math.max(...delays);
    };
    expect(most(passing, 1)).toBeLessThan(1_000);
    expect(most(later, 1)).toBeGreaterThan(5_000);
    expect(most(later, 1)).toBeLessThan(10_000);
    expect(most(later, 9)).toBeLessThan(60_000);
  });

  it('does not even begin when aborted before', async () => {
    const reason = new Error('stopped');
    const { operation, calls } = failing(0);
    await expect(withRetry(policy, AbortSignal.abort(reason), operation)).rejects.toBe(reason);
    expect(calls()).toBe(0);
  });
});
