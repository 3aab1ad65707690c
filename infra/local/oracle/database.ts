/**
 * An in-memory store whose rows carry the SCNs between which they live, so that any past state
 * can be read. It knows nothing of sockets or SQL.
 */

import type { LocalColumn, StoredValue, Value } from './column.ts';
import { OracleError } from './errors.ts';
import {
  createStorage,
  type LocalLayout,
  type Place,
  type Segment,
  type Storage,
} from './storage.ts';
import { TYPES } from './types.ts';

export type { LocalColumn, LocalType, StoredValue, Value } from './column.ts';

/** What the dictionary says that a table is; it is stored and read alike. */
export type LocalKind =
  | 'TABLE'
  | 'PARTITIONED'
  | 'IOT'
  | 'TEMPORARY'
  | 'EXTERNAL'
  | 'CLUSTER'
  | 'VIEW'
  | 'MATERIALIZED VIEW';

export interface LocalTable {
  owner: string;
  name: string;
  columns: LocalColumn[];
  /** TABLE when left out. */
  kind?: LocalKind;
  comment?: string;
  /** By column name. */
  columnComments?: Readonly<Record<string, string>>;
  /** As gathered some day; without them the dictionary has NULLs. */
  statistics?: { rows: number; averageRowLength: number; analyzed: string; blocks?: number };
  /** The dictionary lists these too, as hidden; no row has them. */
  hiddenColumns?: readonly { name: string; userGenerated: boolean }[];
  /** Names of policies that would hide rows or mask values; this server only lists them. */
  policies?: { rows?: string; redaction?: string };
  partitions?: LocalPartitions;
  /** Some of its partitions are said to lie outside the database. */
  isHybrid?: boolean;
  /** Names of columns; they are not enforced. */
  primaryKey?: readonly string[];
  uniqueKeys?: readonly (readonly string[])[];
  layout?: LocalLayout;
}

/** How the rows of a table are spread over its partitions, or over their subpartitions. */
interface LocalPartitions {
  /** In their order; `of` names the partition that a subpartition belongs to. */
  parts: readonly { name: string; of?: string }[];
  /** The name of the part that a row goes to. */
  choose(row: StoredRow): string;
}

/** Another name for a table, or for another synonym. */
interface LocalSynonym {
  /** PUBLIC for a public one. */
  owner: string;
  name: string;
  target: { owner: string; name: string; link?: string };
}

export type StoredRow = readonly StoredValue[];

/** A row version: it is visible at `scn` when born <= scn < died. */
interface Version extends Place {
  values: StoredRow;
  born: number;
  died: number;
}

/** A table with its past. */
export interface StoredTable {
  /** Never given to another table. */
  readonly id: number;
  readonly definition: LocalTable;
  /** Cannot be read as of an earlier SCN. */
  readonly created: number;
  /** The SCN of the last statement that changed its definition, or said so. */
  readonly changed: number;
  /** One, or one for each part; views and the like have one that the dictionary does not show. */
  readonly segments: readonly Segment[];
  /** Row versions in order of birth; none is ever removed, so an index stays valid. */
  readonly versions: readonly Version[];
}

