/**
 * CLOB, NCLOB and BLOB. A LOB is stored as one string: text, or bytes in hex. An empty one is not
 * NULL. Lengths and offsets of text count UTF-16 code units.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/adlob/operations-specific-to-persistent-and-temporary-lobs.html
 * Wire forms: node-oracledb `lib/thin/protocol/messages/withData.js` (processColumnData).
 */
import { storeHex } from './binary-types.ts';
import type { Writer } from './bytes.ts';
import type { ColumnOrigin, TypeDefinition, WireType } from './column.ts';
import { OracleError } from './errors.ts';
import { toUtf16, wellFormed } from './text-types.ts';

const WIRE_CODE = { CLOB: 112, BLOB: 113, LONG: 8, LONG_RAW: 24 } as const;
/** What of a LOB goes into a block, and what clients read at a time unless told otherwise. */
export const CHUNK_SIZE = 8132;
const LOCATOR_BYTES = 40;
const BLOB_FLAG = 0x01;
const UTF16_FLAG = 0x80;
const NULL_FETCHED = 1405;

/** What differs between the three. */
interface LobKind {
  code: number;
  charsetForm: WireType['charsetForm'];
  inlineCode: number;
  store(value: string): string;
  length(value: string): number;
  /** Bytes per character or byte that a locator's reader counts. */
  unitBytes: number;
  /** The bytes of a part as a locator's reader gets them; `offset` is 0 for the first. */
  slice(value: string, offset: number, length: number): Buffer;
  /** All bytes, for a client that fetches the LOB as a LONG. */
  inline(value: string): Buffer;
}

const CLOB: LobKind = {
  code: WIRE_CODE.CLOB,
  charsetForm: 1,
  inlineCode: WIRE_CODE.LONG,
  store: wellFormed,
  length: (value) => value.length,
  unitBytes: 2,
  // The text of a CLOB lies in the database as UTF-16 when the character set is AL32UTF8.
  slice: (value, offset, length) => toUtf16(value.slice(offset, offset + length)),
  inline: (value) => Buffer.from(value),
};
const NCLOB: LobKind = { ...CLOB, charsetForm: 2, inline: toUtf16 };
const BLOB: LobKind = {
  code: WIRE_CODE.BLOB,
  charsetForm: 0,
  inlineCode: WIRE_CODE.LONG_RAW,
  store: storeHex,
  length: (value) => value.length / 2,
  unitBytes: 1,
  slice: (value, offset, length) =>
    Buffer.from(value.slice(offset * 2, (offset + length) * 2), 'hex'),
  inline: (value) => Buffer.from(value, 'hex'),
};

export const KINDS = { CLOB, NCLOB, BLOB };

export const clob = lob('CLOB');
export const nclob = lob('NCLOB');
export const blob = lob('BLOB');

/** True for the types whose values a locator stands for. */
export function isLob(type: string): type is keyof typeof KINDS {
  return type in KINDS;
}

function lob(type: keyof typeof KINDS): TypeDefinition {
  const kind = KINDS[type];
  return {
    keepsEmpty: true,
    store: kind.store,
    catalogue: () => ({
      dataType: type,
      dataLength: 4000,
      charLength: 0,
      precision: null,
      scale: null,
    }),
    wire: (_column, origin) => ({
      ...described(kind),
      encode(value, writer, version) {
        const length = kind.length(value);
        const locator = writeLocator(kind, { ...origin, version });
        writer.ub(locator.length, length, CHUNK_SIZE).bytes(locator);
      },
      inline: inlineWire(kind),
    }),
  };
}

function described({ code, charsetForm }: LobKind) {
  return { code, charsetForm, precision: 0, scale: 0, bytes: 4000, characters: 0 };
}

/** As a LONG: the value, an indicator (-1 is NULL) and a return code. */
function inlineWire(kind: LobKind): WireType {
  return {
    ...described(kind),
    code: kind.inlineCode,
    isLarge: true,
    encode: (value, writer) => void writer.bytes(kind.inline(value)).ub(0, 0),
    encodeNull: (writer: Writer) => void writer.u8(0).u8(0x81, 1).ub(NULL_FETCHED),
  };
}

/** Where the value lies that a locator stands for. */
export interface LobAddress extends ColumnOrigin {
  version: number;
}

/** A locator that any session can resolve, so that row bytes can be sent to all of them. */
function writeLocator(kind: LobKind, { table, column, version }: LobAddress): Buffer {
  const locator = Buffer.alloc(LOCATOR_BYTES);
  locator.writeUInt16BE(LOCATOR_BYTES - 2, 0);
  if (kind === BLOB) locator.writeUInt8(BLOB_FLAG, 4);
  else locator.writeUInt8(UTF16_FLAG, 6);
  locator.writeUInt32BE(table, 16);
  locator.writeUInt32BE(column, 20);
  locator.writeUInt32BE(version, 24);
  return locator;
}

/** Reads back what writeLocator wrote. Throws an OracleError for what cannot be a locator. */
export function readLocator(locator: Buffer): LobAddress {
  if (locator.length !== LOCATOR_BYTES)
    throw new OracleError(22275, 'invalid LOB locator specified');
  return {
    table: locator.readUInt32BE(16),
    column: locator.readUInt32BE(20),
    version: locator.readUInt32BE(24),
  };
}
