import { OraFerryError } from '../../errors.ts';
import type { TableDefinition, TableName } from '../../ports/oracle.ts';
import type { ConnectionPool } from '../pool.ts';
import { inBatches, nameKey, query } from '../query.ts';
import { type Session, withSession } from '../session.ts';
import { readColumns } from './columns.ts';
import { identitiesIn } from './identities.ts';
import { tablesNamed } from './statements.ts';
import { follow, type Path, pathFrom, readSynonyms } from './synonyms.ts';
import { type TableRow, toTable } from './table-row.ts';

type Outcome = TableDefinition | OraFerryError;

/**
 * What the dictionary shows to our user of each name, in their order: a table or view, or what a synonym leads to.
 * A name that leads nowhere has its error.
 */
export function describeTables(
  pool: ConnectionPool,
  names: readonly TableName[],
  signal?: AbortSignal,
): Promise<Outcome[]> {
  return withSession(pool, { signal }, async (session) => {
    const found = await resolve(session, names);
    const ends = [...found.values()].filter((end): end is End => !(end instanceof OraFerryError));
    const sources = ends.map(({ source }) => source);
    // Before the columns, so that a change between the two shows.
    const identities = await identitiesIn(session, sources);
    const identity = new Map(sources.map((source, at) => [nameKey(source), identities[at]]));
    const columns = await readColumns(session, sources);
    return names.map((name) => {
      const end = found.get(nameKey(name)) ?? unknownTable(name);
      if (end instanceof OraFerryError) return end;
      return {
        columns: [],
        ...end.table,
        ...identified(identity.get(nameKey(end.source))),
        ...columns.get(nameKey(end.source)),
        ...named(name, end.source),
      };
    });
  });
}

/** As describeTables, for one name. Throws its error. */
export async function describeTable(
  pool: ConnectionPool,
  name: TableName,
  signal?: AbortSignal,
): Promise<TableDefinition> {
  const [outcome = unknownTable(name)] = await describeTables(pool, [name], signal);
  if (outcome instanceof OraFerryError) throw outcome;
  return outcome;
}

/** Of tables whose names come from the dictionary itself; those that are gone meanwhile are left out. */
export async function describeKnown(
  session: Session,
  names: readonly TableName[],
): Promise<TableDefinition[]> {
  const tables = await readTables(session, names);
  const columns = await readColumns(session, names);
  return names.flatMap((name) => {
    const table = tables.get(nameKey(name));
    const its = columns.get(nameKey(name));
    return table && its ? [{ ...name, ...table, ...its }] : [];
  });
}

type Table = Omit<TableDefinition, 'owner' | 'table' | 'columns' | 'source'>;
interface End {
  readonly source: TableName;
  readonly table: Table;
}

/** Follows synonyms until every name has ended at a table or nowhere: a query for tables, one for synonyms, a step. */
async function resolve(
  session: Session,
  names: readonly TableName[],
): Promise<Map<string, End | OraFerryError>> {
  const ends = new Map<string, End | OraFerryError>();
  let paths = names.map(pathFrom);
  while (paths.length > 0) {
    const tables = await readTables(
      session,
      paths.map(({ at }) => at),
    );
    const open: Path[] = [];
    for (const path of paths) {
      const table = tables.get(nameKey(path.at));
      if (table) ends.set(nameKey(path.start), { source: path.at, table });
      else open.push(path);
    }
    paths = await oneStep(session, open, ends);
  }
  return ends;
}

async function oneStep(
  session: Session,
  paths: readonly Path[],
  ends: Map<string, End | OraFerryError>,
): Promise<Path[]> {
  const synonyms = await readSynonyms(
    session,
    paths.map(({ at }) => at),
  );
  return paths.flatMap((path) => {
    const synonym = synonyms.get(nameKey(path.at));
    try {
      if (synonym) return [follow(path, synonym)];
      throw unknownTable(path.start, path.at);
    } catch (error) {
      if (!(error instanceof OraFerryError)) throw error;
      ends.set(nameKey(path.start), error);
      return [];
    }
  });
}

async function readTables(
  session: Session,
  names: readonly TableName[],
): Promise<Map<string, Table>> {
  const tables = new Map<string, Table>();
  for (const { pairs, binds } of inBatches(names)) {
    const rows = await query<TableRow>(session, tablesNamed(pairs), binds);
    for (const row of rows) tables.set(nameKey({ owner: row[0], table: row[1] }), toTable(row));
  }
  return tables;
}

function identified(identity: string | undefined): Pick<TableDefinition, 'identity'> {
  return identity === undefined ? {} : { identity };
}

function named(name: TableName, source: TableName): TableName & { readonly source?: TableName } {
  const { owner, table } = name;
  return nameKey(name) === nameKey(source) ? { owner, table } : { owner, table, source };
}

/** `details.source` is where a synonym leads: to what our user may only lack the right to see. */
function unknownTable({ owner, table }: TableName, end: TableName = { owner, table }) {
  const name = `${owner}.${table}`;
  const isSynonym = nameKey(end) !== nameKey({ owner, table });
  const message = isSynonym
    ? `The synonym ${name} stands for ${end.owner}.${end.table}, which our user does not see.`
    : `Our user sees no table ${name}.`;
  const details = { owner, table, ...(isSynonym && { source: end }) };
  return new OraFerryError('TABLE_NOT_FOUND', message, { details });
}
