import type { Config } from '../config.ts';
import { driverMode } from '../oracle-config.ts';
import type { OracleSource } from '../ports/oracle.ts';
import { describeTable, describeTables } from './catalog/describe.ts';
import { readFacts } from './catalog/facts.ts';
import { readIdentities } from './catalog/identities.ts';
import { listTables } from './catalog/list.ts';
import { readPolicies } from './catalog/policies.ts';
import { readSizes } from './catalog/sizes.ts';
import { countTable } from './count.ts';
import { createPool, type PoolOptions } from './pool.ts';
import { readRows } from './row-source.ts';
import { withSession } from './session.ts';
import { readCurrentScn } from './snapshot.ts';
import { divideTable } from './splits/divide.ts';

/**
 * Oracle through node-oracledb, as a pool of few sessions that opens none before it is used. In the driver's
 * Thin mode each session decodes on this process's main thread: whoever reads in parallel starts processes.
 */
export function createOracleSource(
  config: NonNullable<Config['oracle']>,
  options: PoolOptions,
): OracleSource {
  const pool = createPool(config, options);
  const form = { inlineLob: config.inline_lob_bytes, driver: driverMode(config) };
  return {
    ping: (signal) =>
      withSession(pool, { signal }, (session) =>
        session.call(async (connection) => {
          await connection.ping();
          return { version: connection.oracleServerVersionString };
        }),
      ),
    currentScn: (signal) => readCurrentScn(pool, signal),
    catalogue: {
      describe: (tables, signal) => describeTables(pool, tables, signal),
      list: (filter, page, signal) => listTables(pool, filter, page, signal),
      policies: (tables, signal) => readPolicies(pool, tables, signal),
      identities: (tables, signal) => readIdentities(pool, tables, signal),
      sizes: (tables, signal) => readSizes(pool, tables, signal),
      facts: (signal) => readFacts(pool, signal),
    },
    describe: (table, signal) => describeTable(pool, table, signal),
    count: (table, choice, signal) => countTable(pool, table, choice, signal),
    rows: (query, signal) => pool.circuit.stream(() => readRows(pool, query, signal, form), signal),
    divide: (request, signal) => divideTable(pool, request, signal),
    connection: () => ({
      driver: driverMode(config),
      circuit: pool.circuit.state(),
      pool: pool.sessions(),
    }),
    close: () => pool.close(),
  };
}
