import type { LocalTable, Value } from '../../../infra/local/oracle/database.ts';
import type { OracleConfig } from '../../../shared/oracle-config.ts';

/** A table as tests hand it in; the owner is the test's user. */
export type TestTable = Omit<LocalTable, 'owner'>;

/** The database under test, with what a test needs to fill it. */
export interface SourceDatabase {
  readonly isReal: boolean;
  /** ORACLE_CONNECT_STRING, ORACLE_USER, ORACLE_PASSWORD … for product code under test. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settings for createOracleSource. */
  readonly config: OracleConfig;
  /** The schema in which tests create tables; it is our user's own. */
  readonly owner: string;
  /** E.g. 23 or 19; JSON, BOOLEAN and VECTOR columns need 23. */
  readonly release: number;
  /** As the local server's LocalTable without owner; an existing one of that name is replaced. */
  createTable(table: TestTable): Promise<void>;
  /** Another name, in the same schema, for a table of it. */
  createSynonym(name: string, table: string): Promise<void>;
  /** Values in the text forms of the local server (infra/local/oracle/README.md); commits. */
  insert(table: string, rows: readonly (readonly Value[])[]): Promise<void>;
  /** Deletes all rows and commits. */
  deleteRows(table: string): Promise<void>;
  /** Drops what it created. */
  close(): Promise<void>;
}
