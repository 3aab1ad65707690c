import { type Cell, queryIfAllowed } from '../query.ts';
import { formatRowid, mostBlocks, rangesBetween } from './rowids.ts';
import { type Rung, wholeTable } from './rung.ts';
import { extentsOfTable } from './statements.ts';

/** Neighbouring blocks of one file that belong to one segment. */
export interface Extent {
  readonly object: number;
  readonly file: number;
  readonly block: number;
  readonly blocks: number;
}

type ExtentRow = [object: Cell, file: string, block: string, blocks: string];

/**
 * Ranges of ROWIDs with equally many blocks of the table in each. Extents that are added after the SCN hold no rows
 * of its time. Without a segment there were never any rows.
 */
export const byExtents: Rung = async (session, { owner, table, splits }) => {
  const rows = await queryIfAllowed<ExtentRow>(session, extentsOfTable, [owner, table]);
  if (!rows) return undefined;
  if (rows.length === 0) return wholeTable;
  const extents = rows.map(([object, file, block, blocks]) => ({
    object: Number(object),
    file: Number(file),
    block: Number(block),
    blocks: Number(blocks),
  }));
  if (!extents.every(isUsable)) return undefined;
  return { method: 'extents', ranges: rangesBetween(cutExtents(extents, splits)) };
};

/** How larger block numbers look in a ROWID is Oracle's secret. */
function isUsable({ object, block, blocks }: Extent): boolean {
  return object > 0 && block + blocks <= mostBlocks;
}

/** The ROWIDs at which each part but the first of `splits` equal parts of the blocks begins. */
export function cutExtents(extents: readonly Extent[], splits: number): string[] {
  const sorted = extents.toSorted(
    (a, b) => a.object - b.object || (a.file % 1_024) - (b.file % 1_024) || a.block - b.block,
  );
  const total = sorted.reduce((sum, { blocks }) => sum + blocks, 0);
  const parts = Math.min(splits, total);
  const cuts: string[] = [];
  let before = 0;
  for (const { object, file, block, blocks } of sorted) {
    for (let next = partAt(cuts.length); next < before + blocks; next = partAt(cuts.length)) {
      cuts.push(formatRowid({ object, file, block: block + next - before, row: 0 }));
    }
    before += blocks;
  }
  return cuts;

  /** The number of blocks in front of a part. The product stays far below 2^53. */
  function partAt(cut: number): number {
    return cut + 1 < parts ? Math.floor((total * (cut + 1)) / parts) : Infinity;
  }
}
