import oracledb from 'oracledb';
import { afterAll, beforeAll } from 'vitest';
import {
  createDatabase,
  type Database,
  type LocalColumn,
  type Value,
} from '../../../../infra/local/oracle/database.ts';
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

type ColumnType = Omit<LocalColumn, 'name'>;

/** A server with a connection for tests of types: each call makes a table of one column, "C". */
export function useColumn(version?: Version) {
  const oracle = useOracle(version);
  let connection: oracledb.Connection;
  let tables = 0;
  beforeAll(async () => {
    connection = await oracle.connect();
  });
  afterAll(() => connection.close());

  /** Returns the table's name. */
  function store(column: ColumnType, values: readonly Value[]): string {
    const name = `T${++tables}`;
    oracle.database.createTable({ owner: 'C', name, columns: [{ ...column, name: 'C' }] });
    const rows = values.map((value) => [value]);
    oracle.database.insert('C', name, rows);
    return name;
  }
  async function select<T = unknown>(
    items: string,
    table: string,
    options: oracledb.ExecuteOptions = {},
  ): Promise<T[][]> {
    const sql = `SELECT ${items} FROM "C"."${table}"`;
    const { rows } = await connection.execute<T[]>(sql, [], { fetchArraySize: 7, ...options });
    return rows ?? [];
  }
  return {
    database: oracle.database,
    connection: () => connection,
    store,
    select,
    /** Stores values and reads them back by an expression. */
    async roundTrip(
      column: ColumnType,
      values: readonly Value[],
      expression = '"C"',
      options: oracledb.ExecuteOptions = {},
    ): Promise<unknown[]> {
      return (await select(expression, store(column, values), options)).map(([value]) => value);
    },
  };
}

/** Fetches a LOB, JSON or a VECTOR whole, as text or bytes. */
export const WHOLE: oracledb.ExecuteOptions = {
  fetchTypeHandler: ({ dbType }) => {
    if (dbType === oracledb.DB_TYPE_BLOB) return { type: oracledb.DB_TYPE_RAW };
    return AS_TEXT.has(dbType) ? { type: oracledb.DB_TYPE_VARCHAR } : undefined;
  },
};

const AS_TEXT = new Set<oracledb.DbType | undefined>([
  oracledb.DB_TYPE_CLOB,
  oracledb.DB_TYPE_NCLOB,
  oracledb.DB_TYPE_JSON,
  oracledb.DB_TYPE_VECTOR,
  oracledb.DB_TYPE_NUMBER,
]);
