import oracledb from 'oracledb';
import type { Config } from '../config.ts';
import type { Logger } from '../logging.ts';
import { sessionSettings } from './sql.ts';

export interface PoolOptions {
  /** What the sessions are for, as V$SESSION.ACTION and CLIENT_IDENTIFIER show it to a DBA. */
  readonly action: string;
  readonly log: Logger;
  /** Most sessions at once; 4 unless told. */
  readonly poolMax?: number;
}

export interface ConnectionPool {
  /** A session with our settings; waits while all are in use. Throws the driver's error. */
  connection(): Promise<oracledb.Connection>;
  /** After which the driver breaks a call. */
  readonly callTimeoutMs: number;
  /**
   * For when a connection does not even answer a break, so that its place would stay taken: later callers get a
   * new pool, present ones may finish in the old one.
   */
  abandon(): void;
  /** Ends all sessions, also those in use. */
  close(): Promise<void>;
}

/** Creates a pool that opens no session before the first is asked for. */
export function createPool(
  config: NonNullable<Config['oracle']>,
  options: PoolOptions,
): ConnectionPool {
  let pool: Promise<oracledb.Pool> | undefined;
  let closing: Promise<unknown> | undefined;

  function opened(): Promise<oracledb.Pool> {
    pool ??= oracledb.createPool(poolAttributes(config, options)).catch((error) => {
      pool = undefined;
      throw error;
    });
    return pool;
  }

  return {
    connection: async () => (await opened()).getConnection(),
    callTimeoutMs: callTimeoutOf(config),
    abandon() {
      const lost = pool;
      pool = undefined;
      lost?.then((open) => open.close(config.call_timeout_seconds)).catch(() => undefined);
    },
    async close() {
      // A database that no longer answers must not keep a process from ending.
      closing ??= pool?.then((open) => open.close(0));
      await Promise.race([closing, elapsed(closeTimeoutMs)]);
    },
  };
}

const closeTimeoutMs = 5_000;

function poolAttributes(
  config: NonNullable<Config['oracle']>,
  options: PoolOptions,
): oracledb.PoolAttributes {
  return {
    user: config.user,
    password: config.password,
    connectString: config.connect_string,
    poolMin: 0,
    poolMax: options.poolMax ?? 4,
    // Whoever waits is served as others finish, and each call is bounded by its own timeout.
    queueTimeout: 0,
    // Every connection proves itself before use. In Thin mode this is what replaces one that an abort or an error
    // left unusable, for there `close({ drop: true })` only returns it (node-oracledb, lib/thin/connection.js).
    poolPingInterval: 0,
    connectTimeout: config.connect_timeout_seconds,
    transportConnectTimeout: config.connect_timeout_seconds,
    // Minutes between TCP keep-alive probes, so that no firewall forgets an idle session.
    // https://node-oracledb.readthedocs.io/en/latest/user_guide/connection_handling.html
    expireTime: 2,
    sessionCallback(connection, _tag, done) {
      prepareSession(connection, config, options).then(() => done(), done);
    },
  };
}

async function prepareSession(
  connection: oracledb.Connection,
  config: NonNullable<Config['oracle']>,
  { action, log }: PoolOptions,
): Promise<void> {
  connection.callTimeout = callTimeoutOf(config);
  connection.module = 'OraFerry';
  // V$SESSION shows 64 bytes of each.
  connection.action = action.slice(0, 64);
  connection.clientId = action.slice(0, 64);
  await connection.execute(sessionSettings);
  log.debug({ action }, 'Opened an Oracle session');
}

function callTimeoutOf(config: NonNullable<Config['oracle']>): number {
  return Math.ceil(config.call_timeout_seconds * 1_000);
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
