/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (RAW) */
import { binaryWire, catalogueEntry, type LocalColumn, type TypeDefinition } from './column.ts';

const WIRE_CODE = 23;
const USUAL_BYTES = 2000;
const MOST_BYTES = 32_767;
const HEX = /^(?:[0-9a-f]{2})*$/i;

const bytesOf = ({ length = USUAL_BYTES }: LocalColumn) => Math.min(length, MOST_BYTES);

/** RAW is stored as hex text. */
export const raw: TypeDefinition = {
  store(value, column) {
    const hex = storeHex(value);
    const bytes = bytesOf(column);
    if (hex.length / 2 > bytes) throw new RangeError(`the value is longer than ${bytes} bytes`);
    return hex;
  },
  catalogue: (column) => catalogueEntry('RAW', bytesOf(column)),
  wire: (column) =>
    binaryWire(
      WIRE_CODE,
      bytesOf(column),
      (value, writer) => void writer.bytes(Buffer.from(value, 'hex')),
    ),
};

/** Bytes as upper-case hex text. Throws a RangeError for anything else. */
export function storeHex(value: string): string {
  if (!HEX.test(value)) throw new RangeError('the value is not pairs of hex digits');
  return value.toUpperCase();
}
