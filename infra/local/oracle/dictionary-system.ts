/** The session itself, the SCN, and those of the system's views that a database user may or may not have. */
import { type DictionaryQuery, dictionaryResult } from './dictionary-query.ts';
import { OracleError } from './errors.ts';
import { assertGranted, type Grant } from './privileges.ts';

const EXEMPTIONS = ['EXEMPT ACCESS POLICY', 'EXEMPT REDACTION POLICY'] as const;

export const systemQueries: Readonly<Record<string, DictionaryQuery>> = {
  'SELECT CURRENT_SCN FROM V$DATABASE': ({ rights, database }, _binds, tokens) => {
    assertGranted(rights, 'V$DATABASE', tokens.at(-1)?.at ?? 0);
    return dictionaryResult(['CURRENT_SCN#'], [[String(database.currentScn())]]);
  },
  'SELECT DBMS_FLASHBACK . GET_SYSTEM_CHANGE_NUMBER FROM DUAL': (
    { rights, database },
    _binds,
    tokens,
  ) => {
    if (!rights.grants.has('DBMS_FLASHBACK')) {
      const name = '"DBMS_FLASHBACK"."GET_SYSTEM_CHANGE_NUMBER"';
      throw new OracleError(904, `${name}: invalid identifier`, tokens[1]?.at ?? 0);
    }
    return dictionaryResult(['GET_SYSTEM_CHANGE_NUMBER#'], [[String(database.currentScn())]]);
  },
  'SELECT TIMESTAMP_TO_SCN ( SYSTIMESTAMP ) FROM DUAL': ({ database }) =>
    dictionaryResult(['TIMESTAMP_TO_SCN(SYSTIMESTAMP)#'], [[String(database.currentScn())]]),
  "SELECT USER , SYS_CONTEXT ( 'USERENV' , 'SERVICE_NAME' ) , SYS_CONTEXT ( 'USERENV' , 'DB_NAME' ) FROM DUAL":
    ({ rights, service }) =>
      dictionaryResult(['USER', 'SERVICE_NAME', 'DB_NAME'], [[rights.user, service, 'LOCAL']]),
  "SELECT PRIVILEGE FROM SESSION_PRIVS WHERE PRIVILEGE IN ( 'EXEMPT ACCESS POLICY' , 'EXEMPT REDACTION POLICY' )":
    ({ rights }) =>
      dictionaryResult(
        ['PRIVILEGE'],
        EXEMPTIONS.filter((name) => rights.grants.has(name)).map((name) => [name]),
      ),
  "SELECT VALUE FROM V$PARAMETER WHERE NAME = 'undo_retention'": ({ rights }, _binds, tokens) => {
    assertGranted(rights, 'V$PARAMETER', tokens[3]?.at ?? 0);
    return dictionaryResult(['VALUE'], [['900']]);
  },
  'SELECT MIN ( TUNED_UNDORETENTION ) FROM V$UNDOSTAT': ({ rights }, _binds, tokens) => {
    assertGranted(rights, 'V$UNDOSTAT', tokens.at(-1)?.at ?? 0);
    return dictionaryResult(['MIN(TUNED_UNDORETENTION)#'], [['1800']]);
  },
  ...probeOf('DBA_EXTENTS'),
  ...probeOf('DBA_OBJECTS'),
  ...probeOf('DBA_SEGMENTS'),
  "SELECT SYS_CONTEXT ( 'USERENV' , 'DATABASE_ROLE' ) FROM ALL_PROCEDURES WHERE OWNER = 'SYS' AND OBJECT_NAME = 'DBMS_PARALLEL_EXECUTE' AND ROWNUM < = 1":
    ({ rights, isStandby }) =>
      dictionaryResult(
        ['DATABASE_ROLE'],
        rights.grants.has('DBMS_PARALLEL_EXECUTE')
          ? [[isStandby ? 'PHYSICAL STANDBY' : 'PRIMARY']]
          : [],
      ),
  'SELECT 1 FROM DUAL': () => dictionaryResult(['1#'], [['1']]),
  'SELECT DBTIMEZONE FROM DUAL': () => dictionaryResult(['DBTIMEZONE'], [['+00:00']]),
};

function probeOf(view: Grant): Record<string, DictionaryQuery> {
  return {
    [`SELECT 1 FROM ${view} WHERE ROWNUM < = 0`]: ({ rights }, _binds, tokens) => {
      assertGranted(rights, view, tokens[3]?.at ?? 0);
      return dictionaryResult(['1#'], []);
    },
  };
}
