/**
 * ROWID and UROWID.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (Rowid Data Types)
 * Wire forms: node-oracledb `lib/thin/protocol/packet.js` (readRowID, readURowID).
 */
import { binaryWire, catalogueEntry, type TypeDefinition, type WireType } from './column.ts';
import { parseRowid } from './rowids.ts';

const LOGICAL = /^\*[A-Za-z0-9+/]{2,}$/;
const PHYSICAL_MARK = 1;
const LOGICAL_MARK = 2;
const UROWID_BYTES = 4000;
const ROWID_CODE = 11;
const UROWID_CODE = 208;
export const ROWID_CODES: ReadonlySet<number> = new Set([ROWID_CODE, UROWID_CODE]);

/** The wire type of a ROWID column, and of the pseudo column. */
export const rowidWire: WireType = binaryWire(ROWID_CODE, 18, (value, writer) => {
  const { object, file, block, row } = addressOf(value);
  writer.u8(13).ub(object, file).u8(0).ub(block, row);
});

export const rowid: TypeDefinition = {
  store(value) {
    addressOf(value);
    return value;
  },
  catalogue: () => catalogueEntry('ROWID', 10),
  wire: () => rowidWire,
};

/** The wire type of a UROWID column, and of the pseudo column of an index-organized table. */
export const urowidWire: WireType = binaryWire(UROWID_CODE, UROWID_BYTES, (value, writer) => {
  const bytes = encodeUrowid(value);
  writer.ub(bytes.length).bytes(bytes);
});

export const urowid: TypeDefinition = {
  store(value) {
    if (!LOGICAL.test(value) || value.length % 4 === 2) addressOf(value);
    return value;
  },
  catalogue: () => catalogueEntry('UROWID', UROWID_BYTES),
  wire: () => urowidWire,
};

/** A mark, then the parts of a physical ROWID or the bytes of a logical one. */
export function encodeUrowid(value: string): Buffer {
  if (value.startsWith('*')) {
    return Buffer.concat([Buffer.of(LOGICAL_MARK), Buffer.from(value.slice(1), 'base64')]);
  }
  const { object, file, block, row } = addressOf(value);
  const bytes = Buffer.alloc(13);
  bytes.writeUInt8(PHYSICAL_MARK);
  bytes.writeUInt32BE(object, 1);
  bytes.writeUInt16BE(file, 5);
  bytes.writeUInt32BE(block, 7);
  bytes.writeUInt16BE(row, 11);
  return bytes;
}

function addressOf(value: string) {
  const address = parseRowid(value);
  if (!address) throw new RangeError(`${value} is not a ROWID`);
  return address;
}
