import { OraFerryError } from '../errors.ts';

/**
 * A name between double quotes, which takes it literally. Throws VALIDATION_ERROR for the two characters that
 * no name may have.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Database-Object-Names-and-Qualifiers.html
 */
export function quoteName(name: string): string {
  if (name !== '' && !/["\0]/.test(name)) return `"${name}"`;
  throw new OraFerryError('VALIDATION_ERROR', `${JSON.stringify(name)} cannot be an Oracle name.`);
}
