import type { SplitMethod } from '../../domain/split-range.ts';
import type { TableKind } from '../../domain/table.ts';
import type { DatabaseFacts } from '../../ports/oracle.ts';

type Rights = Pick<DatabaseFacts, 'views' | 'makesChunks'>;

/**
 * The way that divideTable takes, by the kind of the table and our user's rights. Whether a table has partitions, a
 * key, or enough blocks for it shows only when it is divided.
 */
export function likelyMethod(kind: TableKind, { views, makesChunks }: Rights): SplitMethod {
  switch (kind) {
    case 'table':
    case 'partitioned table':
    case 'materialized view':
      if (views.DBA_EXTENTS && views.DBA_OBJECTS) return 'extents';
      return makesChunks ? 'chunks' : 'sampled rowids';
    case 'index-organized table':
      return 'key ranges';
    default:
      return 'whole table';
  }
}
