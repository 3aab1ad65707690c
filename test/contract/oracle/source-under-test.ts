import { beforeAll } from 'vitest';
import type { LocalColumn, LocalTable, Value } from '../../../infra/local/oracle/database.ts';
import { createOracleSource } from '../../../shared/oracle/source.ts';
import type { OracleConfig } from '../../../shared/oracle-config.ts';
import type { OracleSource, TableName } from '../../../shared/ports/oracle.ts';
import { silent } from '../../shared/oracle/fixture.ts';
import type { SourceDatabase } from '../../support/source-database.ts';

/** A database with sources on it, for the tests of a describe block. */
export interface SourceUnderTest {
  /** There from the first test on. */
  database(): SourceDatabase;
  /** A source that is closed behind the last test. */
  open(settings?: Partial<OracleConfig>): OracleSource;
  /** A table with rows; of a name of its own unless told. */
  createTable(
    columns: LocalColumn[],
    rows: readonly (readonly Value[])[],
    more?: Partial<LocalTable>,
  ): Promise<TableName>;
  /** A table with the IDs 1 … n and the texts `row 1` … */
  createNumbered(rows: number, more?: Partial<LocalTable>): Promise<TableName>;
}

export const live = new AbortController().signal;

export const id: LocalColumn = {
  name: 'ID',
  type: 'NUMBER',
  precision: 10,
  scale: 0,
  nullable: false,
};

export function useSource(openDatabase: () => Promise<SourceDatabase>): SourceUnderTest {
  const sources: OracleSource[] = [];
  let database: SourceDatabase;
  let tables = 0;

  beforeAll(async () => {
    database = await openDatabase();
    return async () => {
      await Promise.all(sources.map((source) => source.close()));
      await database.close();
    };
  });

  return {
    database: () => database,
    open(settings = {}) {
      const config = { ...database.config, ...settings };
      const source = createOracleSource(config, { action: 'test', log: silent });
      sources.push(source);
      return source;
    },
    async createTable(columns, rows, more = {}) {
      const table = { name: `T${++tables}`, ...more, columns };
      await database.createTable(table);
      await database.insert(table.name, rows);
      return { owner: database.owner, table: table.name };
    },
    createNumbered(rows, more) {
      const columns: LocalColumn[] = [id, { name: 'NAME', type: 'VARCHAR2', length: 40 }];
      return this.createTable(columns, numbered(1, rows), more);
    },
  };
}

/** Rows with the IDs from `first` on. */
export function numbered(first: number, count: number): Value[][] {
  return Array.from({ length: count }, (_, at) => [first + at, `row ${first + at}`]);
}
