import { setTimeout as sleep } from 'node:timers/promises';
import type oracledb from 'oracledb';
import { pino } from 'pino';
import { loadConfig, requireOracle } from '../../../shared/config.ts';
import { createPool } from '../../../shared/oracle/pool.ts';
import type { SourceDatabase, TestTable } from './database.ts';
import { createStatements, dropStatements, qualified } from './ddl.ts';
import { executeInsert, insertStatements } from './inserts.ts';

/**
 * A real Oracle, by the variables that realEnvironment found; its user was made by infra/oracle/test-schema.sql.
 * Two users of one schema would disturb each other: files of tests run one after the other.
 */
export async function openRealDatabase(
  environment: Readonly<Record<string, string>>,
): Promise<SourceDatabase> {
  const config = requireOracle(loadConfig({ ...surroundings, ...environment }));
  const pool = createPool(config, { action: 'tests', log: pino({ level: 'silent' }) });
  const tables = new Map<string, TestTable>();
  const synonyms = new Set<string>();

  async function use<T>(work: (connection: oracledb.Connection) => Promise<T>): Promise<T> {
    const connection = await pool.connection();
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  const { owner, release } = await use(describeServer);
  return {
    isReal: true,
    environment,
    config,
    owner,
    release,
    createTable: (table) =>
      use(async (connection) => {
        await drop(connection, dropStatements(owner, table.name));
        tables.set(table.name, table);
        for (const sql of createStatements(owner, table)) await connection.execute(sql);
        await settle(connection, qualified(owner, table.name));
      }),
    async createSynonym(name, table) {
      const [synonym, target] = [qualified(owner, name), qualified(owner, table)];
      synonyms.add(synonym);
      await use((connection) =>
        connection.execute(`CREATE OR REPLACE SYNONYM ${synonym} FOR ${target}`),
      );
    },
    async insert(name, rows) {
      const table = tables.get(name);
      if (!table) throw new Error(`there is no table ${name}`);
      for (const statement of insertStatements(owner, table, rows)) {
        await use((connection) => executeInsert(connection, statement));
      }
    },
    async deleteRows(table) {
      const sql = `DELETE FROM ${qualified(owner, table)}`;
      await use((connection) => connection.execute(sql, [], { autoCommit: true }));
    },
    async close() {
      const statements = [
        ...Array.from(synonyms, (synonym) => `DROP SYNONYM ${synonym}`),
        ...[...tables.keys()].flatMap((name) => dropStatements(owner, name)),
      ];
      await use((connection) => drop(connection, statements));
      await pool.close();
    },
  };
}

/** What the configuration asks for besides Oracle. */
const surroundings = {
  GOOGLE_CLOUD_PROJECT: 'test',
  ORAFERRY_REGION: 'test',
  ORAFERRY_BUCKETS: 'test',
};

/** https://node-oracledb.readthedocs.io/en/latest/api_manual/connection.html#connection.oracleServerVersion */
async function describeServer(connection: oracledb.Connection) {
  const { rows } = await connection.execute<[string]>('SELECT USER FROM DUAL');
  const owner = rows?.[0]?.[0] ?? '';
  return { owner, release: Math.floor(connection.oracleServerVersion / 100_000_000) };
}

/** Drops what there is. https://docs.oracle.com/en/error-help/db/ora-00942/, ora-01434 */
async function drop(connection: oracledb.Connection, statements: readonly string[]) {
  for (const sql of statements) {
    await connection.execute(sql).catch((error: unknown) => {
      if (!['ORA-00942', 'ORA-01434'].includes(codeOf(error))) throw error;
    });
  }
}

const settleAttempts = 60;

/**
 * The past of a table cannot be read before the clock by which Oracle finds SCNs, which ticks every three seconds,
 * has passed the table's creation. https://docs.oracle.com/en/error-help/db/ora-01466/
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/TIMESTAMP_TO_SCN.html
 */
async function settle(connection: oracledb.Connection, table: string): Promise<void> {
  const sql = `SELECT COUNT(*) FROM ${table} AS OF SCN TIMESTAMP_TO_SCN(SYSTIMESTAMP)`;
  for (let attempt = 1; ; attempt++) {
    try {
      await connection.execute(sql);
      return;
    } catch (error) {
      if (codeOf(error) !== 'ORA-01466' || attempt === settleAttempts) throw error;
      await sleep(1_000);
    }
  }
}

function codeOf(error: unknown): string {
  return String(Object(error).code);
}
