/** What an exportable object is; all kinds are read alike, but not all can be split alike. */
export type TableKind =
  | 'table'
  | 'partitioned table'
  | 'index-organized table'
  | 'clustered table'
  | 'temporary table'
  | 'external table'
  | 'view'
  | 'materialized view';

/** What Oracle's optimizer last found; it may be old, and is never exact. */
export interface TableStatistics {
  readonly rows: number;
  /** Rows times their average length, without LOBs that lie outside their rows. */
  readonly bytes: number | null;
  /** ISO 8601 without an offset: in the time of the database's host. */
  readonly gatheredAt: string | null;
}
