/**
 * The client's calls, as it writes them: node-oracledb `lib/thin/protocol/messages/execute.js`,
 * `withData.js` (binds and defines) and `base.js` (piggybacks), for field version 9 and later.
 */
import type { Reader } from './bytes.ts';
import { OracleError } from './errors.ts';
import { decodeFloat } from './float-types.ts';
import { skipFreeLobs } from './lobs.ts';
import { decodeNumber } from './numbers.ts';
import { FIELDS_SINCE, type Release } from './release.ts';
import { fromUtf16 } from './text-types.ts';

export const MESSAGE = {
  protocol: 1,
  dataTypes: 2,
  function: 3,
  piggyback: 17,
  oneWay: 26,
  fastAuthentication: 34,
} as const;

export const CALL = {
  reexecute: 4,
  fetch: 5,
  logoff: 9,
  commit: 14,
  rollback: 15,
  reexecuteAndFetch: 78,
  execute: 94,
  lob: 96,
  authPhaseTwo: 115,
  authPhaseOne: 118,
  ping: 147,
} as const;

const PIGGYBACK = {
  freeLobs: 96,
  closeCursors: 105,
  cancelCursors: 120,
  endToEnd: 135,
  setSchema: 152,
} as const;
const OPTION = { define: 0x10, execute: 0x20, fetch: 0x40 } as const;
const BIND_TYPE = {
  varchar: 1,
  number: 2,
  binaryInteger: 3,
  long: 8,
  char: 96,
  binaryFloat: 100,
  binaryDouble: 101,
} as const;
/** The form of text in the national character set, which is AL16UTF16. */
const NATIONAL = 2;

export interface CallHeader {
  call: number;
  token: number;
}

/** Reads a call's number and token, from after its message type. */
export function readCallHeader(message: Reader, { fieldVersion }: Release): CallHeader {
  const call = message.u8();
  message.skip(1);
  return { call, token: fieldVersion >= FIELDS_SINCE.tokens ? message.ub() : 0 };
}

export interface ExecuteRequest {
  cursorId: number;
  /** Empty when an open cursor is executed again. */
  sql: string;
  /** Rows to return at once; 0 when none are wanted yet. */
  rows: number;
  bindTypes: BindType[];
  binds: BindValue[];
  /** The type codes in which an open cursor's columns are wanted; the cursor is not executed. */
  defines?: number[];
}

export interface BindType {
  code: number;
  /** The character set's form; 0 for what is not text. */
  form: number;
}

/** A bind's value as text, or null. */
export type BindValue = string | null;

/** Reads a full EXECUTE. Throws an OracleError for bind types it cannot read. */
export function readExecute(message: Reader): ExecuteRequest {
  const options = message.ub();
  const cursorId = message.ub();
  const hasSql = message.u8() === 1;
  message.ub();
  message.skip(1);
  message.ub();
  message.skip(3);
  const rows = message.ub();
  message.ub();
  message.skip(1);
  const bindCount = message.ub();
  const defineCount = skipExecuteOptions(message);
  const sql = hasSql ? message.text() : '';
  for (let i = 0; i < 13; i++) message.ub();
  const wanted = (options & OPTION.fetch) !== 0 ? rows : 0;
  if ((options & OPTION.define) !== 0) {
    const defines = Array.from({ length: defineCount }, () => readType(message).code);
    return { cursorId, sql, rows: wanted, bindTypes: [], binds: [], defines };
  }
  const bindTypes = Array.from({ length: bindCount }, () => readType(message));
  return { cursorId, sql, rows: wanted, bindTypes, binds: readBinds(message, bindTypes) };
}

/** Skips what this server does not mind and returns the number of defines, which stands amid it. */
function skipExecuteOptions(message: Reader): number {
  message.skip(6);
  const defines = message.ub();
  message.ub();
  message.skip(3);
  message.ub();
  message.skip(1);
  message.ub();
  message.ub();
  message.skip(1);
  message.ub();
  message.skip(2);
  message.ub();
  message.skip(1);
  message.ub();
  message.skip(2);
  message.ub();
  return defines;
}

