/**
 * What client and server agree on after ACCEPT: protocol, data types and who is asking. To a
 * release with fast authentication the driver sends all three at once, to an older one each by
 * itself (node-oracledb `lib/thin/protocol/messages/fastAuth.js`, `protocol.js`, `dataType.js` and
 * `auth.js`).
 */
import { createWriter, type Reader } from './bytes.ts';
import type { Release } from './release.ts';

const AL32UTF8 = 873;
const AL16UTF16 = 2000;
const BANNER = 'OraFerry local server\0';
const COMPILE_CAPABILITIES = 53;
const RUNTIME_CAPABILITIES = 11;

export interface LoginRequest {
  user: string;
  pairs: Map<string, string>;
}

/** Reads a fast-authentication message and returns the first phase of the login in it. */
export function readFastAuthentication(message: Reader): LoginRequest {
  message.skip(4);
  skipProtocol(message);
  message.skip(5);
  message.skip(1);
  skipDataTypes(message);
  message.skip(3);
  return readLogin(message);
}

function skipProtocol(message: Reader): void {
  message.skip(3);
  while (message.u8() !== 0);
}

function skipDataTypes(message: Reader): void {
  message.skip(6);
  message.bytes();
  const runtime = message.bytes();
  const hasTimeZone = runtime !== null && runtime.readUInt8(1) === 1;
  if (hasTimeZone) message.skip(11);
  while (message.u16() !== 0) message.skip(6);
}

/** Reads either phase of a login, from after its function header. */
export function readLogin(message: Reader): LoginRequest {
  message.skip(1);
  message.ub();
  message.ub();
  message.skip(1);
  const count = message.ub();
  message.skip(2);
  const user = message.text();
  const pairs = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    message.ub();
    const key = message.text();
    const value = message.ub() > 0 ? message.text() : '';
    message.ub();
    pairs.set(key, value);
  }
  return { user, pairs };
}

/** The answer to the protocol message, or to that part of a fast-authentication message. */
export function writeProtocol(release: Release): Buffer {
  const writer = createWriter();
  const national = Buffer.alloc(11);
  national.writeUInt16BE(AL16UTF16, 9);
  const compile = Buffer.alloc(COMPILE_CAPABILITIES);
  compile.writeUInt8(release.fieldVersion, 7);
  const runtime = Buffer.alloc(RUNTIME_CAPABILITIES);
  runtime.writeUInt8(2, 0);
  runtime.writeUInt8(1, 1);
  runtime.writeUInt8(4, 6);

  writer.u8(1, 6, 0).raw(Buffer.from(BANNER));
  writer.u16le(AL32UTF8).u8(1).u16le(0);
  writer.u16(national.length).raw(national);
  return writer.bytes(compile).bytes(runtime).view();
}

/**
 * The answer to the data types message, or to that part of a fast-authentication message. The
 * database's time zone is UTC: an interval of zero whose fields are biased by 60.
 */
export function writeDataTypes(): Buffer {
  const writer = createWriter(32);
  return writer.u8(2).u32(0x80000000).u8(60, 60, 60).u32(0x80000000).u16(0).view();
}

/** Writes a login's answer: keys, values and flags. */
export function writePairs(pairs: readonly [string, string, number][]): Buffer {
  const writer = createWriter();
  writer.u8(8).ub(pairs.length);
  for (const [key, value, flags] of pairs) writer.str(key).str(value).ub(flags);
  return writer.view();
}

/** What the server tells of itself once the password was right; `proof` shows that it knows it. */
export function sessionPairs(session: {
  id: number;
  service: string;
  proof: string;
  release: Release;
}): [string, string, number][] {
  const name = session.service.toUpperCase();
  return [
    ['AUTH_VERSION_STRING', '- 64bit Production', 0],
    ['AUTH_VERSION_SQL', '26', 0],
    ['AUTH_VERSION_NO', String(session.release.number), 0],
    ['AUTH_XACTION_TRAITS', '3', 0],
    ['AUTH_SESSION_ID', String(session.id), 0],
    ['AUTH_SERIAL_NUM', '1', 0],
    ['AUTH_INSTANCE_NO', '1', 0],
    ['AUTH_DBNAME', name, 0],
    ['AUTH_INSTANCENAME', 'LOCAL', 0],
    ['AUTH_SC_SERVICE_NAME', session.service, 0],
    ['AUTH_SC_DBUNIQUE_NAME', name, 0],
    ['AUTH_SC_REAL_DBUNIQUE_NAME', name, 0],
    ['AUTH_SC_DB_DOMAIN', '', 0],
    ['AUTH_MAX_OPEN_CURSORS', '1000', 0],
    ['AUTH_MAX_IDEN_LENGTH', '128', 0],
    ['AUTH_SVR_RESPONSE', session.proof, 0],
  ];
}
