import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { createDatabase, type Database } from '../../../infra/local/oracle/database.ts';
import type { Version } from '../../../infra/local/oracle/release.ts';
import { type OracleServer, startOracle } from '../../../infra/local/oracle/server.ts';
import type { PlannedColumn } from '../../../shared/domain/column.ts';
import { planColumns } from '../../../shared/domain/plan-columns.ts';
import type { CircuitOptions } from '../../../shared/oracle/breaker.ts';
import { createOracleSource } from '../../../shared/oracle/source.ts';
import { oracleSettings } from '../../../shared/oracle-config.ts';
import type { OracleSource, Row, TableName } from '../../../shared/ports/oracle.ts';

export const silent = pino({ level: 'silent' });

export interface OracleFixture {
  readonly database: Database;
  readonly server: OracleServer;
  /** A source that the fixture closes. */
  open(settings?: SourceSettings): OracleSource;
}

interface SourceSettings {
  readonly user?: string;
  readonly password?: string;
  readonly connectString?: string;
  readonly callTimeoutSeconds?: number;
  readonly poolMax?: number;
  readonly inlineLobBytes?: number;
  readonly circuit?: CircuitOptions;
}

/**
 * One server for a test file. Its users: `ferry` may read V$DATABASE, `flashback` may call DBMS_FLASHBACK,
 * `reader` may do neither; all have the password `secret`.
 */
export function useOracle(version: Version = '23ai'): OracleFixture {
  const sources: OracleSource[] = [];
  const fixture = {
    database: createDatabase(),
    open(settings: SourceSettings = {}) {
      const source = openSource(fixture.server, settings);
      sources.push(source);
      return source;
    },
  } as OracleFixture & { server: OracleServer };

  beforeAll(async () => {
    fixture.server = await startOracle({
      database: fixture.database,
      version,
      users: [
        { user: 'ferry', password: 'secret', grants: ['V$DATABASE'] },
        { user: 'flashback', password: 'secret', grants: ['DBMS_FLASHBACK'] },
        { user: 'reader', password: 'secret' },
      ],
    });
  });
  afterAll(async () => {
    await Promise.all(sources.map((source) => source.close()));
    await fixture.server.close();
  });
  return fixture;
}

function openSource(server: OracleServer, settings: SourceSettings): OracleSource {
  return createOracleSource(
    oracleSettings.parse({
      connect_string: settings.connectString ?? server.connectString,
      user: settings.user ?? 'ferry',
      password: settings.password ?? 'secret',
      connect_timeout_seconds: 5,
      call_timeout_seconds: settings.callTimeoutSeconds ?? 30,
      inline_lob_bytes: settings.inlineLobBytes,
      pool_max: settings.poolMax,
    }),
    { action: 'test', log: silent, ...(settings.circuit && { circuit: settings.circuit }) },
  );
}

/** Creates `HR.<name>` with an ID and a text column, filled with `rows` rows. */
export function createNumbered(database: Database, name: string, rows: number): TableName {
  database.createTable({
    owner: 'HR',
    name,
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 10, scale: 0, nullable: false },
      { name: 'NAME', type: 'VARCHAR2', length: 40 },
    ],
  });
  database.insert(
    'HR',
    name,
    Array.from({ length: rows }, (_, index) => [index + 1, `row ${index + 1}`]),
  );
  return { owner: 'HR', table: name };
}

export async function planAll(source: OracleSource, table: TableName): Promise<PlannedColumn[]> {
  return planColumns(await source.describe(table), {});
}

export async function collect(batches: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}
