import type { PlannedCondition } from '../../domain/filter.ts';
import type { SplitRange } from '../../domain/split-range.ts';
import type { SplitRequest } from '../../ports/oracle.ts';
import { type Cell, query } from '../query.ts';
import type { Session } from '../session.ts';
import { cutTypes, type KeyType } from './key-values.ts';
import { type Rung, wholeTable } from './rung.ts';
import { extremesOf, keysOfTable } from './statements.ts';

interface Key {
  readonly column: string;
  readonly type: KeyType;
}

/**
 * Ranges of equal width of the leading column of a key that has a number or a time without a zone, and one for its
 * NULLs, which also a column that the dictionary calls NOT NULL may hold: from before a constraint that was enabled
 * with NOVALIDATE. They may hold very different numbers of rows.
 */
export const byKeyRanges: Rung = async (session, request) => {
  const key = await findKey(session, request);
  if (!key) return undefined;
  const { owner, table, scn, splits } = request;
  const sql = extremesOf({ owner, table }, key.column, key.type.format);
  const [[min, max] = [null, null]] = await query<[Cell, Cell]>(session, sql, { scn: BigInt(scn) });
  if (min === null || max === null) return wholeTable;
  const cuts = key.type.cuts(min, max, splits);
  if (cuts.length === 0) return undefined;
  return { method: 'key ranges', ranges: rangesOf(key, cuts) };
};

type KeyRow = [column: string, dataType: string];

async function findKey(session: Session, { owner, table }: SplitRequest): Promise<Key | undefined> {
  const rows = await query<KeyRow>(session, keysOfTable, [owner, table]);
  for (const [column, dataType] of rows) {
    const type = cutTypes.find(({ pattern }) => pattern.test(dataType));
    if (type) return { column, type };
  }
  return undefined;
}

function rangesOf({ column, type }: Key, cuts: readonly string[]): SplitRange[] {
  const test = (op: '<' | '>=', value: string | undefined): PlannedCondition[] =>
    value === undefined ? [] : [{ column, op, compare: type.compare, values: [value] }];
  const ranges = [undefined, ...cuts].map(
    (low, index): SplitRange => ({
      kind: 'conditions',
      conditions: [...test('>=', low), ...test('<', cuts[index])],
    }),
  );
  return [...ranges, { kind: 'conditions', conditions: [{ column, op: 'is_null' }] }];
}
