import { OraFerryError } from '../../errors.ts';
import type { TableName } from '../../ports/oracle.ts';
import { inBatches, nameKey, query } from '../query.ts';
import type { Session } from '../session.ts';
import { synonymsNamed } from './statements.ts';

/** What a synonym stands for. */
export interface Synonym {
  readonly target: TableName;
  /** Name of the database link that it goes through. */
  readonly link: string | null;
}

type SynonymRow = [
  owner: string,
  name: string,
  tableOwner: string | null,
  tableName: string,
  link: string | null,
];

/** Those of the names that are synonyms, by their key. A public synonym's owner is PUBLIC. */
export async function readSynonyms(
  session: Session,
  names: readonly TableName[],
): Promise<Map<string, Synonym>> {
  const found = new Map<string, Synonym>();
  for (const { pairs, binds } of inBatches(names)) {
    const rows = await query<SynonymRow>(session, synonymsNamed(pairs), binds);
    for (const [owner, table, tableOwner, tableName, link] of rows) {
      const target = { owner: tableOwner ?? '', table: tableName };
      found.set(nameKey({ owner, table }), { target, link });
    }
  }
  return found;
}

/** A name on its way to the table that it stands for. */
export interface Path {
  readonly start: TableName;
  readonly at: TableName;
  /** Keys of all names on the way. */
  readonly seen: readonly string[];
}

export function pathFrom(start: TableName): Path {
  return { start, at: start, seen: [nameKey(start)] };
}

/** One step further. Throws VALIDATION_ERROR for a database link and for a loop. */
export function follow({ start, seen }: Path, { target, link }: Synonym): Path {
  const key = nameKey(target);
  if (link !== null) {
    throw unfollowed(start, `leads through the database link ${link} to another database`);
  }
  if (seen.includes(key)) throw unfollowed(start, 'leads back to itself');
  return { start, at: target, seen: [...seen, key] };
}

function unfollowed({ owner, table }: TableName, why: string): OraFerryError {
  return new OraFerryError('VALIDATION_ERROR', `The synonym ${owner}.${table} ${why}.`, {
    details: { owner, table },
  });
}
