import type oracledb from 'oracledb';
import { OraFerryError } from '../errors.ts';
import type { TableName } from '../ports/oracle.ts';
import { translateOracleError } from './errors.ts';
import { type ConnectionPool, shownAction } from './pool.ts';

/** A pooled connection for the time of one piece of work. */
export interface Session {
  /** Runs one call. Throws our translation of its error, or the signal's reason once that has aborted. */
  call<T>(start: (connection: oracledb.Connection) => Promise<T>): Promise<T>;
  /** Gives the calls of the work another limit than the pool's. */
  within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T>;
  /**
   * Has something done before the connection goes back, whatever becomes of the work: when no call is under way any
   * more, and if the connection is still ours. What is asked for last is done first.
   */
  atEnd(tidy: Tidy): void;
}

export interface SessionOptions {
  /** Named in errors. */
  readonly table?: TableName;
  readonly signal?: AbortSignal | undefined;
  /** What V$SESSION.ACTION shows meanwhile; what the pool is for unless told. */
  readonly action?: string | undefined;
}

type Tidy = (connection: oracledb.Connection) => Promise<unknown>;

/** A connection that does not answer a break within this time is lost, though nothing says so. */
const breakTimeoutMs = 2_000;

const never = new AbortController().signal;

/**
 * Lends a session to the work. An abort breaks the running call at once. The connection is offered to the next
 * caller only after it answered. The work must not ask for a second session: the pool may have no more, and its
 * circuit, when half open, lets only one caller through.
 */
export function withSession<T>(
  pool: ConnectionPool,
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return pool.circuit.run(async () => {
    const { session, release } = await openSession(pool, options);
    try {
      return await work(session);
    } finally {
      await release();
    }
  }, options.signal);
}

/**
 * As withSession, for work that is no single function, and past the circuit; `release` must be called.
 */
export async function openSession(
  pool: ConnectionPool,
  { table, signal = never, action = pool.action }: SessionOptions,
): Promise<{ session: Session; release: () => Promise<void> }> {
  signal.throwIfAborted();
  const connection = await connect(pool, signal, table);
  // Travels with the next call, whoever had the session before.
  connection.action = shownAction(action);
  let running: Promise<unknown> | undefined;
  const tidies: Tidy[] = [];
  let spoiled = false;
  let timeoutMs = pool.callTimeoutMs;

  const interrupt = () => {
    if (running) connection.break().catch(() => undefined);
  };
  signal.addEventListener('abort', interrupt);

  async function call<R>(start: (connection: oracledb.Connection) => Promise<R>): Promise<R> {
    signal.throwIfAborted();
    const started = start(connection);
    running = started;
    const settled = () => {
      running = undefined;
    };
    started.then(settled, settled);
    try {
      return await bounded(started, signal, timeoutMs);
    } catch (error) {
      spoiled = true;
      signal.throwIfAborted();
      throw translateOracleError(error, table);
    }
  }

  const limitCalls = (ms: number) => {
    timeoutMs = ms;
    connection.callTimeout = ms;
  };

  async function within<R>(ms: number, work: () => Promise<R>): Promise<R> {
    limitCalls(ms);
    try {
      return await work();
    } finally {
      limitCalls(pool.callTimeoutMs);
    }
  }

  async function release(): Promise<void> {
    signal.removeEventListener('abort', interrupt);
    if (!signal.aborted) interrupt();
    spoiled ||= running !== undefined || signal.aborted;
    await Promise.race([running?.catch(() => undefined), elapsed(breakTimeoutMs)]);
    const lost = running !== undefined;
    if (lost) pool.abandon();
    else if (!(await tidied(connection, tidies))) spoiled = true;
    // A lost connection is closed when, and if, its last call ends.
    await Promise.race([closeQuietly(connection, spoiled), elapsed(lost ? 0 : breakTimeoutMs)]);
  }

  const session = { call, within, atEnd: (tidy: Tidy) => void tidies.unshift(tidy) };
  return { session, release };
}

/** Whether all of it could be done. */
async function tidied(connection: oracledb.Connection, tidies: readonly Tidy[]): Promise<boolean> {
  let isTidy = true;
  for (const tidy of tidies) {
    await tidy(connection).catch(() => {
      isTidy = false;
    });
  }
  return isTidy;
}

/** Waits for a connection, but not beyond an abort; one that comes too late goes straight back. */
async function connect(
  pool: ConnectionPool,
  signal: AbortSignal,
  table?: TableName,
): Promise<oracledb.Connection> {
  const connecting = pool.connection();
  try {
    return await orAborted(connecting, signal);
  } catch (error) {
    if (!signal.aborted) throw translateOracleError(error, table);
    connecting.then(
      (late) => closeQuietly(late, false),
      () => undefined,
    );
    throw error;
  }
}

/** The connection's fate does not matter to whoever is done with it. */
async function closeQuietly(connection: oracledb.Connection, drop: boolean): Promise<void> {
  await connection.close({ drop }).catch(() => undefined);
}

/**
 * The call, or an error when it settles neither within the driver's own timeout nor some time after a break.
 * The driver would wait for ever: its timeout, too, is a break.
 */
async function bounded<T>(call: Promise<T>, signal: AbortSignal, timeoutMs: number): Promise<T> {
  const { promise: given, reject: giveUp } = Promise.withResolvers<never>();
  const silent = () => giveUp(new OraFerryError('ORACLE_CONNECTION_ERROR', 'Oracle fell silent.'));
  const timers = [setTimeout(silent, timeoutMs + breakTimeoutMs)];
  const onAbort = () => timers.push(setTimeout(() => giveUp(signal.reason), breakTimeoutMs));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([call, given]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** The promise, but no longer than until the abort. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
