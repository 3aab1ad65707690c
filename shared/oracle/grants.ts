import type { TableName } from '../ports.ts';
import { quoteName } from './quote-name.ts';

/**
 * The statement that lets our user read a table as it was at an SCN.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/adfns/flashback.html
 */
export function grantOnTable(
  privileges: readonly ('SELECT' | 'FLASHBACK')[],
  { owner, table }: TableName,
  user: string,
): string {
  return `GRANT ${privileges.join(', ')} ON ${quoteName(owner)}.${quoteName(table)} TO ${quoteName(user)}`;
}

/** What of the system our user may be given; the names are those of the objects behind the public synonyms. */
export type SystemObject = 'V_$DATABASE' | 'V_$PARAMETER' | 'REDACTION_POLICIES';

export function grantOnSystem(object: SystemObject, user: string): string {
  return `GRANT SELECT ON SYS.${object} TO ${quoteName(user)}`;
}
