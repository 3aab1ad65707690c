import type { ColumnDefinition } from '../../domain/column.ts';
import { OraFerryError } from '../../errors.ts';
import type { TableDefinition, TableName } from '../../ports.ts';
import type { ConnectionPool } from '../pool.ts';
import { type Cell, inBatches, nameKey, query } from '../query.ts';
import { type Session, withSession } from '../session.ts';
import { columnsNamed, tablesNamed } from './statements.ts';
import { follow, type Path, readSynonyms } from './synonyms.ts';
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
    const columns = await readColumns(
      session,
      ends.map(({ source }) => source),
    );
    return names.map((name) => {
      const end = found.get(nameKey(name)) ?? unknownTable(name);
      if (end instanceof OraFerryError) return end;
      return {
        columns: [],
        ...end.table,
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
  let paths: Path[] = names.map((name) => ({ trail: [name] }));
  while (paths.length > 0) {
    const tables = await readTables(session, paths.map(lastOf));
    const open: Path[] = [];
    for (const path of paths) {
      const source = lastOf(path);
      const table = tables.get(nameKey(source));
      if (table) ends.set(nameKey(firstOf(path)), { source, table });
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
  const synonyms = await readSynonyms(session, paths.map(lastOf));
  return paths.flatMap((path) => {
    const synonym = synonyms.get(nameKey(lastOf(path)));
    try {
      if (synonym) return [follow(path, synonym)];
      throw unknownTable(firstOf(path));
    } catch (error) {
      if (!(error instanceof OraFerryError)) throw error;
      ends.set(nameKey(firstOf(path)), error);
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

type ColumnRow = [
  owner: string,
  table: string,
  name: string,
  dataType: string,
  dataTypeOwner: Cell,
  dataLength: string,
  charLength: Cell,
  precision: Cell,
  scale: Cell,
  nullable: 'Y' | 'N',
  hidden: 'YES' | 'NO',
  comment: Cell,
];

type Columns = Pick<TableDefinition, 'columns' | 'invisibleColumns' | 'archivesRows'>;

async function readColumns(
  session: Session,
  names: readonly TableName[],
): Promise<Map<string, Columns>> {
  const rows: ColumnRow[] = [];
  for (const { pairs, binds } of inBatches(names)) {
    rows.push(...(await query<ColumnRow>(session, columnsNamed(pairs), binds)));
  }
  const byTable = Map.groupBy(rows, ([owner, table]) => nameKey({ owner, table }));
  return new Map([...byTable].map(([key, own]) => [key, toColumns(own)]));
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/vldbg/control-validity-visibility-data.html */
const archiveState = 'ORA_ARCHIVE_STATE';

function toColumns(rows: readonly ColumnRow[]): Columns {
  const isHidden = (row: ColumnRow) => row[10] === 'YES';
  const hidden = rows.filter(isHidden).map((row) => row[2]);
  const invisible = hidden.filter((name) => name !== archiveState);
  return {
    columns: rows.filter((row) => !isHidden(row)).map(toColumn),
    ...(invisible.length > 0 && { invisibleColumns: invisible }),
    ...(hidden.includes(archiveState) && { archivesRows: true }),
  };
}

function toColumn(row: ColumnRow): ColumnDefinition {
  const [, , name, dataType, dataTypeOwner, bytes, characters, precision, scale, nullable] = row;
  return {
    name,
    dataType,
    dataTypeOwner,
    // CHAR_LENGTH is what was declared, whether in bytes or in characters; other types have none.
    length: Number(characters) || Number(bytes),
    precision: numberOrNull(precision),
    scale: numberOrNull(scale),
    nullable: nullable === 'Y',
    comment: row[11],
  };
}

function numberOrNull(text: Cell): number | null {
  return text === null ? null : Number(text);
}

function named(name: TableName, source: TableName): TableName & { readonly source?: TableName } {
  const { owner, table } = name;
  return nameKey(name) === nameKey(source) ? { owner, table } : { owner, table, source };
}

function firstOf({ trail }: Path): TableName {
  return trail[0] ?? nothing;
}

function lastOf({ trail }: Path): TableName {
  return trail.at(-1) ?? nothing;
}

/** A trail is never empty. */
const nothing: TableName = { owner: '', table: '' };

function unknownTable({ owner, table }: TableName): OraFerryError {
  return new OraFerryError('TABLE_NOT_FOUND', `Our user sees no table ${owner}.${table}.`, {
    details: { owner, table },
  });
}
