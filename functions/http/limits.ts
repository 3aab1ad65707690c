import type { ServerResponse } from 'node:http';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../../shared/config.ts';
import { OraFerryError } from '../../shared/errors.ts';

const windowSeconds = 60;
const streamRetrySeconds = 10;

/** What one instance grants its callers; the whole service grants as much for each of its instances. */
export interface Limits {
  /** Counts a call of somebody known. Throws RATE_LIMITED. */
  countKnown(principalId: string, res: ServerResponse): Promise<void>;
  /** Counts a call of somebody unknown. Throws RATE_LIMITED. */
  countUnknown(address: string, res: ServerResponse): Promise<void>;
  /** Counts an event stream until its response is closed. Throws RATE_LIMITED. */
  holdStream(principalId: string, res: ServerResponse): void;
}

export function createLimits({ limits }: Config): Limits {
  const known = createCounter('caller', limits.requests_per_minute);
  const unknown = createCounter('address', limits.anonymous_requests_per_minute);
  const streams = new Map<string, number>();

  function holdStream(principalId: string, res: ServerResponse): void {
    const open = streams.get(principalId) ?? 0;
    if (open >= limits.streams) throw tooManyStreams(limits.streams);
    // Of a caller who has gone already, no end is announced any more.
    if (res.closed) return;
    streams.set(principalId, open + 1);
    res.once('close', () => {
      const left = (streams.get(principalId) ?? 1) - 1;
      if (left > 0) streams.set(principalId, left);
      else streams.delete(principalId);
    });
  }

  return { countKnown: known, countUnknown: unknown, holdStream };
}

/**
 * Counts in windows that begin with a caller's first call, and says so in each answer:
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
function createCounter(policy: string, quota: number) {
  const limiter = new RateLimiterMemory({ points: quota, duration: windowSeconds });
  return async (caller: string, res: ServerResponse): Promise<void> => {
    const { state, isRefused } = await limiter.consume(caller).then(
      (granted) => ({ state: granted, isRefused: false }),
      (refused) => ({ state: requireState(refused), isRefused: true }),
    );
    const resetSeconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
    res.setHeader('RateLimit-Policy', `"${policy}";q=${quota};w=${windowSeconds}`);
    res.setHeader('RateLimit', `"${policy}";r=${state.remainingPoints};t=${resetSeconds}`);
    if (isRefused) throw tooManyCalls(quota, resetSeconds);
  };
}

/** The limiter rejects with its state; anything else is a fault. */
function requireState(rejection: unknown): RateLimiterRes {
  if (rejection instanceof RateLimiterRes) return rejection;
  throw rejection;
}

function tooManyCalls(quota: number, resetSeconds: number): OraFerryError {
  return new OraFerryError('RATE_LIMITED', `More than ${quota} calls came within a minute.`, {
    details: { limit: quota, retry_after_seconds: resetSeconds },
  });
}

function tooManyStreams(limit: number): OraFerryError {
  return new OraFerryError('RATE_LIMITED', `The caller holds ${limit} event streams already.`, {
    details: { streams: limit, retry_after_seconds: streamRetrySeconds },
  });
}
