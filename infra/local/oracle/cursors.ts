/** The open cursors of one session: executing, executing again and fetching. */
import { OracleError } from './errors.ts';
import type { ByteMeter, RowFaults, Strike } from './faults.ts';
import type { Release } from './release.ts';
import type { BindType, BindValue, ExecuteRequest } from './requests.ts';
import { describeMessage, endMessage, rowHeaderMessage } from './responses.ts';
import type { ResultSet } from './results.ts';
import type { ResultColumn } from './rows.ts';
import type { StatementContext } from './statement-context.ts';
import { type Outcome, runStatement } from './statements.ts';

/** The messages that answer a call. */
export interface Answer {
  parts: Buffer[];
  /** A fault that strikes instead of, or in the middle of, the answer. */
  strike?: Exclude<Strike, OracleError>;
  /** Of an answer that sends a table's data: how many of its framed bytes go out before a cut. */
  cutAfter?(framedBytes: number): number | undefined;
}

interface Cursor {
  id: number;
  sql: string;
  bindTypes: BindType[];
  /** Kept when the cursor is executed again, as the client does. */
  defines: number[];
  described: string;
  result: Outcome;
  sent: number;
}

const LARGEST_ID = 0xffff;

/** What a session's cursors work with besides their statements. */
interface CursorOptions {
  release: Release;
  faults: RowFaults;
  meter: ByteMeter;
}

/** Opens a session's set of cursors. Every method throws an OracleError. */
export function createCursors(context: StatementContext, options: CursorOptions) {
  const { release, meter } = options;
  const open = new Map<number, Cursor>();

  const existing = (id: number): Cursor => {
    const cursor = open.get(id);
    if (!cursor) throw new OracleError(1001, 'invalid cursor');
    return cursor;
  };
  const openCursor = (sql: string): Cursor => {
    let id = 1;
    while (open.has(id)) id++;
    if (id > LARGEST_ID) throw new OracleError(1000, 'maximum open cursors exceeded');
    return { id, sql, bindTypes: [], defines: [], described: '', result: undefined, sent: 0 };
  };
  const run = (cursor: Cursor, binds: BindValue[], rows: number): Answer => {
    const result = runStatement(context, cursor.sql, binds, cursor.bindTypes);
    cursor.sent = 0;
    if (!result) return { parts: [endMessage({}, release)] };
    open.set(cursor.id, cursor);
    if (result.table) meter.restart(result.table);
    const description = describeIfNew(cursor, result.columns, release);
    const waits = result.define && cursor.defines.length === 0;
    cursor.result = cursor.defines.length > 0 ? result.define?.(cursor.defines) : undefined;
    cursor.result ??= result;
    const answer = fetchRows(options, cursor, cursor.result, waits ? 0 : rows);
    return { ...answer, parts: [...description, ...answer.parts] };
  };
  const define = (cursor: Cursor, codes: number[], rows: number): Answer => {
    if (!cursor.result?.define) throw new OracleError(1007, 'variable not in select list');
    cursor.result = cursor.result.define(codes);
    cursor.defines = codes;
    return fetchRows(options, cursor, cursor.result, rows);
  };

  return {
    execute(request: ExecuteRequest): Answer {
      if (request.defines) return define(existing(request.cursorId), request.defines, request.rows);
      const cursor = request.sql === '' ? existing(request.cursorId) : openCursor(request.sql);
      if (request.sql !== '' || request.bindTypes.length > 0) cursor.bindTypes = request.bindTypes;
      return run(cursor, request.binds, request.rows);
    },
    reexecute(request: { cursorId: number; binds: BindValue[]; rows: number }): Answer {
      return run(existing(request.cursorId), request.binds, request.rows);
    },
    fetch({ cursorId, rows }: { cursorId: number; rows: number }): Answer {
      const cursor = existing(cursorId);
      if (!cursor.result) throw new OracleError(1002, 'fetch out of sequence');
      return fetchRows(options, cursor, cursor.result, rows);
    },
    bindTypes: (id: number) => existing(id).bindTypes,
    close(ids: readonly number[]) {
      for (const id of ids) open.delete(id);
    },
  };
}

/** Columns are described at the first execution, and again when they have changed since. */
function describeIfNew(
  cursor: Cursor,
  columns: readonly ResultColumn[],
  release: Release,
): Buffer[] {
  const description = describeMessage(columns, release);
  const text = description.toString('latin1');
  if (text === cursor.described) return [];
  cursor.described = text;
  return [description];
}

function fetchRows(
  { faults, meter, release }: CursorOptions,
  cursor: Cursor,
  result: ResultSet,
  limit: number,
): Answer {
  const fault = faults.due(result, cursor.sent, limit);
  const rows = fault ? fault.after - cursor.sent : limit;
  const batch = result.fetch(rows);
  cursor.sent += batch.rows;
  const header = rowHeaderMessage(result.columns.length, batch.rows);
  const parts = [header, ...batch.bytes];
  const end = { cursorId: cursor.id, rows: cursor.sent, done: batch.done };
  const metered = result.table && { cutAfter: meter.cutAfter(result.table) };
  if (!fault || batch.done) return { ...metered, parts: [...parts, endMessage(end, release)] };
  fault.consumed++;
  if (!(fault.strike instanceof OracleError)) return { parts, strike: fault.strike };
  return { ...metered, parts: [...parts, endMessage({ ...end, error: fault.strike }, release)] };
}
