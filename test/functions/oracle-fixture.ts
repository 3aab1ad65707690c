import { createDatabase, type Database } from '../../infra/local/oracle/database.ts';
import type { LocalUser } from '../../infra/local/oracle/privileges.ts';
import { type OracleServer, startOracle } from '../../infra/local/oracle/server.ts';
import { type Api, startApi } from './api.ts';

/** The API with a local Oracle behind it. */
export interface OracleApi extends Api {
  readonly database: Database;
  readonly oracle: OracleServer;
}

const everything: Omit<LocalUser, 'user' | 'password'> = {
  grants: [
    'V$DATABASE',
    'V$PARAMETER',
    'V$UNDOSTAT',
    'DBA_EXTENTS',
    'DBA_OBJECTS',
    'DBA_SEGMENTS',
    'REDACTION_POLICIES',
  ],
};

/** Starts it for a user FERRY who may read everything unless told otherwise. */
export async function startOracleApi(
  rights: Omit<LocalUser, 'user' | 'password'> = everything,
  database: Database = createDatabase(),
): Promise<OracleApi> {
  const user = { user: 'FERRY', password: 'secret' };
  const oracle = await startOracle({ database, users: [{ ...user, ...rights }] });
  const api = await startApi(
    {},
    {
      ORACLE_CONNECT_STRING: oracle.connectString,
      ORACLE_USER: user.user,
      ORACLE_PASSWORD: user.password,
    },
  );
  return {
    ...api,
    database,
    oracle,
    async close() {
      await api.close();
      await oracle.close();
    },
  };
}

/** `OWNER.NAME` with an ID and a NAME, and so many rows. */
export function createPeople(
  database: Database,
  owner: string,
  name: string,
  { rows = 3, ...more }: Partial<Parameters<Database['createTable']>[0]> & { rows?: number } = {},
): void {
  database.createTable({
    owner,
    name,
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 10, scale: 0, nullable: false },
      { name: 'NAME', type: 'VARCHAR2', length: 100 },
    ],
    ...more,
  });
  const values = Array.from({ length: rows }, (_, index) => [index + 1, `person ${index + 1}`]);
  database.insert(owner, name, values);
}
