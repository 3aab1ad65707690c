import type { ColumnDefinition, PlannedColumn } from '../domain/column.ts';
import type { PlannedCondition } from '../domain/filter.ts';
import type { SplitMethod, SplitRange } from '../domain/split-range.ts';
import type { TableKind, TableStatistics } from '../domain/table.ts';
import type { OraFerryError } from '../errors.ts';

/** What we ask of Oracle. */

export interface TableName {
  readonly owner: string;
  readonly table: string;
}

/** A table as the dictionary shows it to our user. */
export interface TableDefinition extends TableName {
  /** What is read, where `owner` and `table` are a synonym's. */
  readonly source?: TableName;
  readonly kind: TableKind;
  readonly comment?: string | null;
  /** As `identities` has it, asked before the columns: while it stays the same they do. Absent in a list of tables. */
  readonly identity?: string;
  /** In the order of the table; invisible columns are not listed. */
  readonly columns: readonly ColumnDefinition[];
  /** Absent when they were never gathered. */
  readonly statistics?: TableStatistics;
  /** Names of columns that only those see who name them. They are not exported. */
  readonly invisibleColumns?: readonly string[];
  /** ROW ARCHIVAL: sessions do not see the rows that are marked as archived. */
  readonly archivesRows?: boolean;
}

/** What narrows a list of tables. */
export interface TableFilter {
  /** Exact. Without one, schemas that come with the database are left out. */
  readonly owner?: string | undefined;
  /** `*` stands for any characters, `?` for one. */
  readonly pattern?: string | undefined;
}

/** Policies by which Oracle shows our user fewer rows, or other values, than there are. */
export interface TablePolicies {
  /** Virtual Private Database: names of the policies of a table. */
  readonly rows: (table: TableName) => readonly string[];
  /** Data Redaction; undefined when our user may not look. */
  readonly redaction: ((table: TableName) => readonly string[]) | undefined;
}

/** How the SCN was found, the most exact first. */
export type ScnSource = 'V$DATABASE' | 'DBMS_FLASHBACK' | 'TIMESTAMP_TO_SCN';

/** What our user is and may do, besides reading tables. */
export interface DatabaseFacts {
  readonly user: string;
  readonly service: string;
  readonly database: string;
  /** Undefined when the user may ask in no way. */
  readonly scn: { readonly value: string; readonly source: ScnSource } | undefined;
  /** Views of the system that are not open to everybody, and whether they are to our user. */
  readonly views: Readonly<Record<SystemView, boolean>>;
  /** Whether DBMS_PARALLEL_EXECUTE is open to our user, in a database that is open for writing. */
  readonly makesChunks: boolean;
  /** How long, in seconds, undo is meant to be kept; undefined when our user may not look. */
  readonly undoRetention: number | undefined;
  /** The shortest time for which the database lately kept it; it adjusts that to its load. */
  readonly tunedUndoRetention: number | undefined;
  /** Whether policies leave our user alone. */
  readonly exempt: { readonly rows: boolean; readonly redaction: boolean };
}

type SystemView =
  | 'V$DATABASE'
  | 'DBA_EXTENTS'
  | 'DBA_OBJECTS'
  | 'DBA_SEGMENTS'
  | 'V$PARAMETER'
  | 'V$UNDOSTAT';

/** The data dictionary, asked for many tables at once. */
export interface OracleCatalogue {
  /** In the order of the names; a name that cannot be read has its error: TABLE_NOT_FOUND, VALIDATION_ERROR. */
  describe(
    tables: readonly TableName[],
    signal?: AbortSignal,
  ): Promise<readonly (TableDefinition | OraFerryError)[]>;
  /** Tables and views by owner and name: at most `limit` of those behind `after`, and behind which to go on. */
  list(
    filter: TableFilter,
    page: { readonly limit: number; readonly after?: TableName | undefined },
    signal?: AbortSignal,
  ): Promise<{ readonly tables: readonly TableDefinition[]; readonly next: TableName | undefined }>;
  policies(tables: readonly TableName[], signal?: AbortSignal): Promise<TablePolicies>;
  /**
   * For each table or view (no synonym) a text that changes with its definition, and with where its rows lie; in their
   * order, undefined for what is not there.
   */
  identities(
    tables: readonly TableName[],
    signal?: AbortSignal,
  ): Promise<readonly (string | undefined)[]>;
  /** Bytes of each table's segments, without LOBs; undefined where our user may not look or there are none. */
  sizes(
    tables: readonly TableName[],
    signal?: AbortSignal,
  ): Promise<readonly (number | undefined)[]>;
  facts(signal?: AbortSignal): Promise<DatabaseFacts>;
}

