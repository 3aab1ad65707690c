/**
 * Faults for tests. Each strikes once, the first that was armed first; a row fault that is due
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
  /**
   * Cuts the connection once it sent `bytes` bytes in answer to a query, counted over all packets of
   * its description, its rows and the LOBs that are read by their locators.
   */
  cutAtByte(bytes: number, table?: string): Fault;
  /** Fails the fetch of a query's row number `row` (1 is the first) with an ORA error. */
  errorAtRow(row: number, code: number, message: string, table?: string): Fault;
  /** Falls silent after a query sent `rows` rows, until the client breaks or goes. */
  stallAfterRows(rows: number, table?: string): Fault;
  /** Falls silent when a LOB is read by its locator, until the client breaks or goes. */
  stallLobRead(table?: string): Fault;
  /** Takes the listener down, or up again on the same port. Open sessions stay. */
  refuse(down: boolean): Promise<void>;
}

export type Strike = 'cut' | 'stall' | OracleError;

export interface ArmedFault {
  after: number;
  strike: Strike;
  consumed: number;
}

/** A table that a fault may be aimed at. */
export interface Target {
  owner: string;
  name: string;
}

interface Aimed {
  table: string | undefined;
  consumed: number;
}

/** `table` is a name or OWNER.NAME; without one, any table's query is struck. */
export function createRowFaults() {
  const armed: (ArmedFault & Aimed)[] = [];
  const cuts: (Aimed & { at: number })[] = [];
  const lobStalls: Aimed[] = [];
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
    cutAtByte(bytes: number, table?: string): Fault {
      const cut = { at: bytes, table, consumed: 0 };
      cuts.push(cut);
      return cut;
    },
    stallLobRead(table?: string): Fault {
      const stall = { table, consumed: 0 };
      lobStalls.push(stall);
      return stall;
    },
    /** How many of the next `length` bytes are sent before a cut; undefined when there is none. */
    cutWithin(target: Target, sent: number, length: number): number | undefined {
      const cut = cuts.find((fault) => fault.at < sent + length && strikes(fault, target));
      if (!cut) return undefined;
      cut.consumed++;
      return Math.max(0, cut.at - sent);
    },
    /** Whether the read of a LOB is to get no answer. */
    stallsLobRead(target: Target): boolean {
      const stall = lobStalls.find((fault) => strikes(fault, target));
      if (stall) stall.consumed++;
      return stall !== undefined;
    },
    /** The fault that strikes while rows `sent + 1` to `sent + limit` are fetched, if any. */
    due({ table }: ResultSet, sent: number, limit: number): ArmedFault | undefined {
      return armed.find(
        (fault) =>
          fault.after >= sent && fault.after < sent + limit && table && strikes(fault, table),
      );
    },
  };
}

export type RowFaults = ReturnType<typeof createRowFaults>;

function strikes({ table: aim, consumed }: Aimed, { owner, name }: Target): boolean {
  return consumed === 0 && (aim === undefined || aim === name || aim === `${owner}.${name}`);
}

/** Counts what one connection sent in answer to the newest query of each table. */
export function createByteMeter(faults: RowFaults) {
  const sent = new Map<Target, number>();
  return {
    restart: (target: Target) => void sent.set(target, 0),
    /** To be asked for each framed answer: how many of its bytes go out before a cut, if any. */
    cutAfter:
      (target: Target) =>
      (length: number): number | undefined => {
        const before = sent.get(target) ?? 0;
        sent.set(target, before + length);
        return faults.cutWithin(target, before, length);
      },
  };
}

export type ByteMeter = ReturnType<typeof createByteMeter>;
