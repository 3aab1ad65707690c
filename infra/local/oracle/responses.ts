/**
 * The messages that the server answers with. Field orders are those in which the driver reads:
 * node-oracledb `lib/thin/protocol/messages/base.js` and `withData.js`; newer releases add fields.
 */
import { createWriter, type Writer } from './bytes.ts';
import type { WireType } from './column.ts';
import type { OracleError } from './errors.ts';
import { FIELDS_SINCE, type Release } from './release.ts';
import type { ResultColumn } from './rows.ts';

/** The character set by a column's form: none, the database's, the national one. */
const CHARACTER_SETS = [0, 873, 2000] as const;
const NO_DATA_FOUND = 1403;

/** Echoes the token of a pipelined call; other calls have none. */
export function tokenMessage(token: number): Buffer[] {
  return token === 0 ? [] : [createWriter(16).u8(33).ub(token).view()];
}

/** Ends a call that returns nothing. */
export function statusMessage(): Buffer {
  return createWriter(8).u8(9).ub(0, 0).view();
}

/** Describes a query's columns. */
export function describeMessage(columns: readonly ResultColumn[], release: Release): Buffer {
  const writer = createWriter();
  const rowBytes = columns.reduce((sum, { wire }) => sum + wire.bytes, 0);
  writer.u8(16, 0).ub(rowBytes, columns.length).u8(0);
  for (const [index, { name, nullable, wire }] of columns.entries()) {
    writer.u8(wire.code, 0, wire.precision & 0xff, wire.scale & 0xff);
    writer.ub(wire.bytes, 0, 0, 0, 0, CHARACTER_SETS[wire.charsetForm]);
    writer.u8(wire.charsetForm).ub(wire.characters, 0);
    writer
      .u8(nullable ? 1 : 0, Buffer.byteLength(name))
      .str(name)
      .str('')
      .str('');
    writer.ub(index + 1, 0);
    writeNewerColumnFields(writer, wire, release);
  }
  return writer.ub(0, 0, 0, 0, 0, 0).view();
}

const ANY_DIMENSIONS = 1;

/** No column has a domain or annotations. */
function writeNewerColumnFields(
  writer: Writer,
  { vector = { dimensions: 0, format: 0 } }: WireType,
  { fieldVersion }: Release,
): void {
  if (fieldVersion >= FIELDS_SINCE.domains) writer.ub(0, 0);
  if (fieldVersion >= FIELDS_SINCE.annotations) writer.ub(0);
  const { dimensions, format } = vector;
  if (fieldVersion < FIELDS_SINCE.vectors) return;
  writer.ub(dimensions).u8(format, dimensions === 0 ? ANY_DIMENSIONS : 0);
}

/** Precedes the rows of a batch. */
export function rowHeaderMessage(columns: number, rows: number): Buffer {
  return createWriter(32).u8(6, 2).ub(columns, 0, rows, 0, 0, 0).view();
}

/** How a call on a cursor ended. */
export interface CallEnd {
  cursorId?: number;
  /** Rows fetched by this cursor so far. */
  rows?: number;
  done?: boolean;
  error?: OracleError;
}

/** Ends a call: done so far, no more rows (1403) or an error. */
export function endMessage(
  { cursorId = 0, rows = 0, done = false, error }: CallEnd,
  release: Release,
): Buffer {
  const code = error?.code ?? (done ? NO_DATA_FOUND : 0);
  const text = error?.message ?? (done ? 'ORA-01403: no data found' : '');
  const writer = createWriter(128);
  writer.u8(4).ub(0, 0, rows, Math.min(code, 0xffff), 0, 0, cursorId, error?.offset ?? 0);
  writer.u8(0, 0, 0, 0, 0, 0);
  writer.ub(0, 0).u8(0).ub(0, 0);
  writer.ub(0).u8(0, 0).ub(0, 0, 0);
  writer.ub(0, 0, 0);
  writer.ub(code, rows);
  if (release.fieldVersion >= FIELDS_SINCE.sqlType) writer.ub(0, 0);
  if (code !== 0) writer.text(`${text}\n`);
  return writer.view();
}
