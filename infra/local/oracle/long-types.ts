/**
 * LONG and LONG RAW, and LOBs that are fetched whole, which travel in the same form.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html
 */
import { storeHex } from './binary-types.ts';
import { binaryWire, catalogueEntry, type TypeDefinition, type WireType } from './column.ts';
import { wellFormed } from './text-types.ts';

export const LONG_CODE = 8;
export const LONG_RAW_CODE = 24;
const NULL_FETCHED = 1405;

export const long: TypeDefinition = {
  store: wellFormed,
  catalogue: () => catalogueEntry('LONG', 0),
  wire: () => longWire(LONG_CODE, (value) => Buffer.from(value), { charsetForm: 1 }),
};

export const longRaw: TypeDefinition = {
  store: storeHex,
  catalogue: () => catalogueEntry('LONG RAW', 0),
  wire: () => longWire(LONG_RAW_CODE, (value) => Buffer.from(value, 'hex')),
};

/** The value, an indicator (-1 is NULL) and a return code. */
export function longWire(
  code: number,
  bytesOf: (value: string) => Buffer,
  rest: Partial<WireType> = {},
): WireType {
  const encode: WireType['encode'] = (value, writer) => void writer.bytes(bytesOf(value)).ub(0, 0);
  return binaryWire(code, 0, encode, {
    isLarge: true,
    encodeNull: (writer) => void writer.u8(0).u8(0x81, 1).ub(NULL_FETCHED),
    ...rest,
  });
}
