/** A query's columns and the wire bytes of its rows. */
import type { Writer } from './bytes.ts';
import type { WireType } from './column.ts';
import type { StoredRow, StoredValue } from './database.ts';

const ROW_MESSAGE = 7;
/** Rows that were computed have no LOBs, which alone ask for their version. */
const NO_VERSION = 0;

export interface ResultColumn {
  name: string;
  nullable: boolean;
  wire: WireType;
}

/** One output column of a table query. */
export interface Projection extends ResultColumn {
  /** The value that a row version has in it. */
  read(row: StoredRow, version: number): StoredValue;
  /** Tells equal projections apart from others, for the cache of their bytes. */
  signature: string;
}

/** Writes values in the order of the columns as one row message. */
export function writeRow(
  columns: readonly ResultColumn[],
  row: readonly StoredValue[],
  writer: Writer,
): void {
  writer.u8(ROW_MESSAGE);
  for (const [index, { wire }] of columns.entries()) {
    writeValue(wire, row[index] ?? null, writer, NO_VERSION);
  }
}

/** Writes what the projections make of a stored row as one row message. */
export function writeProjectedRow(
  projections: readonly Projection[],
  row: StoredRow,
  version: number,
  writer: Writer,
): void {
  writer.u8(ROW_MESSAGE);
  for (const { read, wire } of projections) writeValue(wire, read(row, version), writer, version);
}

function writeValue(wire: WireType, value: StoredValue, writer: Writer, version: number): void {
  if (value !== null) wire.encode(value, writer, version);
  else if (wire.encodeNull) wire.encodeNull(writer);
  else writer.u8(0);
}