export interface Database {
  createTable(table: LocalTable): void;
  /** Adds rows in one transaction and returns its commit SCN. */
  insert(owner: string, table: string, rows: readonly (readonly Value[])[]): number;
  /**
   * Replaces the rows for which `where` holds and returns the commit SCN. A row stays where it is, and so keeps its
   * ROWID, unless it goes to another partition.
   */
  update(
    owner: string,
    table: string,
    where: (row: StoredRow) => boolean,
    change: (row: StoredRow) => readonly Value[],
  ): number;
  delete(owner: string, table: string, where: (row: StoredRow) => boolean): number;
  drop(owner: string, table: string): void;
  /** A statement that changes LAST_DDL_TIME and nothing else. */
  ddl(owner: string, table: string): void;
  /**
   * Moves all rows into new segments, as ALTER TABLE … MOVE does. The past before that cannot be read any more; when
   * it goes `unnoticed`, it can, but no row is found at its old ROWID.
   */
  move(owner: string, table: string, how?: 'unnoticed'): void;
  createSynonym(synonym: LocalSynonym): void;
  findSynonym(owner: string, name: string): LocalSynonym | undefined;
  listTables(): StoredTable[];
  currentScn(): number;
  /** Forgets the past before `scn`: reading it is ORA-01555 from now on, also while fetching. */
  expireUndo(scn: number): void;
  findTable(owner: string, table: string): StoredTable | undefined;
  findTableById(id: number): StoredTable | undefined;
  /** Throws what Oracle says when the table cannot be read as of the SCN. */
  assertReadable(table: StoredTable, scn: number): void;
  /** The rows as they were at the SCN, in order of birth. */
  rowsAt(owner: string, table: string, scn: number): IterableIterator<StoredRow>;
}

const FIRST_SCN = 4_000_000;

/** Creates an empty store. Its methods throw an Error for an unknown table or an unfit value. */
export function createDatabase(options: { firstScn?: number } = {}): Database {
  const tables = new Map<string, MutableTable>();
  let scn = options.firstScn ?? FIRST_SCN;
  let undoLow = 0;
  let lastId = 0;
  const storage = createStorage();
  const existing = (owner: string, name: string): MutableTable => {
    const table = tables.get(key(owner, name));
    if (!table) throw new Error(`there is no table ${owner}.${name}`);
    return table;
  };

  return {
    createTable(definition) {
      const { owner, name } = definition;
      if (tables.has(key(owner, name)))
        throw new Error(`there is a table ${owner}.${name} already`);
      const segments = openSegments(storage, definition);
      const table = { id: ++lastId, definition, created: ++scn, changed: scn, segments };
      tables.set(key(owner, name), { ...table, versions: [] });
    },
    insert(owner, name, rows) {
      const table = existing(owner, name);
      const stored = rows.map((row) => storeRow(table.definition, row));
      const born = ++scn;
      for (const values of stored) bear(table, { values, ...placeFor(table, values), born });
      return born;
    },
    update(owner, name, where, change) {
      const table = existing(owner, name);
      const old = table.versions.filter((version) => isLive(version) && where(version.values));
      const stored = old.map(({ values }) => storeRow(table.definition, change(values)));
      const born = ++scn;
      for (const version of old) version.died = born;
      for (const [index, values] of stored.entries()) {
        bear(table, { values, ...placeFor(table, values, old[index]), born });
      }
      return born;
    },
    delete(owner, name, where) {
      const { versions } = existing(owner, name);
      const died = ++scn;
      for (const version of versions) {
        if (isLive(version) && where(version.values)) version.died = died;
      }
      return died;
    },
    ...createAlterations({ tables, existing, nextScn: () => ++scn, storage }),
    ...createSynonyms(),
    listTables: () => [...tables.values()],
    currentScn: () => scn,
    expireUndo(low) {
      undoLow = low;
    },
    findTable: (owner, name) => tables.get(key(owner, name)),
    findTableById: (id) => [...tables.values()].find((table) => table.id === id),
    assertReadable: (table, at) => assertReadable(table, at, { scn, undoLow }),
    rowsAt: (owner, name, at) => rowsAt(existing(owner, name), at),
  };
}

interface Altered {
  tables: Map<string, MutableTable>;
  existing(owner: string, name: string): MutableTable;
  nextScn(): number;
  storage: Storage;
}

function createAlterations({
  tables,
  existing,
  nextScn,
  storage,
}: Altered): Pick<Database, 'drop' | 'ddl' | 'move'> {
  return {
    drop(owner, name) {
      existing(owner, name);
      tables.delete(key(owner, name));
      nextScn();
    },
    ddl(owner, name) {
      existing(owner, name).changed = nextScn();
    },
    move(owner, name, how) {
      const table = existing(owner, name);
      table.changed = nextScn();
      if (how !== 'unnoticed') table.created = table.changed;
      moveRows(table, openSegments(storage, table.definition));
    },
  };
}

