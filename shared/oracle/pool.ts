import oracledb from 'oracledb';
import { OraFerryError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { driverMode, type OracleConfig } from '../oracle-config.ts';
import type { OracleConnection } from '../ports/oracle.ts';
import { type Circuit, type CircuitOptions, createCircuit, noCircuit } from './breaker.ts';
import { thickConnectString } from './connect-string.ts';
import { prepareDriver } from './driver.ts';
import { translateHandshakeError } from './errors.ts';
import { sessionSettings } from './sql.ts';
import { findWalletFault } from './wallet.ts';

export interface PoolOptions {
  /** What the sessions are for, as V$SESSION.ACTION shows it to a DBA. */
  readonly action: string;
  /** Whom they work for, as V$SESSION.CLIENT_IDENTIFIER shows it; the action unless told. */
  readonly client?: string | undefined;
  readonly log: Logger;
  /** Most sessions at once; as configured unless told. */
  readonly poolMax?: number;
  /** Leaves Oracle alone for a while when it cannot be reached. Without it every call tries. */
  readonly circuit?: CircuitOptions;
}

export interface ConnectionPool {
  /** A session with our settings; waits while all are in use. Throws the driver's error, or what explains it. */
  connection(): Promise<oracledb.Connection>;
  readonly circuit: Circuit;
  /** What its sessions are for, where they are not told otherwise. */
  readonly action: string;
  /** After which the driver breaks a call. */
  readonly callTimeoutMs: number;
  /** The same for COUNT(*), which reads a whole table in one call. */
  readonly countTimeoutMs: number;
  sessions(): OracleConnection['pool'];
  /**
   * For when a connection does not even answer a break, so that its place would stay taken: later callers get a
   * new pool, present ones may finish in the old one.
   */
  abandon(): void;
  /** Ends all sessions, also those in use. */
  close(): Promise<void>;
}

/** Creates a pool that opens no session before the first is asked for. */
export function createPool(config: OracleConfig, options: PoolOptions): ConnectionPool {
  const { poolMax = config.pool_max, circuit, log } = options;
  let opening: Promise<oracledb.Pool> | undefined;
  let current: oracledb.Pool | undefined;
  let closing: Promise<unknown> | undefined;

  async function open(): Promise<oracledb.Pool> {
    prepareDriver(config);
    current = await oracledb.createPool(poolAttributes(config, { ...options, poolMax }));
    return current;
  }

  function opened(): Promise<oracledb.Pool> {
    opening ??= open().catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  return {
    async connection() {
      try {
        return await (await opened()).getConnection();
      } catch (error) {
        throw await explained(error, config);
      }
    },
    action: options.action,
    circuit: circuit ? createCircuit(circuit, log) : noCircuit,
    callTimeoutMs: callTimeoutOf(config),
    countTimeoutMs: Math.max(callTimeoutOf(config), config.count_timeout_seconds * 1_000),
    sessions: () => ({
      open: current?.connectionsOpen ?? 0,
      inUse: current?.connectionsInUse ?? 0,
      max: poolMax,
    }),
    abandon() {
      const lost = opening;
      opening = undefined;
      current = undefined;
      lost?.then((pool) => pool.close(config.call_timeout_seconds)).catch(() => undefined);
    },
    async close() {
      // A database that no longer answers must not keep a process from ending.
      closing ??= opening?.then((pool) => pool.close(0));
      await Promise.race([closing, elapsed(closeTimeoutMs)]);
    },
  };
}

const closeTimeoutMs = 5_000;

function poolAttributes(
  config: OracleConfig,
  options: PoolOptions & { readonly poolMax: number },
): oracledb.PoolAttributes {
  return {
    user: config.user,
    password: config.password,
    ...(driverMode(config) === 'thin'
      ? thinNetwork(config)
      : { connectString: thickConnectString(config) }),
    poolMin: Math.min(config.pool_min, options.poolMax),
    poolMax: options.poolMax,
    // Whoever waits is served as others finish, and each call is bounded by its own timeout.
    queueTimeout: 0,
    // Every connection proves itself before use. In Thin mode this is what replaces one that an abort or an error
    // left unusable, for there `close({ drop: true })` only returns it (node-oracledb, lib/thin/pool.js); in Thick
    // mode it ends the session (DPI_MODE_CONN_CLOSE_DROP).
    poolPingInterval: 0,
    sessionCallback(connection, _tag, done) {
      prepareSession(connection, config, options).then(() => done(), done);
    },
  };
}

/**
 * Only Thin mode takes these from the pool.
 * https://node-oracledb.readthedocs.io/en/latest/api_manual/oracledb.html#oracledb.createPool
 */
function thinNetwork(config: OracleConfig): oracledb.PoolAttributes {
  const wholeSeconds = Math.ceil(config.connect_timeout_seconds);
  return {
    connectString: config.connect_string,
    connectTimeout: wholeSeconds,
    transportConnectTimeout: wholeSeconds,
    // Minutes between TCP keep-alive probes, so that no firewall forgets an idle session.
    // https://node-oracledb.readthedocs.io/en/latest/user_guide/connection_handling.html
    expireTime: 2,
    ...(config.ssl_server_cert_dn && { sslServerCertDN: config.ssl_server_cert_dn }),
    ...(config.config_dir && { configDir: config.config_dir }),
    ...(config.wallet_location && { walletLocation: config.wallet_location }),
    ...(config.wallet_content && { walletContent: config.wallet_content }),
    ...(config.wallet_password && { walletPassword: config.wallet_password }),
  };
}

/**
 * In Thick mode the timeout needs Oracle Client 18 or later, and breaks travel out of band; where a network drops
 * those, sqlnet.ora needs DISABLE_OOB=ON.
 * https://node-oracledb.readthedocs.io/en/latest/user_guide/connection_handling.html#database-call-timeouts
 */
async function prepareSession(
  connection: oracledb.Connection,
  config: OracleConfig,
  { action, client = action, log }: PoolOptions,
): Promise<void> {
  connection.callTimeout = callTimeoutOf(config);
  connection.module = 'OraFerry';
  connection.action = shownAction(action);
  connection.clientId = shownAction(client);
  await connection.execute(sessionSettings);
  log.debug({ action }, 'Opened an Oracle session');
}

/** V$SESSION shows 64 bytes; names of tables may have more, and characters of several. */
export function shownAction(action: string): string {
  return Buffer.from(action)
    .subarray(0, 64)
    .toString()
    .replace(/\uFFFD$/, '');
}

/** TLS that failed, a file that is missing, or a connection that was closed while it was set up. */
const mayBeTheWallet = new Set(['NJS-500', 'NJS-505', 'NJS-506', 'NJS-512']);

async function explained(error: unknown, config: OracleConfig): Promise<unknown> {
  const { code } = Object(error) as { code?: unknown };
  if (driverMode(config) === 'thick' || !mayBeTheWallet.has(String(code))) return error;
  const fault = await findWalletFault(config);
  if (fault === undefined)
    return offersCertificate(config) ? translateHandshakeError(error) : error;
  return new OraFerryError('ORACLE_TLS_ERROR', fault, {
    cause: error,
    details: { oracle_code: code },
  });
}

function offersCertificate({ wallet_location, wallet_content }: OracleConfig): boolean {
  return (wallet_location ?? wallet_content) !== undefined;
}

function callTimeoutOf(config: OracleConfig): number {
  return Math.ceil(config.call_timeout_seconds * 1_000);
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
