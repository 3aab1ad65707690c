import type { SplitRange } from '../../domain/split-range.ts';

/** Where a row of an ordinary table lies; `file` is RELATIVE_FNO as the dictionary has it. */
export interface RowAddress {
  readonly object: number;
  readonly file: number;
  readonly block: number;
  readonly row: number;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Blocks of a file that a ROWID can tell apart; a bigfile tablespace may have more. */
export const mostBlocks = 2 ** 22;

/**
 * An extended ROWID as DBMS_ROWID.ROWID_CREATE would make it: data object (6 characters), file (3), block (6) and
 * row (3) in base 64. The one file of a bigfile tablespace has the number 1024, and zeros in a ROWID.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (Rowid Data Types)
 */
export function formatRowid({ object, file, block, row }: RowAddress): string {
  return digits(object, 6) + digits(file % 1_024, 3) + digits(block, 6) + digits(row, 3);
}

function digits(value: number, width: number): string {
  let text = '';
  for (let rest = value; text.length < width; rest = Math.floor(rest / 64)) {
    text = alphabet.charAt(rest % 64) + text;
  }
  return text;
}

/** True for what is no logical ROWID, as the rows of an index-organized table have. */
export function isPhysicalRowid(text: string): boolean {
  return /^[A-Za-z0-9+/]{18}$/.test(text);
}

/** Below 0, 0 or above, in Oracle's order, which is that of the numbers within and not of the characters. */
export function compareRowids(a: string, b: string): number {
  const at = [...a].findIndex((character, index) => character !== b[index]);
  return at === -1 ? 0 : alphabet.indexOf(a.charAt(at)) - alphabet.indexOf(b.charAt(at));
}

/**
 * Ranges from one cut to the next, in Oracle's order. The first and the last one are open, so that together they
 * hold every ROWID that there is, whatever is known of the places where rows lie.
 */
export function rangesBetween(cuts: readonly string[]): SplitRange[] {
  const sorted = [...new Set(cuts)].toSorted(compareRowids);
  return [undefined, ...sorted].map((low, index) => {
    const high = sorted[index];
    return {
      kind: 'rowids',
      ...(low !== undefined && { low }),
      ...(high !== undefined && { high, isHighOpen: true }),
    };
  });
}

/** Blocks that follow one another. */
export interface Piece {
  /** The ROWID of their first place. */
  readonly start: string;
  readonly blocks: number;
}

/** The beginnings of those pieces with which the next of `splits` parts of equal size begins. */
export function evenCuts(pieces: readonly Piece[], splits: number): string[] {
  const sorted = pieces.toSorted((a, b) => compareRowids(a.start, b.start));
  const total = sorted.reduce((sum, { blocks }) => sum + blocks, 0);
  const cuts: string[] = [];
  let before = 0;
  let part = 0;
  for (const { start, blocks } of sorted) {
    // The product stays far below 2^53.
    const next = Math.floor((before * splits) / total);
    if (next > part) cuts.push(start);
    part = next;
    before += blocks;
  }
  return cuts;
}

/** How many blocks lie from one ROWID to another of the same file. */
export function blocksBetween(start: string, end: string): number {
  return blockNumber(end) - blockNumber(start) + 1;
}

function blockNumber(rowid: string): number {
  return [...rowid.slice(6, 15)].reduce((sum, digit) => sum * 64 + alphabet.indexOf(digit), 0);
}
