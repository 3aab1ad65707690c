import type { LocalTable, Value } from '../../infra/local/oracle/database.ts';
import type { Config } from '../../shared/config.ts';
import { realEnvironment } from './source-database/environment.ts';
import { openLocalDatabase } from './source-database/local.ts';
import { openRealDatabase } from './source-database/real.ts';

/** The database under test, with what a test needs to fill it. */
export interface SourceDatabase {
  readonly isReal: boolean;
  /** ORACLE_CONNECT_STRING, ORACLE_USER, ORACLE_PASSWORD … for product code under test. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settings for createOracleSource. */
  readonly config: NonNullable<Config['oracle']>;
  /** The schema in which tests create tables; it is our user's own. */
  readonly owner: string;
  /** E.g. 23 or 19; JSON, BOOLEAN and VECTOR columns need 23. */
  readonly release: number;
  /** As the local server's LocalTable without owner; an existing one of that name is replaced. */
  createTable(table: Omit<LocalTable, 'owner'>): Promise<void>;
  /** Another name, in the same schema, for a table of it. */
  createSynonym(name: string, table: string): Promise<void>;
  /** Values in the text forms of the local server (infra/local/oracle/README.md); commits. */
  insert(table: string, rows: readonly (readonly Value[])[]): Promise<void>;
  /** Deletes all rows and commits. */
  deleteRows(table: string): Promise<void>;
  /** Drops what it created. */
  close(): Promise<void>;
}

/**
 * The real Oracle that the variables ORACLE_TEST_… name or, without them, the local server as release 23ai. Only
 * integration tests use it: they run one after the other, and `npm run test:oracle` finds them by this import.
 */
export async function openSourceDatabase(): Promise<SourceDatabase> {
  const real = realEnvironment(process.env);
  return real ? openRealDatabase(real) : openLocalDatabase('23ai');
}

/** By name: the local server in both releases that it knows and, when there is one, the real Oracle. */
export function eachSourceDatabase(): [name: string, open: () => Promise<SourceDatabase>][] {
  const real = realEnvironment(process.env);
  const databases: ReturnType<typeof eachSourceDatabase> = [
    ['the local Oracle as 23ai', () => openLocalDatabase('23ai')],
    ['the local Oracle as 19c', () => openLocalDatabase('19c')],
  ];
  if (real) databases.push(['a real Oracle', () => openRealDatabase(real)]);
  return databases;
}
