/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (RAW) */
import type { LocalColumn, TypeDefinition } from './column.ts';

const WIRE_CODE = 23;
const LONGEST_RAW = 2000;
const HEX = /^(?:[0-9a-f]{2})*$/i;

const bytesOf = ({ length = LONGEST_RAW }: LocalColumn) => length;

/** RAW is stored as hex text. */
export const raw: TypeDefinition = {
  store(value, column) {
    const hex = storeHex(value);
    const bytes = bytesOf(column);
    if (hex.length / 2 > bytes) throw new RangeError(`the value is longer than ${bytes} bytes`);
    return hex;
  },
  catalogue: (column) => ({
    dataType: 'RAW',
    dataLength: bytesOf(column),
    charLength: 0,
    precision: null,
    scale: null,
  }),
  wire: (column) => ({
    code: WIRE_CODE,
    charsetForm: 0,
    precision: 0,
    scale: 0,
    bytes: bytesOf(column),
    characters: 0,
    encode: (value, writer) => void writer.bytes(Buffer.from(value, 'hex')),
  }),
};

/** Bytes as upper-case hex text. Throws a RangeError for anything else. */
export function storeHex(value: string): string {
  if (!HEX.test(value)) throw new RangeError('the value is not pairs of hex digits');
  return value.toUpperCase();
}
