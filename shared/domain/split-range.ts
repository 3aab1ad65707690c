import type { PlannedCondition } from './filter.ts';

/**
 * Which rows of its table a split holds. The ranges of one plan tile the table: every row lies in exactly one.
 * - `whole`: all rows
 * - `rowids`: rows whose ROWID lies between two, either end open when absent. `low` belongs to the range; `high`
 *   does too, unless it is the `low` of the next one (`isHighOpen`)
 * - `partition`: rows of a partition or subpartition
 * - `conditions`: rows for which all hold: a range of a key, or its NULLs
 */
export type SplitRange =
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'rowids';
      readonly low?: string;
      readonly high?: string;
      readonly isHighOpen?: boolean;
    }
  | {
      readonly kind: 'partition';
      readonly name: string;
      readonly level: 'partition' | 'subpartition';
    }
  | { readonly kind: 'conditions'; readonly conditions: readonly PlannedCondition[] };

/** How a table was divided, best first; what is possible depends on its kind and on what our user may read. */
export const splitMethods = [
  'extents',
  'chunks',
  'sampled rowids',
  'partitions',
  'key ranges',
  'whole table',
] as const;

export type SplitMethod = (typeof splitMethods)[number];
