/**
 * The messages that the server answers with. Field orders are those in which the driver reads:
 * node-oracledb `lib/thin/protocol/messages/base.js` and `withData.js`, for field version 24.
 */
import { createWriter } from './bytes.ts';
import type { OracleError } from './errors.ts';
import type { ResultColumn } from './rows.ts';

const AL32UTF8 = 873;
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
export function describeMessage(columns: readonly ResultColumn[]): Buffer {
  const writer = createWriter();
  const rowBytes = columns.reduce((sum, { wire }) => sum + wire.bytes, 0);
  writer.u8(16, 0).ub(rowBytes, columns.length).u8(0);
  for (const [index, { name, nullable, wire }] of columns.entries()) {
    const isText = wire.characters > 0;
    writer.u8(wire.code, 0, wire.precision & 0xff, wire.scale & 0xff);
    writer.ub(wire.bytes, 0, 0, 0, 0, isText ? AL32UTF8 : 0);
    writer.u8(isText ? 1 : 0).ub(wire.characters, 0);
    writer
      .u8(nullable ? 1 : 0, Buffer.byteLength(name))
      .str(name)
      .str('')
      .str('');
    writer.ub(index + 1, 0);
    writer.ub(0, 0, 0, 0).u8(0, 0);
  }
  return writer.ub(0, 0, 0, 0, 0, 0).view();
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
export function endMessage({ cursorId = 0, rows = 0, done = false, error }: CallEnd): Buffer {
  const code = error?.code ?? (done ? NO_DATA_FOUND : 0);
  const text = error?.message ?? (done ? 'ORA-01403: no data found' : '');
  const writer = createWriter(128);
  writer.u8(4).ub(0, 0, rows, Math.min(code, 0xffff), 0, 0, cursorId, error?.offset ?? 0);
  writer.u8(0, 0, 0, 0, 0, 0);
  writer.ub(0, 0).u8(0).ub(0, 0);
  writer.ub(0).u8(0, 0).ub(0, 0, 0);
  writer.ub(0, 0, 0);
  writer.ub(code, rows, 0, 0);
  if (code !== 0) writer.text(`${text}\n`);
  return writer.view();
}
