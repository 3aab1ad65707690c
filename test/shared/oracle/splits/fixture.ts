import { afterAll, beforeAll } from 'vitest';
import {
  createDatabase,
  type Database,
  type LocalTable,
} from '../../../../infra/local/oracle/database.ts';
import type { LocalUser } from '../../../../infra/local/oracle/privileges.ts';
import { type OracleServer, startOracle } from '../../../../infra/local/oracle/server.ts';
import { planColumns } from '../../../../shared/domain/plan-columns.ts';
import { createOracleSource } from '../../../../shared/oracle/source.ts';
import { oracleSettings } from '../../../../shared/oracle-config.ts';
import type { OracleSource, Row, SplitLayout, TableName } from '../../../../shared/ports/oracle.ts';
import { collect, silent } from '../fixture.ts';

export const live = new AbortController().signal;

/** By what each may do, those whose rights lead to the ways of the same names. */
const users: readonly LocalUser[] = [
  { user: 'extents', grants: ['V$DATABASE', 'DBA_EXTENTS', 'DBA_OBJECTS', 'DBA_SEGMENTS'] },
  { user: 'half', grants: ['V$DATABASE', 'DBA_EXTENTS'] },
  { user: 'chunks', grants: ['V$DATABASE', 'DBMS_PARALLEL_EXECUTE'] },
  { user: 'samples', grants: ['V$DATABASE'] },
  { user: 'now', grants: ['V$DATABASE'], tables: { 'HR.PRESENT': ['SELECT'] } },
].map((user) => ({ ...user, password: 'secret' }) as LocalUser);

export interface SplitFixture {
  readonly database: Database;
  readonly server: OracleServer;
  open(user: string): OracleSource;
}

/** A server for a test file, with one source for each user. */
export function useSplits(options: { isStandby?: boolean } = {}): SplitFixture {
  const sources = new Map<string, OracleSource>();
  const fixture = {
    database: createDatabase(),
    open(user: string) {
      const source = sources.get(user) ?? openSource(fixture.server, user);
      sources.set(user, source);
      return source;
    },
  } as SplitFixture & { server: OracleServer };
  beforeAll(async () => {
    fixture.server = await startOracle({ database: fixture.database, users, ...options });
  });
  afterAll(async () => {
    await Promise.all([...sources.values()].map((source) => source.close()));
    await fixture.server.close();
  });
  return fixture;
}

function openSource(server: OracleServer, user: string): OracleSource {
  const settings = { connect_string: server.connectString, user, password: 'secret', pool_max: 1 };
  return createOracleSource(oracleSettings.parse(settings), { action: 'test', log: silent });
}

let tables = 0;

/** Creates a table of ID and TEXT; both are text in what comes back. */
export function createTable(
  database: Database,
  rows: readonly (readonly [string | null, string | null])[],
  more: Partial<LocalTable> = {},
): TableName {
  const name = more.name ?? `T${++tables}`;
  const columns: LocalTable['columns'] = [
    { name: 'ID', type: 'NUMBER' },
    { name: 'TEXT', type: 'VARCHAR2', length: 4_000 },
  ];
  database.createTable({ owner: 'HR', columns, ...more, name });
  if (rows.length > 0) database.insert('HR', name, rows);
  return { owner: 'HR', table: name };
}

/** Rows with the numbers from 1 on. */
export function numbered(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [String(index + 1), `row ${index + 1}`]);
}

/** The layout that a user gets for a table as it is now. */
export async function divide(source: OracleSource, table: TableName, splits: number) {
  const { kind, columns } = await source.describe(table);
  const scn = await source.currentScn();
  const layout = await source.divide({ ...table, kind, scn, splits });
  return { layout, scn, columns: planColumns({ ...table, columns }, {}) };
}

/** The rows of each range in turn. */
export async function readAll(
  source: OracleSource,
  query: { table: TableName; columns: ReturnType<typeof planColumns>; scn: string },
  layout: SplitLayout,
): Promise<Row[][]> {
  const { table, ...rest } = query;
  const found: Row[][] = [];
  for (const range of layout.ranges) {
    found.push(await collect(source.rows({ ...table, ...rest, range }, live)));
  }
  return found;
}

/** Rows in an order of their own, to compare them as a multiset. */
export function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}
