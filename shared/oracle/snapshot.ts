import { OraFerryError } from '../errors.ts';
import type { DatabaseFacts, ScnSource } from '../ports/oracle.ts';
import type { ConnectionPool } from './pool.ts';
import { queryIfAllowed } from './query.ts';
import { type Session, withSession } from './session.ts';

/**
 * The ways to ask for the SCN, the most exact first; which of them works depends on the user's grants.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/V-DATABASE.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/arpls/DBMS_FLASHBACK.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/TIMESTAMP_TO_SCN.html
 */
const scnQueries: Readonly<Record<ScnSource, string>> = {
  V$DATABASE: 'SELECT CURRENT_SCN FROM V$DATABASE',
  DBMS_FLASHBACK: 'SELECT DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM DUAL',
  TIMESTAMP_TO_SCN: 'SELECT TIMESTAMP_TO_SCN(SYSTIMESTAMP) FROM DUAL',
};

/**
 * The newest SCN, as decimal text, since it may exceed what a double holds. Throws PERMISSION_DENIED when the
 * user may ask in no way.
 */
export function readCurrentScn(pool: ConnectionPool, signal?: AbortSignal): Promise<string> {
  return withSession(pool, { signal }, async (session) => {
    const scn = await findScn(session);
    if (scn) return scn.value;
    throw new OraFerryError(
      'PERMISSION_DENIED',
      'Our user may not ask for the SCN: GRANT SELECT ON V_$DATABASE or EXECUTE ON DBMS_FLASHBACK.',
    );
  });
}

/** The newest SCN and how it was found; undefined when the user may ask in no way. */
export async function findScn(session: Session): Promise<DatabaseFacts['scn']> {
  for (const [source, sql] of Object.entries(scnQueries) as [ScnSource, string][]) {
    const rows = await queryIfAllowed<[string]>(session, sql);
    const value = rows?.[0]?.[0];
    if (value && /^\d+$/.test(value)) return { value, source };
    if (rows) throw new OraFerryError('ORACLE_ERROR', 'Oracle answered no SCN.');
  }
  return undefined;
}
