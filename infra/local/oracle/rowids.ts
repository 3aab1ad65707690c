/**
 * ROWIDs: physical ones in their extended form, 18 characters of base 64, `OOOOOOFFFBBBBBBRRR`, and
 * logical ones, `*` and base 64 of any length.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (Rowid Data Types)
 */
import { encodeNumber } from './numbers.ts';

/** Where a row lies. */
export interface RowAddress {
  /** The data object's number. */
  object: number;
  file: number;
  block: number;
  row: number;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const WIDTHS = { object: 6, file: 3, block: 6, row: 3 } as const;
const LIMITS = { object: 2 ** 32, file: 2 ** 10, block: 2 ** 22, row: 2 ** 16 } as const;
const PHYSICAL = /^([A-Za-z0-9+/]{6})([A-Za-z0-9+/]{3})([A-Za-z0-9+/]{6})([A-Za-z0-9+/]{3})$/;

export function formatRowid({ object, file, block, row }: RowAddress): string {
  return (
    digits(object, WIDTHS.object) +
    digits(file, WIDTHS.file) +
    digits(block, WIDTHS.block) +
    digits(row, WIDTHS.row)
  );
}

function digits(value: number, width: number): string {
  let text = '';
  for (let rest = value; text.length < width; rest = Math.floor(rest / 64)) {
    text = ALPHABET.charAt(rest % 64) + text;
  }
  return text;
}

/** undefined for what is not a physical ROWID. */
export function parseRowid(text: string): RowAddress | undefined {
  const match = PHYSICAL.exec(text);
  if (!match) return undefined;
  const [object = 0, file = 0, block = 0, row = 0] = match.slice(1).map(number);
  const fits =
    object < LIMITS.object && file < LIMITS.file && block < LIMITS.block && row < LIMITS.row;
  return fits ? { object, file, block, row } : undefined;
}

function number(text: string): number {
  return [...text].reduce((sum, digit) => sum * 64 + ALPHABET.indexOf(digit), 0);
}

/** The numbers of the first object and the first block that this server gives to a table. */
const FIRST_OBJECT = 70_000;
const FIRST_BLOCK = 128;
const FILE = 4;
const ROWS_PER_BLOCK = 100;

/** The ROWID of a table's row, by the table's number and the row's, which is counted from 0. */
export function rowidOf(table: number, row: number): string {
  return formatRowid({
    object: FIRST_OBJECT + table,
    file: FILE,
    block: FIRST_BLOCK + Math.floor(row / ROWS_PER_BLOCK),
    row: row % ROWS_PER_BLOCK,
  });
}

/** The block that every row of an index-organized table was once in, as its logical ROWIDs remember. */
const GUESSED_BLOCK = Buffer.of(4, 0, 0xc0, 0x23, 0xb3);
const KEY_END = 0xfe;

/** The logical ROWID of a row in an index-organized table, as if its number, from 1, were the key. */
export function logicalRowidOf(row: number): string {
  const key = encodeNumber(String(row + 1));
  const bytes = Buffer.concat([GUESSED_BLOCK, Buffer.of(key.length), key, Buffer.of(KEY_END)]);
  return `*${bytes.toString('base64').replace(/=+$/, '')}`;
}

/**
 * The number that a row of the table has, or would have, at a ROWID, so that ROWIDs can be compared
 * as numbers: a row that would stand behind the block's last counts as that last and a half.
 * undefined when it lies in another table or is no physical ROWID.
 */
export function rowAt(table: number, rowid: string): number | undefined {
  const address = parseRowid(rowid);
  if (!address || address.object !== FIRST_OBJECT + table) return undefined;
  const beyond = address.row >= ROWS_PER_BLOCK;
  const offset = beyond ? ROWS_PER_BLOCK - 0.5 : address.row;
  return (address.block - FIRST_BLOCK) * ROWS_PER_BLOCK + offset;
}
