import type { ServerResponse } from 'node:http';
import { OraFerryError } from '../../shared/errors.ts';

/**
 * Does the work of one request. Its signal aborts when the time is over or the caller is gone. Throws what the work
 * throws, or DEADLINE_EXCEEDED when the time was over first; what the work then comes to is not heard.
 */
export async function withinDeadline<T>(
  ms: number,
  res: ServerResponse,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = tooLate(ms);
    over.abort(error);
    late.reject(error);
  }, ms);
  res.once('close', () => over.abort());
  try {
    return await Promise.race([work(over.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(ms: number): OraFerryError {
  const seconds = ms / 1_000;
  return new OraFerryError(
    'DEADLINE_EXCEEDED',
    `The request took longer than ${seconds} seconds, and nobody knows whether it took effect.`,
    { details: { limit_seconds: seconds } },
  );
}
