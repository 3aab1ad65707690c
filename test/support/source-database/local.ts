import { createDatabase } from '../../../infra/local/oracle/database.ts';
import type { Version } from '../../../infra/local/oracle/release.ts';
import { startOracle } from '../../../infra/local/oracle/server.ts';
import { oracleSettings } from '../../../shared/oracle-config.ts';
import type { SourceDatabase } from './database.ts';

const user = 'FERRY';
const password = 'secret';

/** A local Oracle server of its own, as the release. */
export async function openLocalDatabase(version: Version): Promise<SourceDatabase> {
  const database = createDatabase();
  const grants = ['V$DATABASE', 'DBMS_FLASHBACK'] as const;
  const server = await startOracle({ database, version, users: [{ user, password, grants }] });
  const connectString = server.connectString;

  return {
    isReal: false,
    environment: {
      ORACLE_CONNECT_STRING: connectString,
      ORACLE_USER: user,
      ORACLE_PASSWORD: password,
    },
    config: oracleSettings.parse({ connect_string: connectString, user, password }),
    owner: user,
    release: Number.parseInt(version, 10),
    async createTable(table) {
      if (database.findTable(user, table.name)) database.drop(user, table.name);
      database.createTable({ ...table, owner: user });
    },
    async createSynonym(name, table) {
      database.createSynonym({ owner: user, name, target: { owner: user, name: table } });
    },
    async insert(table, rows) {
      database.insert(user, table, rows);
    },
    async deleteRows(table) {
      database.delete(user, table, () => true);
    },
    close: () => server.close(),
  };
}