/**
 * One row as fetched: a value per selected column, null for NULL, in the form that the column's encoding names.
 * An empty LOB is an empty string or Buffer. A LOB too large to be fetched with its row is a LargeValue.
 */
export type Row = readonly unknown[];

/**
 * A LOB that is read in pieces, in order, while the batch that brought it is the current one: texts that part no
 * character, or bytes. Reading throws what a session throws, and VALUE_ERROR when the LOB did not arrive whole.
 */
export interface LargeValue {
  readPieces(): AsyncIterable<string | Uint8Array>;
}

/** Which rows: those of the past at the SCN or, without one, of now; all, or those for which every condition holds. */
export interface RowChoice {
  readonly scn?: string | undefined;
  readonly filter?: readonly PlannedCondition[] | undefined;
}

export interface RowQuery extends TableName, RowChoice {
  readonly columns: readonly PlannedColumn[];
  /** Of the chosen rows only those in the range; all unless told. */
  readonly range?: SplitRange | undefined;
  /** At most so many rows; all unless told. */
  readonly limit?: number;
  /** What the session is for, as V$SESSION.ACTION shows it to a DBA. */
  readonly action?: string;
  /**
   * Reads in a READ ONLY transaction of its own instead of at an SCN, counts the chosen rows in it first, and tells
   * their number before the first batch.
   */
  readonly onCount?: (rows: number) => void;
}

/** A table to be divided into splits. */
export interface SplitRequest extends TableName {
  readonly kind: TableKind;
  /** The rows are read as of this SCN, which was taken before. */
  readonly scn: string;
  /** How many splits are wanted; there may be fewer, or some more. */
  readonly splits: number;
}

export interface SplitLayout {
  readonly method: SplitMethod;
  /** At least one; together they tile the table. */
  readonly ranges: readonly SplitRange[];
}

/** An abort breaks the running call and is thrown as the signal's reason. */
export interface OracleSource {
  /** Round trip to the database. Throws ORACLE_CONNECTION_ERROR or ORACLE_AUTHENTICATION_ERROR. */
  ping(signal?: AbortSignal): Promise<{ readonly version: string }>;
  /** The newest SCN that all later reads can name, as decimal text. */
  currentScn(signal?: AbortSignal): Promise<string>;
  readonly catalogue: OracleCatalogue;
  /** Throws TABLE_NOT_FOUND when our user sees no such table or synonym. */
  describe(table: TableName, signal?: AbortSignal): Promise<TableDefinition>;
  /** COUNT(*) of the chosen rows. */
  count(table: TableName, choice: RowChoice, signal?: AbortSignal): Promise<number>;
  /**
   * Streams the rows in batches of up to 1,000, over one session. The next batch is under way while the consumer
   * works on the last one, unless that holds large values, which can be read only before the next batch is asked for.
   */
  rows(query: RowQuery, signal: AbortSignal): AsyncIterable<readonly Row[]>;
  /** Divides a table by the best way that its kind and our user's rights allow; never fails for want of a right. */
  divide(request: SplitRequest, signal?: AbortSignal): Promise<SplitLayout>;
  /** How this process is connected now; asks nobody. */
  connection(): OracleConnection;
  close(): Promise<void>;
}

export interface OracleConnection {
  readonly driver: 'thin' | 'thick';
  /** `open`: calls fail at once with ORACLE_CIRCUIT_OPEN; `half-open`: the next one tries again. */
  readonly circuit: 'closed' | 'open' | 'half-open';
  /** Sessions that are open, lent, and possible. */
  readonly pool: { readonly open: number; readonly inUse: number; readonly max: number };
}
