/**
 * Faults for tests. A row fault strikes once, the first that was armed first; one that is due
 * right after the last row strikes before the client learns that there are no more rows.
 */
import { OracleError } from './errors.ts';
import type { ResultSet } from './results.ts';

/** Counts how often a fault struck, 0 or 1. */
export interface Fault {
  readonly consumed: number;
}

export interface Faults {
  /** Cuts the connection, mid-packet, after a query sent `rows` rows. */
  cutAfterRows(rows: number, table?: string): Fault;
  /** Fails the fetch of a query's row number `row` (1 is the first) with an ORA error. */
  errorAtRow(row: number, code: number, message: string, table?: string): Fault;
  /** Falls silent after a query sent `rows` rows, until the client breaks or goes. */
  stallAfterRows(rows: number, table?: string): Fault;
  /** Takes the listener down, or up again on the same port. Open sessions stay. */
  refuse(down: boolean): Promise<void>;
}

export type Strike = 'cut' | 'stall' | OracleError;

export interface ArmedFault {
  after: number;
  strike: Strike;
  consumed: number;
}

/** `table` is a name or OWNER.NAME; without one, any table's query is struck. */
export function createRowFaults() {
  const armed: (ArmedFault & { table: string | undefined })[] = [];
  const arm = (after: number, strike: Strike, table: string | undefined): Fault => {
    const fault = { after, strike, table, consumed: 0 };
    armed.push(fault);
    return fault;
  };

  return {
    cutAfterRows: (rows: number, table?: string) => arm(rows, 'cut', table),
    stallAfterRows: (rows: number, table?: string) => arm(rows, 'stall', table),
    errorAtRow: (row: number, code: number, message: string, table?: string) =>
      arm(row - 1, new OracleError(code, message), table),
    /** The fault that strikes while rows `sent + 1` to `sent + limit` are fetched, if any. */
    due(result: ResultSet, sent: number, limit: number): ArmedFault | undefined {
      return armed.find(
        ({ after, table, consumed }) =>
          consumed === 0 && after >= sent && after < sent + limit && isAimedAt(result, table),
      );
    },
  };
}

export type RowFaults = ReturnType<typeof createRowFaults>;

function isAimedAt({ table }: ResultSet, aim: string | undefined): boolean {
  if (!table) return false;
  return aim === undefined || aim === table.name || aim === `${table.owner}.${table.name}`;
}
