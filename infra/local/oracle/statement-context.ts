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
  /** Collects the texts of statements that were not recognised. */
  unknown: string[];
}
