import type { SplitMethod } from '../../shared/domain/split-range.ts';
import type { TableKind } from '../../shared/domain/table.ts';
import type { DatabaseFacts } from '../../shared/ports.ts';

/**
 * The best way to divide a table that its kind and our user's rights seem to allow. Which it will be is known only
 * when the job tries: of what Oracle refuses then, the next best way is tried.
 */
export function likelySplitMethod(
  kind: TableKind,
  splits: number,
  { views }: Pick<DatabaseFacts, 'views'>,
): SplitMethod {
  if (splits <= 1) return 'whole table';
  switch (kind) {
    case 'table':
    case 'partitioned table':
    case 'materialized view':
      return views.DBA_EXTENTS ? 'extents' : 'chunks';
    case 'index-organized table':
      return 'key ranges';
    default:
      return 'whole table';
  }
}
