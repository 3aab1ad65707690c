import oracledb from 'oracledb';
import { OraFerryError } from '../errors.ts';
import { isRefused, translateOracleError } from './errors.ts';
import type { ConnectionPool } from './pool.ts';
import { withSession } from './session.ts';

/** The ways to ask for the SCN, the most exact first; which of them works depends on the user's grants. */
const scnSources = [
  'SELECT CURRENT_SCN FROM V$DATABASE',
  'SELECT DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM DUAL',
  'SELECT TIMESTAMP_TO_SCN(SYSTIMESTAMP) FROM DUAL',
];

/**
 * The newest SCN, as decimal text, since it may exceed what a double holds. Throws PERMISSION_DENIED when the
 * user may ask in no way.
 */
export function readCurrentScn(pool: ConnectionPool, signal?: AbortSignal): Promise<string> {
  return withSession(pool, { signal }, async (session) => {
    for (const sql of scnSources) {
      const scn = await session.call((connection) => queryScn(connection, sql));
      if (scn !== undefined) return scn;
    }
    throw new OraFerryError(
      'PERMISSION_DENIED',
      'Our user may not ask for the SCN: GRANT SELECT ON V_$DATABASE or EXECUTE ON DBMS_FLASHBACK.',
    );
  });
}

async function queryScn(connection: oracledb.Connection, sql: string): Promise<string | undefined> {
  try {
    const { rows } = await connection.execute<[string]>(sql, [], {
      outFormat: oracledb.OUT_FORMAT_ARRAY,
      fetchTypeHandler: () => ({ type: oracledb.DB_TYPE_VARCHAR }),
    });
    const scn = rows?.[0]?.[0];
    if (scn && /^\d+$/.test(scn)) return scn;
    throw new OraFerryError('ORACLE_ERROR', 'Oracle answered no SCN.');
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw translateOracleError(error);
  }
}
