/** The open cursors of one session: executing, executing again and fetching. */
import { OracleError } from './errors.ts';
import type { ArmedFault, RowFaults, Strike } from './faults.ts';
import type { BindValue, ExecuteRequest } from './requests.ts';
import { describeMessage, endMessage, rowHeaderMessage } from './responses.ts';
import type { ResultSet } from './results.ts';
import type { ResultColumn } from './rows.ts';
import { type Outcome, runStatement, type StatementContext } from './statements.ts';

/** The messages that answer a call. */
export interface Answer {
  parts: Buffer[];
  /** A fault that strikes instead of, or in the middle of, the answer. */
  strike?: Exclude<Strike, OracleError>;
}

interface Cursor {
  id: number;
  sql: string;
  bindTypes: number[];
  described: string;
  result: Outcome;
  sent: number;
}

const LARGEST_ID = 0xffff;

/** Opens a session's set of cursors. Every method throws an OracleError. */
export function createCursors(context: StatementContext, faults: RowFaults) {
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
    return { id, sql, bindTypes: [], described: '', result: undefined, sent: 0 };
  };
  const run = (cursor: Cursor, binds: BindValue[], rows: number): Answer => {
    cursor.result = runStatement(context, cursor.sql, binds);
    cursor.sent = 0;
    if (!cursor.result) return { parts: [endMessage({})] };
    open.set(cursor.id, cursor);
    const description = describeIfNew(cursor, cursor.result.columns);
    const answer = fetchRows(faults, cursor, cursor.result, rows);
    return { ...answer, parts: [...description, ...answer.parts] };
  };

  return {
    execute(request: ExecuteRequest): Answer {
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
      return fetchRows(faults, cursor, cursor.result, rows);
    },
    bindTypes: (id: number) => existing(id).bindTypes,
    close(ids: readonly number[]) {
      for (const id of ids) open.delete(id);
    },
  };
}

/** Columns are described at the first execution, and again when they have changed since. */
function describeIfNew(cursor: Cursor, columns: readonly ResultColumn[]): Buffer[] {
  const description = describeMessage(columns);
  const text = description.toString('latin1');
  if (text === cursor.described) return [];
  cursor.described = text;
  return [description];
}

function fetchRows(faults: RowFaults, cursor: Cursor, result: ResultSet, limit: number): Answer {
  const fault = faults.due(result, cursor.sent, limit);
  const rows = fault ? fault.after - cursor.sent : limit;
  const batch = result.fetch(rows);
  cursor.sent += batch.rows;
  const header = rowHeaderMessage(result.columns.length, batch.rows);
  const parts = [header, ...batch.bytes];
  const end = { cursorId: cursor.id, rows: cursor.sent, done: batch.done };
  if (!fault || batch.done) return { parts: [...parts, endMessage(end)] };
  return strike(fault, parts, end);
}

function strike(
  fault: ArmedFault,
  parts: Buffer[],
  end: { cursorId: number; rows: number },
): Answer {
  fault.consumed++;
  if (!(fault.strike instanceof OracleError)) return { parts, strike: fault.strike };
  return { parts: [...parts, endMessage({ ...end, error: fault.strike })] };
}
