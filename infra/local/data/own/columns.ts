import { readFileSync } from 'node:fs';
import { quote } from './problems.ts';
import { knownTypes, type OwnType, parseType } from './types.ts';

export interface OwnColumn extends OwnType {
  readonly name: string;
  readonly nullable: boolean;
}

/** What a file of definitions says; no columns when it has problems. */
export interface OwnColumns {
  readonly columns: readonly OwnColumn[];
  readonly problems: readonly string[];
}

/** Reads `[{"name", "type", "nullable"}]`; `shown` is how messages name the file. */
export function readColumns(file: string, shown: string): OwnColumns {
  const entries = readEntries(file);
  if (typeof entries === 'string') return { columns: [], problems: [`${shown}: ${entries}`] };
  const results = entries.map((entry) => readEntry(entry));
  const problems = results.flatMap((result, index) =>
    typeof result === 'string' ? [`${shown}, entry ${index + 1}: ${result}`] : [],
  );
  const columns = results.filter((result) => typeof result !== 'string');
  for (const name of duplicates(columns.map(({ name }) => name))) {
    problems.push(`${shown}: column ${name} is defined twice`);
  }
  return problems.length > 0 ? { columns: [], problems } : { columns, problems };
}

/** Those that occur more than once. */
export function duplicates(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function readEntries(file: string): readonly unknown[] | string {
  try {
    const bytes = readFileSync(file);
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (Array.isArray(parsed) && parsed.length > 0) return parsed;
    return 'it must be a list of columns: [{"name": "ID", "type": "NUMBER(10)", "nullable": false}]';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return 'it is missing; it must list the columns: [{"name": "ID", "type": "NUMBER(10)"}]';
    }
    return (error as Error).message.replace(/\s+/g, ' ');
  }
}

const KEYS = ['name', 'type', 'nullable'];

/** The column, or what is wrong with its entry. */
function readEntry(entry: unknown): OwnColumn | string {
  if (typeof entry !== 'object' || entry === null) return 'it is no object';
  const { name, type, nullable = true, ...others } = entry as Record<string, unknown>;
  const unknown = Object.keys(others);
  if (unknown.length > 0) {
    return `${unknown.map(quote).join(', ')} is none of ${KEYS.map(quote).join(', ')}`;
  }
  if (typeof name !== 'string') return '"name" must be a text';
  const refused = refuseName(name);
  if (refused) return refused;
  if (typeof nullable !== 'boolean') return `column ${name}: "nullable" must be true or false`;
  const known = typeof type === 'string' ? parseType(type) : undefined;
  if (known) return { name, nullable, ...known };
  return `column ${name}: ${JSON.stringify(type)} is no type that the local Oracle knows: ${knownTypes}`;
}

const LONGEST_NAME = 128;

/**
 * Why Oracle would refuse a name between double quotes; undefined when it would not.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Database-Object-Names-and-Qualifiers.html
 */
export function refuseName(name: string): string | undefined {
  if (name === '') return 'a name is empty';
  if (/["\0]/.test(name)) return `the name ${quote(name)} holds a double quote or a NUL`;
  if (Buffer.byteLength(name) <= LONGEST_NAME) return undefined;
  return `the name ${quote(name)} is longer than ${LONGEST_NAME} bytes`;
}
