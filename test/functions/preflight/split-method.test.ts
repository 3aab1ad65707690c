import { expect, it } from 'vitest';
import { likelySplitMethod } from '../../../functions/preflight/split-method.ts';
import type { DatabaseFacts } from '../../../shared/ports.ts';

function factsWith(granted: boolean) {
  return { views: { DBA_EXTENTS: granted } } as Pick<DatabaseFacts, 'views'>;
}

it.each([
  ['table', 1, true, 'whole table'],
  ['table', 2, true, 'extents'],
  ['table', 2, false, 'chunks'],
  ['partitioned table', 9, true, 'extents'],
  ['materialized view', 9, false, 'chunks'],
  ['index-organized table', 9, true, 'key ranges'],
  ['view', 9, true, 'whole table'],
  ['external table', 9, true, 'whole table'],
] as const)(
  'a %s of %d splits, DBA_EXTENTS granted: %s, is read as %s',
  (kind, splits, granted, method) => {
    expect(likelySplitMethod(kind, splits, factsWith(granted))).toBe(method);
  },
);
