import type { BindParameters } from 'oracledb';
import type { PlannedCondition } from '../domain/filter.ts';
import type { SplitRange } from '../domain/split-range.ts';
import { quoteName } from './quote-name.ts';

/** What a range adds to a query. */
export interface RangeClause {
  /** Behind the name of the table. */
  readonly extension: string;
  /** Behind WHERE, ready. */
  readonly tests: readonly string[];
  readonly binds: Exclude<BindParameters, readonly unknown[]>;
  /** Behind WHERE, to be written together with the filter, whose binds they must not meet. */
  readonly conditions: readonly PlannedCondition[];
}

const nothing: RangeClause = { extension: '', tests: [], binds: {}, conditions: [] };

/**
 * The range in SQL. ROWIDs are converted on the side of the bind: with `ROWID` alone on the other side Oracle
 * reads only the blocks in between (TABLE ACCESS BY ROWID RANGE).
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/CHARTOROWID.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/SELECT.html (partition_extension_clause)
 */
export function rangeClause(range: SplitRange): RangeClause {
  switch (range.kind) {
    case 'whole':
      return nothing;
    case 'rowids':
      return { ...nothing, ...rowidTests(range) };
    case 'partition':
      return { ...nothing, extension: ` ${range.level.toUpperCase()} (${quoteName(range.name)})` };
    case 'conditions':
      return { ...nothing, conditions: range.conditions };
  }
}

function rowidTests({ low, high, isHighOpen }: Extract<SplitRange, { kind: 'rowids' }>) {
  return {
    tests: [
      ...(low === undefined ? [] : ['ROWID >= CHARTOROWID(:low)']),
      ...(high === undefined ? [] : [`ROWID ${isHighOpen ? '<' : '<='} CHARTOROWID(:high)`]),
    ],
    binds: { ...(low !== undefined && { low }), ...(high !== undefined && { high }) },
  };
}
