import type { PlannedCondition } from '../../domain/filter.ts';
import type { SplitRange } from '../../domain/split-range.ts';
import { OraFerryError } from '../../errors.ts';
import { scaledDecimal } from './key-values.ts';
import { compareRowids, isPhysicalRowid } from './rowids.ts';

/**
 * Throws INTERNAL_ERROR unless every row there may be lies in exactly one of the ranges: the whole table; or all
 * ROWIDs, or all values of a column and its NULLs, in a chain from open end to open end, where each range ends at the
 * beginning of the next; or parts of different names.
 */
export function assertTiling(ranges: readonly SplitRange[]): void {
  const [first] = ranges;
  const isTiled = first !== undefined && tests[first.kind](ranges);
  if (isTiled) return;
  throw new OraFerryError('INTERNAL_ERROR', 'The ranges of a table overlap, or leave rows out.', {
    details: { ranges: ranges.length },
  });
}

const tests: Readonly<Record<SplitRange['kind'], (ranges: readonly SplitRange[]) => boolean>> = {
  whole: (ranges) => ranges.length === 1,
  rowids: (ranges) => {
    const pieces = ranges.map(rowidPiece);
    return isChain(pieces, compareRowids) && cutsOf(pieces).every(isPhysicalRowid);
  },
  partition: areParts,
  conditions: areKeyRanges,
};

/** From `low`, which belongs to it, up to `high`, which does not. */
interface Piece {
  readonly low: string | undefined;
  readonly high: string | undefined;
}

function isChain(
  pieces: readonly (Piece | undefined)[],
  compare: (a: string, b: string) => number,
): boolean {
  const cuts = cutsOf(pieces);
  return (
    pieces.every((piece) => piece !== undefined) &&
    pieces[0]?.low === undefined &&
    pieces.at(-1)?.high === undefined &&
    cuts.length === pieces.length - 1 &&
    cuts.every((cut, index) => cut === pieces[index + 1]?.low) &&
    cuts.every((cut, index) => index === 0 || compare(cuts[index - 1] ?? '', cut) < 0)
  );
}

function cutsOf(pieces: readonly (Piece | undefined)[]): string[] {
  return pieces.slice(0, -1).flatMap((piece) => piece?.high ?? []);
}

function rowidPiece(range: SplitRange): Piece | undefined {
  if (range.kind !== 'rowids' || (range.high !== undefined && !range.isHighOpen)) return undefined;
  return { low: range.low, high: range.high };
}

function areParts(ranges: readonly SplitRange[]): boolean {
  const parts = ranges.filter((range) => range.kind === 'partition');
  const names = new Set(parts.map(({ name }) => name));
  const levels = new Set(parts.map(({ level }) => level));
  return names.size === ranges.length && levels.size === 1;
}

function areKeyRanges(ranges: readonly SplitRange[]): boolean {
  const all = ranges.map((range) => (range.kind === 'conditions' ? range.conditions : []));
  const nulls = all.filter((conditions) => isNullTest(conditions));
  const columns = new Set(all.flat().map(({ column }) => column));
  const pieces = all.filter((conditions) => !isNullTest(conditions)).map(keyPiece);
  return nulls.length === 1 && columns.size === 1 && isChain(pieces, compareKeys);
}

function isNullTest(conditions: readonly PlannedCondition[]): boolean {
  return conditions.length === 1 && conditions[0]?.op === 'is_null';
}

function keyPiece(conditions: readonly PlannedCondition[]): Piece | undefined {
  const bound = (op: PlannedCondition['op']) => {
    const [test, ...more] = conditions.filter((condition) => condition.op === op);
    return test && 'values' in test && more.length === 0 ? test.values[0] : undefined;
  };
  const [low, high] = [bound('>='), bound('<')];
  const understood = [low, high].filter((value) => value !== undefined).length;
  return understood > 0 && understood === conditions.length ? { low, high } : undefined;
}

/** Times without a sign are in the order of their texts. */
function compareKeys(a: string, b: string): number {
  const [left, right] = [scaledDecimal(a), scaledDecimal(b)];
  if (left === undefined || right === undefined) return a < b ? -1 : 1;
  return left < right ? -1 : 1;
}
