import oracledb from 'oracledb';
import { afterAll, beforeAll } from 'vitest';
import { createDatabase, type Database } from '../../../../infra/local/oracle/database.ts';
import type { Version } from '../../../../infra/local/oracle/release.ts';
import { type OracleServer, startOracle } from '../../../../infra/local/oracle/server.ts';

export const CREDENTIALS = { user: 'ferry', password: 'Straße_42' };

/** Fetches NUMBER columns as the driver's own decimal text. */
const NUMBERS_AS_TEXT: oracledb.ExecuteOptions = {
  fetchTypeHandler: (column) =>
    column.dbType === oracledb.DB_TYPE_NUMBER ? { type: oracledb.DB_TYPE_VARCHAR } : undefined,
};

export interface Fixture {
  database: Database;
  server: OracleServer;
  connect(overrides?: oracledb.ConnectionAttributes): Promise<oracledb.Connection>;
}

/** The releases that the core of the suite runs against. */
export const VERSIONS: Version[] = ['23ai', '19c'];

/** Starts one server for a test file, with a user that has every grant, and stops it at its end. */
export function useOracle(version: Version = '23ai'): Fixture {
  const fixture = {
    database: createDatabase(),
    connect: (overrides = {}) =>
      oracledb.getConnection({
        ...CREDENTIALS,
        connectString: fixture.server.connectString,
        ...overrides,
      }),
  } as Fixture;

  beforeAll(async () => {
    fixture.server = await startOracle({
      database: fixture.database,
      version,
      users: [
        { ...CREDENTIALS, grants: ['V$DATABASE', 'DBMS_FLASHBACK'] },
        { user: 'poor', password: 'poor' },
      ],
    });
  });
  afterAll(() => fixture.server.close());
  return fixture;
}

/** All rows of a query, fetched in batches of `size`. */
export async function fetchAll(
  connection: oracledb.Connection,
  sql: string,
  { binds = [], size = 100 }: { binds?: oracledb.BindParameters; size?: number } = {},
): Promise<unknown[][]> {
  const { resultSet } = await connection.execute<unknown[]>(sql, binds, {
    ...NUMBERS_AS_TEXT,
    resultSet: true,
    fetchArraySize: size,
  });
  if (!resultSet) throw new Error('a query returns a result set');
  const rows: unknown[][] = [];
  for (let batch = await resultSet.getRows(size); ; batch = await resultSet.getRows(size)) {
    rows.push(...batch);
    if (batch.length < size) break;
  }
  await resultSet.close();
  return rows;
}
