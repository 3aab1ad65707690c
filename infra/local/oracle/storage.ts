/**
 * Where rows lie: a table's rows in segments, one or one for each of its parts, each of extents of neighbouring
 * blocks, which the files of the database give to all segments in turn.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/cncpt/logical-storage-structures.html
 */
import { formatRowid, type RowAddress } from './rowids.ts';

export interface LocalLayout {
  /** 100 when left out. */
  rowsPerBlock?: number;
  /** When left out: 8 at first, 128 from the 17th extent on, 1,024 from the 80th. */
  extentBlocks?: number;
  /** Relative numbers of the files that give extents in turn, 4 alone when left out; 1024 is a bigfile. */
  files?: readonly number[];
  /** Blocks that stay free, for others, in front of each extent. */
  gap?(): number;
  /** The first block in each file, 128 when left out. */
  firstBlock?: number;
}

interface Extent {
  readonly file: number;
  readonly block: number;
  readonly blocks: number;
}

export interface Segment {
  /** The data object number, never given to another segment. */
  readonly object: number;
  /** Of which part of the table; undefined when it has none. */
  readonly part: string | undefined;
  /** None before the first row. */
  readonly extents: readonly Extent[];
  /** Makes room for a row and returns its place in the segment. */
  takeSlot(): number;
  addressOf(slot: number): RowAddress;
  /** Below 0, 0 or above, as the row at the slot stands to an address in Oracle's order. */
  compare(slot: number, address: RowAddress): number;
}

const FIRST_OBJECT = 70_001;
const FIRST_BLOCK = 128;
const BLOCK_BITS = 22;
const BLOCK_BYTES = 8_192;

export type Storage = ReturnType<typeof createStorage>;

/** The free space of a database. */
export function createStorage() {
  let lastObject = FIRST_OBJECT - 1;
  const free = new Map<number, number>();

  const allocate = (layout: LocalLayout, number: number): Extent => {
    const { files = [4], firstBlock = FIRST_BLOCK } = layout;
    const file = files[number % files.length] ?? 4;
    const block = Math.max(free.get(file) ?? 0, firstBlock) + (layout.gap?.() ?? 0);
    const blocks = layout.extentBlocks ?? usualBlocks(number);
    free.set(file, block + blocks);
    return { file, block, blocks };
  };

  return {
    /** Numbers that belong to objects without rows of their own come from the same series. */
    nextObject: () => ++lastObject,
    openSegment(layout: LocalLayout, part: string | undefined): Segment {
      const { rowsPerBlock = 100 } = layout;
      const extents: Extent[] = [];
      const blocks: Omit<RowAddress, 'object' | 'row'>[] = [];
      const object = ++lastObject;
      let slots = 0;
      return {
        object,
        part,
        extents,
        takeSlot() {
          if (slots === blocks.length * rowsPerBlock) {
            const extent = allocate(layout, extents.length);
            extents.push(extent);
            for (let i = 0; i < extent.blocks; i++) blocks.push(placeOf(extent, i));
          }
          return slots++;
        },
        addressOf(slot) {
          const block = blocks[Math.floor(slot / rowsPerBlock)] ?? { file: 0, block: 0 };
          return { object, ...block, row: slot % rowsPerBlock };
        },
        compare(slot, other) {
          const { file, block } = blocks[Math.floor(slot / rowsPerBlock)] ?? { file: 0, block: 0 };
          const row = slot % rowsPerBlock;
          return (
            object - other.object || file - other.file || block - other.block || row - other.row
          );
        },
      };
    },
  };
}

function usualBlocks(extent: number): number {
  if (extent < 16) return 8;
  return extent < 79 ? 128 : 1_024;
}

/** The one file of a bigfile tablespace has no number in a ROWID, but more bits for the block. */
function placeOf({ file, block }: Extent, offset: number): { file: number; block: number } {
  const number = block + offset;
  if (file < 1_024) return { file, block: number };
  return { file: number >>> BLOCK_BITS, block: number & (2 ** BLOCK_BITS - 1) };
}

/** Where a row version lies. */
export interface Place {
  readonly segment: Segment;
  readonly slot: number;
}

export function rowidAt({ segment, slot }: Place): string {
  return formatRowid(segment.addressOf(slot));
}

/** Bytes of its extents. */
export function sizeOf({ extents }: Segment): number {
  return extents.reduce((sum, { blocks }) => sum + blocks * BLOCK_BYTES, 0);
}
