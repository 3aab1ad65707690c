import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  type IHalfOpenAfterBackoffContext,
} from 'cockatiel';
import { OraFerryError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { OracleConnection } from '../ports/oracle.ts';
import { isUnreachable } from './errors.ts';

export interface CircuitOptions {
  /** Failures to reach Oracle, one after another, that open the circuit; 5 unless told. */
  readonly failures?: number;
  /** How long Oracle is then left alone; 30,000 unless told. */
  readonly openMs?: number;
  /**
   * From the beginning until the first success, but no longer than this, failures do not count: the network of a
   * new instance may take more than a minute to come up. 120,000 unless told.
   * https://cloud.google.com/run/docs/configuring/vpc-direct-vpc
   */
  readonly startUpMs?: number;
}

export interface Circuit {
  /** Throws ORACLE_CIRCUIT_OPEN at once while the circuit is open, else what the operation throws. */
  run<T>(operation: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** The stream, whose first batch decides whether Oracle could be reached. */
  stream<T>(open: () => AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T>;
  state(): OracleConnection['circuit'];
}

/**
 * A circuit breaker for processes that live on after a failure. It opens when Oracle cannot be reached, never when
 * Oracle answers, if only to refuse. When its time is over one caller tries; those who come meanwhile wait for how
 * that ends.
 */
export function createCircuit(options: CircuitOptions, log: Logger): Circuit {
  const { failures = 5, openMs = 30_000, startUpMs = 120_000 } = options;
  const begun = performance.now();
  let hasSucceeded = false;
  let openUntil = 0;
  const counts = (error: unknown): boolean =>
    error instanceof Abandoned
      ? breaker.state === CircuitState.HalfOpen
      : isUnreachable(error) && (hasSucceeded || performance.now() - begun >= startUpMs);
  const breaker = circuitBreaker(handleWhen(counts), {
    breaker: new ConsecutiveBreaker(failures),
    halfOpenAfter: new DelegateBackoff(({ result }: IHalfOpenAfterBackoffContext) =>
      isAbandoned(result) ? 0 : openMs,
    ),
  });
  breaker.onBreak((reason) => {
    // An attempt that was given up says nothing of Oracle, and the next caller makes another.
    if (isAbandoned(reason)) return;
    openUntil = Date.now() + openMs;
    log.warn(
      { failures, open_ms: openMs },
      'Oracle cannot be reached; it is left alone for a while',
    );
  });
  breaker.onReset(() => log.info('Oracle can be reached again'));

  async function run<T>(operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    let isWaiting = true;
    const begin = () => {
      isWaiting = false;
      return orAbandoned(operation, signal);
    };
    try {
      const running = breaker.execute(begin, signal);
      const result = await unlessAborted(running, () => isWaiting, signal);
      hasSucceeded = true;
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof BrokenCircuitError ? circuitOpen(openUntil) : error;
    }
  }

  async function* stream<T>(open: () => AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
    const batches = open()[Symbol.asyncIterator]();
    try {
      let next = await run(() => batches.next(), signal);
      while (!next.done) {
        yield next.value;
        next = await batches.next();
      }
    } finally {
      await batches.return?.();
    }
  }

  return { run, stream, state: () => stateOf(breaker.state, openUntil) };
}

/** A call whose caller gave up. */
class Abandoned extends Error {}

function isAbandoned(reason: object): boolean {
  return 'error' in reason && reason.error instanceof Abandoned;
}

async function orAbandoned<T>(operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    signal?.throwIfAborted();
    return await operation();
  } catch (error) {
    throw signal?.aborted ? new Abandoned('The caller gave up.') : error;
  }
}

/** The result, or the reason of an abort that comes while nothing but waiting is being done. */
async function unlessAborted<T>(
  running: Promise<T>,
  isWaiting: () => boolean,
  signal?: AbortSignal,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => {
    if (isWaiting()) reject(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([running, aborted]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** For processes whose retries have a budget of their own. */
export const noCircuit: Circuit = {
  run: (operation) => operation(),
  stream: (open) => open(),
  state: () => 'closed',
};

function circuitOpen(until: number): OraFerryError {
  const seconds = Math.max(Math.ceil((until - Date.now()) / 1_000), 1);
  return new OraFerryError(
    'ORACLE_CIRCUIT_OPEN',
    `Oracle could not be reached several times in a row; the next attempt is made in ${seconds} s.`,
    { details: { retry_after_seconds: seconds } },
  );
}

/** An open circuit whose time is over lets the next call through, so it counts as half open. */
function stateOf(state: CircuitState, openUntil: number): OracleConnection['circuit'] {
  if (state === CircuitState.Closed) return 'closed';
  const isOpen = state === CircuitState.Open && Date.now() < openUntil;
  return isOpen ? 'open' : 'half-open';
}
