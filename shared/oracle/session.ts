import type oracledb from 'oracledb';
import type { TableName } from '../ports.ts';
import { translateOracleError } from './errors.ts';
import type { ConnectionPool } from './pool.ts';

/** A pooled connection for the time of one piece of work. */
export interface Session {
  /** Runs one call. Throws our translation of its error, or the signal's reason once that has aborted. */
  call<T>(start: (connection: oracledb.Connection) => Promise<T>): Promise<T>;
}

export interface SessionOptions {
  /** Named in errors. */
  readonly table?: TableName;
  readonly signal?: AbortSignal;
}

/** An Oracle that does not answer a break within this time is given up. */
const breakTimeoutMs = 2_000;

const never = new AbortController().signal;

/**
 * Lends a session to the work. An abort breaks the running call at once. The connection goes back to the pool
 * when all went well; after any error, abort or unfinished call it is closed.
 */
export async function withSession<T>(
  pool: ConnectionPool,
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { session, release } = await openSession(pool, options);
  try {
    return await work(session);
  } finally {
    await release();
  }
}

/**
 * As withSession, for work that is no single function; `release` must be called. Its argument runs when no call
 * is under way any more and the connection is still ours.
 */
export async function openSession(
  pool: ConnectionPool,
  { table, signal = never }: SessionOptions,
): Promise<{ session: Session; release: (tidy?: () => Promise<void>) => Promise<void> }> {
  signal.throwIfAborted();
  const connection = await connect(pool, signal, table);
  let running: Promise<unknown> | undefined;
  let spoiled = false;

  const interrupt = () => {
    if (running) connection.break().catch(() => undefined);
  };
  signal.addEventListener('abort', interrupt);

  async function call<R>(start: (connection: oracledb.Connection) => Promise<R>): Promise<R> {
    signal.throwIfAborted();
    const started = start(connection);
    running = started;
    try {
      return await orAbandoned(started, signal);
    } catch (error) {
      spoiled = true;
      signal.throwIfAborted();
      throw translateOracleError(error, table);
    } finally {
      running = undefined;
    }
  }

  async function release(tidy?: () => Promise<void>): Promise<void> {
    signal.removeEventListener('abort', interrupt);
    const unfinished = running;
    if (unfinished && !signal.aborted) interrupt();
    await Promise.race([unfinished?.catch(() => undefined), elapsed(breakTimeoutMs)]);
    await tidy?.().catch(() => undefined);
    const drop = spoiled || unfinished !== undefined || signal.aborted;
    await Promise.race([closeQuietly(connection, drop), elapsed(breakTimeoutMs)]);
  }

  return { session: { call }, release };
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

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return orAbandoned(promise, signal, 0);
}

/** The promise, unless the signal aborts and the promise has not settled some time after that. */
async function orAbandoned<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  graceMs: number = breakTimeoutMs,
): Promise<T> {
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const abandon = () => {
    timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  signal.addEventListener('abort', abandon, { once: true });
  try {
    return await Promise.race([promise, abandoned]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abandon);
  }
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
