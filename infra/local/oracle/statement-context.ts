import type { Database } from './database.ts';
import type { Rights } from './privileges.ts';
import type { RowCache } from './row-cache.ts';

/** What a statement runs against. */
export interface StatementContext {
  database: Database;
  rowCache: RowCache;
  rights: Rights;
  /** What a client asked for when it connected. */
  service: string;
  transaction: Transaction;
  tasks: Map<string, readonly Chunk[]>;
  /** Nothing can be written. */
  isStandby: boolean;
  /** Collects the texts of statements that were not recognised. */
  unknown: string[];
}

/** Of one session. */
export interface Transaction {
  /** The SCN that a READ ONLY transaction reads as of; none is open without it. */
  snapshot?: number | undefined;
}

/** A piece of a table that a task of DBMS_PARALLEL_EXECUTE is to work on. */
export interface Chunk {
  start: string;
  end: string;
}
