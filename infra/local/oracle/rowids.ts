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

/** The block that every row of an index-organized table was once in, as its logical ROWIDs remember. */
const GUESSED_BLOCK = Buffer.of(4, 0, 0xc0, 0x23, 0xb3);
const KEY_END = 0xfe;

/** The logical ROWID of a row in an index-organized table, as if its number, from 1, were the key. */
export function logicalRowidOf(row: number): string {
  const key = encodeNumber(String(row + 1));
  const bytes = Buffer.concat([GUESSED_BLOCK, Buffer.of(key.length), key, Buffer.of(KEY_END)]);
  return `*${bytes.toString('base64').replace(/=+$/, '')}`;
}
