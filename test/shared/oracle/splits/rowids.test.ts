import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutExtents, type Extent } from '../../../../shared/oracle/splits/extents.ts';
import {
  blocksBetween,
  compareRowids,
  evenCuts,
  formatRowid,
  isPhysicalRowid,
  rangesBetween,
} from '../../../../shared/oracle/splits/rowids.ts';
import { assertTiling } from '../../../../shared/oracle/splits/tiling.ts';

const upTo = (max: number) => fc.integer({ min: 0, max });
const address = fc.record({
  object: upTo(2 ** 32 - 1),
  file: upTo(1_023),
  block: upTo(2 ** 22 - 1),
  row: upTo(32_767),
});

describe('a ROWID', () => {
  // The first two as DBMS_ROWID took them apart, at https://dbatman.blog/2018/06/29/decoding-rowid/ and
  // http://atoracle.cn/index.php?a=show&id=66&m=Article; the third, of a bigfile, from Bryla and Loney,
  // Oracle Database 11g DBA Handbook, chapter 16 (DBMS_ROWID and Bigfile Tablespaces).
  it.each([
    ['AAAAASAABAAAADxAAb', { object: 18, file: 1, block: 241, row: 27 }],
    ['AAAAECAABAAAAgiAAA', { object: 258, file: 1, block: 2_082, row: 0 }],
    ['AAASAVAAAAAAAAUAAJ', { object: 73_749, file: 1_024, block: 20, row: 9 }],
  ])('%s is made of its parts as Oracle makes it', (text, parts) => {
    expect(formatRowid(parts)).toBe(text);
  });

  it('comes in the order of its parts, not in that of its characters', () => {
    fc.assert(
      fc.property(address, address, (a, b) => {
        const expected =
          a.object - b.object || a.file - b.file || a.block - b.block || a.row - b.row;
        expect(Math.sign(compareRowids(formatRowid(a), formatRowid(b)))).toBe(Math.sign(expected));
      }),
    );
    expect(compareRowids('AAAAAAAABAAAAAzAAA', 'AAAAAAAABAAAAA0AAA')).toBeLessThan(0);
    expect('AAAAAAAABAAAAAzAAA' < 'AAAAAAAABAAAAA0AAA').toBe(false);
  });

  it('tells the blocks to another one', () => {
    const at = (block: number, row: number) => formatRowid({ object: 7, file: 3, block, row });
    expect(blocksBetween(at(100, 0), at(163, 32_767))).toBe(64);
    expect(isPhysicalRowid(at(0, 0))).toBe(true);
    expect(isPhysicalRowid('*BAEADisCwQL+')).toBe(false);
  });
});

const extent: fc.Arbitrary<Omit<Extent, 'block'> & { gap: number }> = fc.record({
  object: fc.integer({ min: 1, max: 4 }),
  file: fc.constantFrom(4, 5, 1_024),
  blocks: fc.integer({ min: 1, max: 1_024 }),
  gap: upTo(50),
});

/** One behind the other in each file. */
function place(parts: readonly (Omit<Extent, 'block'> & { gap: number })[]): Extent[] {
  const free = new Map<number, number>();
  return parts.map(({ gap, ...rest }) => {
    const block = (free.get(rest.file) ?? 128) + gap;
    free.set(rest.file, block + rest.blocks);
    return { ...rest, block };
  });
}

function blocksOf(extents: readonly Extent[]): string[] {
  return extents.flatMap(({ object, file, block, blocks }) =>
    Array.from({ length: blocks }, (_, index) =>
      formatRowid({ object, file, block: block + index, row: 0 }),
    ),
  );
}

describe('extents', () => {
  it('are cut into ranges that differ by one block at most and tile all ROWIDs', () => {
    fc.assert(
      fc.property(
        fc.array(extent, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 2, max: 40 }),
        (parts, splits) => {
          const extents = place(parts);
          const cuts = cutExtents(extents, splits);
          const blocks = blocksOf(extents);
          expect(cuts).toHaveLength(Math.min(splits, blocks.length) - 1);
          assertTiling(rangesBetween(cuts));
          const counts = [undefined, ...cuts].map(
            (low, index) =>
              blocks.filter(
                (block) =>
                  (low === undefined || compareRowids(block, low) >= 0) &&
                  (cuts[index] === undefined || compareRowids(block, cuts[index]) < 0),
              ).length,
          );
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('pieces', () => {
  it('are never parted, and make parts that exceed their share by less than a piece', () => {
    const piece = fc.record({ at: upTo(2 ** 22 - 1), blocks: fc.integer({ min: 1, max: 500 }) });
    fc.assert(
      fc.property(
        fc.uniqueArray(piece, { minLength: 1, maxLength: 60, selector: ({ at }) => at }),
        fc.integer({ min: 2, max: 20 }),
        (some, splits) => {
          const pieces = some.map(({ at, blocks }) => ({
            start: formatRowid({ object: 9, file: 1, block: at, row: 0 }),
            blocks,
          }));
          const cuts = evenCuts(pieces, splits);
          assertTiling(rangesBetween(cuts));
          const starts = pieces.map(({ start }) => start).toSorted(compareRowids);
          expect(cuts.length).toBeLessThan(splits);
          expect(starts.slice(1)).toEqual(expect.arrayContaining(cuts));
          const share = pieces.reduce((sum, { blocks }) => sum + blocks, 0) / splits;
          for (const [index, low] of [starts[0] ?? '', ...cuts].entries()) {
            const own = pieces.filter(
              ({ start }) =>
                compareRowids(start, low) >= 0 &&
                (cuts[index] === undefined || compareRowids(start, cuts[index]) < 0),
            );
            const size = own.reduce((sum, { blocks }) => sum + blocks, 0);
            expect(size).toBeLessThan(share + 500);
          }
        },
      ),
    );
  });

  it('of nothing make no cuts', () => {
    expect(evenCuts([], 5)).toEqual([]);
  });
});