function createSynonyms(): Pick<Database, 'createSynonym' | 'findSynonym'> {
  const synonyms = new Map<string, LocalSynonym>();
  return {
    createSynonym: (synonym) => void synonyms.set(key(synonym.owner, synonym.name), synonym),
    findSynonym: (owner, name) => synonyms.get(key(owner, name)),
  };
}

interface MutableTable extends StoredTable {
  readonly versions: Version[];
  created: number;
  changed: number;
  segments: readonly Segment[];
}

function openSegments(storage: Storage, { partitions, layout = {} }: LocalTable): Segment[] {
  const parts = partitions?.parts.map(({ name }) => name) ?? [undefined];
  return parts.map((part) => storage.openSegment(layout, part));
}

/** Where a row lies, given where it lay before it was updated. */
function placeFor({ definition, segments }: MutableTable, values: StoredRow, old?: Place): Place {
  const part = definition.partitions?.choose(values);
  if (old?.segment.part === part && old) return { segment: old.segment, slot: old.slot };
  const segment = segments.find((candidate) => candidate.part === part);
  if (!segment)
    throw new OracleError(14400, 'inserted partition key does not map to any partition');
  return { segment, slot: segment.takeSlot() };
}

/** The versions of a row stay together. */
function moveRows(table: MutableTable, segments: readonly Segment[]): void {
  const places = new Map<Segment, Map<number, Place>>(
    table.segments.map((old) => [old, new Map()]),
  );
  table.segments = segments;
  for (const [index, version] of table.versions.entries()) {
    const moved = places.get(version.segment);
    const place = moved?.get(version.slot) ?? placeFor(table, version.values);
    moved?.set(version.slot, place);
    table.versions[index] = { ...version, ...place };
  }
}

function bear(table: MutableTable, version: Omit<Version, 'died'>): void {
  table.versions.push({ ...version, died: Infinity });
}

function* rowsAt({ versions }: StoredTable, scn: number): IterableIterator<StoredRow> {
  for (const version of versions) if (isVisible(version, scn)) yield version.values;
}

function isLive(version: Version): boolean {
  return version.died === Infinity;
}

/** https://docs.oracle.com/en/error-help/db/ora-08181/, ora-01555, ora-01466 */
function assertReadable(
  table: StoredTable,
  at: number,
  { scn, undoLow }: { scn: number; undoLow: number },
): void {
  if (!Number.isSafeInteger(at) || at < 0 || at > scn) {
    throw new OracleError(8181, 'specified number is not a valid system change number');
  }
  if (at < undoLow) {
    throw new OracleError(1555, 'snapshot too old: rollback segment too small');
  }
  if (at < table.created) {
    throw new OracleError(1466, 'unable to read data - table definition has changed');
  }
}

/** Whether a row version is seen as of the SCN. */
export function isVisible(version: { born: number; died: number }, scn: number): boolean {
  return version.born <= scn && scn < version.died;
}

function key(owner: string, name: string): string {
  return JSON.stringify([owner, name]);
}

function storeRow({ name, columns }: LocalTable, row: readonly Value[]): StoredRow {
  if (row.length !== columns.length) {
    throw new Error(`${name} has ${columns.length} columns, the row has ${row.length}`);
  }
  return columns.map((column, index) => {
    try {
      return storeValue(column, row[index] ?? null);
    } catch (cause) {
      throw new Error(`${name}.${column.name}: ${(cause as Error).message}`, { cause });
    }
  });
}

function storeValue(column: LocalColumn, value: Value): StoredValue {
  const type = TYPES[column.type];
  const isNull = value === null || (value === '' && !type.keepsEmpty);
  if (!isNull) return type.store(String(value), column);
  if (column.nullable === false) throw new RangeError('cannot be NULL');
  return null;
}