/** Reads the type of a bind or a define. */
function readType(message: Reader): BindType {
  const code = message.u8();
  message.skip(3);
  for (let i = 0; i < 3; i++) message.ub();
  if (message.ub() > 0) message.bytes();
  message.ub();
  message.ub();
  const form = message.u8();
  message.ub();
  message.ub();
  return { code, form };
}

/** The second and later executions of an open cursor carry neither text nor bind types. */
export function readReexecute(message: Reader, typesOf: (cursorId: number) => BindType[]) {
  const cursorId = message.ub();
  const rows = message.ub();
  const wantsRows = (message.ub() & OPTION.execute) !== 0;
  message.ub();
  const binds = readBinds(message, typesOf(cursorId));
  return { cursorId, rows: wantsRows ? rows : 0, binds };
}

function readBinds(message: Reader, types: readonly BindType[]): BindValue[] {
  if (types.length === 0) return [];
  message.skip(1);
  return types.map((type) => readBind(message, type));
}

function readBind(message: Reader, { code, form }: BindType): BindValue {
  const bytes = message.bytes();
  if (bytes === null) return null;
  switch (code) {
    case BIND_TYPE.number:
    case BIND_TYPE.binaryInteger:
      return decodeNumber(bytes);
    case BIND_TYPE.varchar:
    case BIND_TYPE.char:
    case BIND_TYPE.long:
      return form === NATIONAL ? fromUtf16(bytes) : bytes.toString();
    case BIND_TYPE.binaryFloat:
    case BIND_TYPE.binaryDouble:
      return String(decodeFloat(bytes));
    default:
      throw new OracleError(932, `inconsistent data types: bind type ${code} is not supported`);
  }
}

/** Reads which cursor to fetch from, and how many rows. */
export function readFetch(message: Reader): { cursorId: number; rows: number } {
  return { cursorId: message.ub(), rows: message.ub() };
}

export interface Piggyback {
  closedCursors: number[];
  /** What the session says that it is for, and for whom, from now on. */
  action?: string | undefined;
  client?: string | undefined;
}

/**
 * Reads the piggyback in front of a call. It does not tell its own length, so an unknown one leaves
 * nothing to read on from: an Error.
 */
export function readPiggyback(message: Reader, release: Release): Piggyback {
  const { call } = readCallHeader(message, release);
  switch (call) {
    case PIGGYBACK.closeCursors:
    case PIGGYBACK.cancelCursors: {
      message.skip(1);
      const cursors = Array.from({ length: message.ub() }, () => message.ub());
      return { closedCursors: call === PIGGYBACK.closeCursors ? cursors : [] };
    }
    case PIGGYBACK.freeLobs:
      skipFreeLobs(message);
      return { closedCursors: [] };
    case PIGGYBACK.setSchema:
      message.skip(1);
      message.ub();
      message.bytes();
      return { closedCursors: [] };
    case PIGGYBACK.endToEnd:
      return { closedCursors: [], ...readNames(message) };
    default:
      throw new Error(`piggyback ${call} is not supported`);
  }
}

/** Client id, module, action and the like: lengths first, then the texts. */
function readNames(message: Reader): Pick<Piggyback, 'action' | 'client'> {
  message.skip(2);
  message.ub();
  const lengths = [0, 0, 0, 0].map(() => readLength(message));
  message.skip(1);
  message.ub();
  lengths.push(readLength(message));
  message.skip(1);
  message.ub();
  message.skip(1);
  message.ub();
  lengths.push(readLength(message));
  const [client, , action] = lengths.map((length) => (length > 0 ? message.text() : undefined));
  return { client, action };
}

function readLength(message: Reader): number {
  message.skip(1);
  return message.ub();
}
