/**
 * What a client asks of a LOB by its locator: node-oracledb
 * `lib/thin/protocol/messages/lobOp.js`.
 */
import { createWriter, type Reader } from './bytes.ts';
import type { Database, StoredTable } from './database.ts';
import { OracleError } from './errors.ts';
import { CHUNK_SIZE, kindOf, readLocator } from './lob-types.ts';

const OPERATION = { getLength: 0x1, read: 0x2, getChunkSize: 0x4000 } as const;
const PARAMETER = 8;
const LOB_DATA = 14;

interface LobRequest {
  locator: Buffer;
  operation: number;
  /** Of the first character or byte; they are counted from 1. */
  offset: number;
  amount: number;
}

/** Reads a LOB operation, from after its function header. */
export function readLobRequest(message: Reader): LobRequest {
  message.skip(1);
  const locatorBytes = message.ub();
  message.skip(1);
  for (let i = 0; i < 3; i++) message.ub();
  message.skip(3);
  const operation = message.ub();
  message.skip(2);
  const offset = message.ub();
  message.ub();
  const hasAmount = message.u8() === 1;
  message.skip(6);
  const locator = message.raw(locatorBytes);
  return { locator, operation, offset, amount: hasAmount ? message.ub() : 0 };
}

/** Skips the piggyback that frees temporary LOBs, of which this server has none. */
export function skipFreeLobs(message: Reader): void {
  message.skip(1);
  const locatorBytes = message.ub();
  message.skip(1);
  for (let i = 0; i < 3; i++) message.ub();
  message.skip(3);
  message.ub();
  message.skip(1);
  for (let i = 0; i < 3; i++) message.ub();
  message.skip(1);
  for (let i = 0; i < 3; i++) {
    message.skip(1);
    message.ub();
  }
  message.skip(locatorBytes);
}

/** Carries an operation out. Throws an OracleError. */
export function runLobRequest(
  database: Database,
  request: LobRequest,
): { table: StoredTable['definition']; parts: Buffer[] } {
  const { table, kind, value } = findLob(database, request.locator);
  const returning = (amount: number) =>
    createWriter(64).u8(PARAMETER).raw(request.locator).ub(amount).view();
  switch (request.operation) {
    case OPERATION.read: {
      const bytes = kind.slice(value, request.offset - 1, request.amount);
      const data = createWriter(bytes.length + 64)
        .u8(LOB_DATA)
        .bytes(bytes)
        .view();
      return { table, parts: [data, returning(bytes.length / kind.unitBytes)] };
    }
    case OPERATION.getLength:
      return { table, parts: [returning(kind.length(value))] };
    case OPERATION.getChunkSize:
      return { table, parts: [returning(CHUNK_SIZE)] };
    default:
      throw new OracleError(3120, `LOB operation ${request.operation} is not supported`);
  }
}

function findLob(database: Database, locator: Buffer) {
  const { table: id, column, version } = readLocator(locator);
  const table = database.findTableById(id);
  const kind = kindOf(table?.definition.columns[column]?.type ?? '');
  const value = table?.versions[version]?.values[column];
  if (!table || typeof value !== 'string' || !kind) {
    throw new OracleError(22922, 'nonexistent LOB value');
  }
  return { table: table.definition, kind, value };
}
