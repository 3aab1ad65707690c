import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SplitRange } from '../../../../shared/domain/split-range.ts';
import { formatRowid, rangesBetween } from '../../../../shared/oracle/splits/rowids.ts';
import { assertTiling } from '../../../../shared/oracle/splits/tiling.ts';

const rowid = fc
  .record({
    object: fc.integer({ min: 1, max: 3 }),
    file: fc.integer({ min: 1, max: 3 }),
    block: fc.integer({ min: 0, max: 2 ** 22 - 1 }),
  })
  .map((place) => formatRowid({ ...place, row: 0 }));
const cuts = fc.uniqueArray(rowid, { minLength: 1, maxLength: 20 });

function keyRanges(values: readonly string[], withNulls: boolean): SplitRange[] {
  const test = (op: '<' | '>=', value: string | undefined) =>
    value === undefined ? [] : [{ column: 'K', op, compare: 'number' as const, values: [value] }];
  const ranges = [undefined, ...values].map((low, index) => ({
    kind: 'conditions' as const,
    conditions: [...test('>=', low), ...test('<', values[index])],
  }));
  const nulls = {
    kind: 'conditions' as const,
    conditions: [{ column: 'K', op: 'is_null' as const }],
  };
  return withNulls ? [...ranges, nulls] : ranges;
}

const keys = fc
  .uniqueArray(fc.integer(), { minLength: 1, maxLength: 20 })
  .map((values) => values.toSorted((a, b) => a - b).map(String));

const broken = expect.objectContaining({ code: 'INTERNAL_ERROR' });

/** Ranges in which something small is wrong. */
function spoil(ranges: readonly SplitRange[], at: number): SplitRange[][] {
  const index = at % ranges.length;
  const neighbour = (index + 1) % ranges.length;
  const swapped = ranges.map((range, i) => {
    if (i === index) return ranges[neighbour] ?? range;
    return i === neighbour ? (ranges[index] ?? range) : range;
  });
  return [
    ranges.toSpliced(index, 1),
    ranges.toSpliced(index, 0, ...ranges.slice(index, index + 1)),
    swapped,
  ];
}

describe('ranges of ROWIDs', () => {
  it('rule 9: tile when each ends where the next begins, and in no other case', () => {
    fc.assert(
      fc.property(cuts, fc.nat(), (some, at) => {
        const ranges = rangesBetween(some);
        expect(() => assertTiling(ranges)).not.toThrow();
        for (const spoilt of spoil(ranges, at)) expect(() => assertTiling(spoilt)).toThrow(broken);
      }),
    );
  });

  it.each<[string, SplitRange[]]>([
    [
      'a closed end, which the next one holds too',
      [
        { kind: 'rowids', high: 'AAAAAAAABAAAAAzAAA' },
        { kind: 'rowids', low: 'AAAAAAAABAAAAAzAAA' },
      ],
    ],
    [
      'an end that is no physical ROWID',
      [
        { kind: 'rowids', high: '*BAMABA', isHighOpen: true },
        { kind: 'rowids', low: '*BAMABA' },
      ],
    ],
    [
      'cuts that are in the order of their characters only',
      [
        { kind: 'rowids', high: 'AAAAAAAABAAAAA0AAA', isHighOpen: true },
        { kind: 'rowids', low: 'AAAAAAAABAAAAA0AAA', high: 'AAAAAAAABAAAAAzAAA', isHighOpen: true },
        { kind: 'rowids', low: 'AAAAAAAABAAAAAzAAA' },
      ],
    ],
    ['the whole table beside another', [{ kind: 'whole' }, { kind: 'rowids' }]],
    ['none', []],
    ['a whole table twice', [{ kind: 'whole' }, { kind: 'whole' }]],
  ])('do not tile with %s', (_, ranges) => {
    expect(() => assertTiling(ranges)).toThrow(broken);
  });
});

describe('ranges of a key', () => {
  it('tile with the NULLs when each ends where the next begins, and in no other case', () => {
    fc.assert(
      fc.property(keys, fc.nat(), (values, at) => {
        const ranges = keyRanges(values, false);
        const nulls = keyRanges(values, true).slice(-1);
        expect(() => assertTiling([...ranges, ...nulls])).not.toThrow();
        for (const spoilt of [...spoil(ranges, at).map((some) => [...some, ...nulls]), ranges]) {
          expect(() => assertTiling(spoilt)).toThrow(broken);
        }
      }),
    );
  });

  it('do not tile with two columns, with NULLs twice, or with what is no range', () => {
    const ranges = keyRanges(['1'], true);
    const [first, , nulls] = ranges;
    const foreign: SplitRange = {
      kind: 'conditions',
      conditions: [{ column: 'X', op: '>=', compare: 'number', values: ['1'] }],
    };
    const equal: SplitRange = {
      kind: 'conditions',
      conditions: [{ column: 'K', op: '=', compare: 'number', values: ['1'] }],
    };
    if (!first || !nulls) throw new Error('there are three ranges');
    for (const spoilt of [
      [first, foreign, nulls],
      [...ranges, nulls],
      [first, equal, nulls],
    ]) {
      expect(() => assertTiling(spoilt)).toThrow(broken);
    }
  });
});

describe('parts', () => {
  const part = (name: string, level: 'partition' | 'subpartition' = 'partition'): SplitRange => ({
    kind: 'partition',
    name,
    level,
  });

  it('tile by different names of one level', () => {
    expect(() => assertTiling([part('A'), part('B')])).not.toThrow();
    expect(() => assertTiling([part('A'), part('A')])).toThrow(broken);
    expect(() => assertTiling([part('A'), part('B', 'subpartition')])).toThrow(broken);
    expect(() => assertTiling([part('A'), { kind: 'rowids' }])).toThrow(broken);
  });
});
