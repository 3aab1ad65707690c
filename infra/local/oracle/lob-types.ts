/**
 * CLOB, NCLOB and BLOB. A LOB is stored as one string: text, or bytes in hex. An empty one is not
 * NULL. Lengths and offsets of text count UTF-16 code units.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/adlob/operations-specific-to-persistent-and-temporary-lobs.html
 * Wire forms: node-oracledb `lib/thin/protocol/messages/withData.js` (processColumnData).
 */
import { storeHex } from './binary-types.ts';
import {
  binaryWire,
  type ColumnOrigin,
  catalogueEntry,
  type TypeDefinition,
  type WireType,
} from './column.ts';
import { OracleError } from './errors.ts';
import { LONG_CODE, LONG_RAW_CODE, longWire } from './long-types.ts';
import { toUtf16, wellFormed } from './text-types.ts';

const WIRE_CODE = { CLOB: 112, BLOB: 113 } as const;
const DESCRIBED_BYTES = 4000;
/** What of a LOB goes into a block, and what clients read at a time unless told otherwise. */
export const CHUNK_SIZE = 8132;
const LOCATOR_BYTES = 40;
const BLOB_FLAG = 0x01;
const UTF16_FLAG = 0x80;

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
  inlineCode: LONG_CODE,
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
  inlineCode: LONG_RAW_CODE,
  store: storeHex,
  length: (value) => value.length / 2,
  unitBytes: 1,
  slice: (value, offset, length) =>
    Buffer.from(value.slice(offset * 2, (offset + length) * 2), 'hex'),
  inline: (value) => Buffer.from(value, 'hex'),
};

export const KINDS = { CLOB, NCLOB, BLOB };

/** Types whose values come as a LOB only when an expression makes one of them. */
const AS_CLOB = new Set(['JSON', 'XMLTYPE']);

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
    catalogue: () => catalogueEntry(type, DESCRIBED_BYTES),
    wire: (_column, origin) => lobWire(kind, origin),
  };
}

/** The wire type of text that an expression gives as a CLOB. */
export function clobWire(origin: ColumnOrigin): WireType {
  return lobWire(CLOB, origin);
}

function lobWire(kind: LobKind, origin: ColumnOrigin): WireType {
  const { charsetForm, inlineCode } = kind;
  return binaryWire(
    kind.code,
    DESCRIBED_BYTES,
    (value, writer, version) => {
      const locator = writeLocator(kind, { ...origin, version });
      writer.ub(locator.length, kind.length(value), CHUNK_SIZE).bytes(locator);
    },
    { charsetForm, inline: longWire(inlineCode, kind.inline, { charsetForm }) },
  );
}

/** How a locator into a column of the type is read; undefined when there can be none. */
export function kindOf(type: string): LobKind | undefined {
  if (AS_CLOB.has(type)) return CLOB;
  return isLob(type) ? KINDS[type] : undefined;
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
