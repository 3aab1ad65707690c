import type { TableName } from '../ports/oracle.ts';
import { quoteName } from './quote-name.ts';

/**
 * The statement that lets our user read a table as it was at an SCN. Null for names with line breaks and the like:
 * SQL*Plus takes a line of `/` for a command, also between quotes, and the name may come from somebody unkind.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/adfns/flashback.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqpug/slash.html
 */
export function grantOnTable(
  privileges: readonly ('SELECT' | 'FLASHBACK')[],
  { owner, table }: TableName,
  user: string,
): string | null {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(owner + table + user)) return null;
  return `GRANT ${privileges.join(', ')} ON ${quoteName(owner)}.${quoteName(table)} TO ${quoteName(user)}`;
}

/** The statement that lets our user ask for the lengths of LOBs, which PUBLIC may do unless somebody revoked it. */
export function grantOnLobs(user: string): string {
  return `GRANT EXECUTE ON SYS.DBMS_LOB TO ${quoteName(user)}`;
}

/**
 * The statements as a script. SQL*Plus would ask for a value for each `&` within a name.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqpug/SET-system-variable-summary.html
 */
export function grantScript(statements: readonly string[]): string {
  const script = statements.map((statement) => `${statement};\n`).join('');
  return script.includes('&') ? `SET DEFINE OFF\n${script}` : script;
}

/** What of the system our user may be given; the names are those of the objects behind the public synonyms. */
export type SystemObject =
  | 'V_$DATABASE'
  | 'V_$PARAMETER'
  | 'REDACTION_POLICIES'
  | 'DBA_EXTENTS'
  | 'DBA_OBJECTS'
  | 'DBA_SEGMENTS';

export function grantOnSystem(object: SystemObject, user: string): string {
  return `GRANT SELECT ON SYS.${object} TO ${quoteName(user)}`;
}
