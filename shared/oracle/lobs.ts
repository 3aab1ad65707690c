import type { PlannedColumn } from '../domain/column.ts';
import { OraFerryError } from '../errors.ts';
import type { Row } from '../ports.ts';

/** Rows of one fetch at the beginning, when nobody knows how large the LOBs are, and at most. */
const firstFetchRows = 10;
const mostFetchRows = 100;
/** How much of LOBs, in bytes or characters, a fetch should bring and a batch may hold. */
const wantedPerFetch = 16 * 2 ** 20;
/**
 * As JSON a value must fit a JavaScript string, which has at most 2^29 characters, with base64 or most of its
 * characters escaped; and the driver asks for no more than 2^31 bytes, so that Oracle would cut off the rest.
 */
const largestLob = 2 ** 28;

/** True for a column whose values are fetched as a whole, with their length beside them. */
export function isLob({ encoding }: PlannedColumn): boolean {
  return encoding.kind === 'clob' || encoding.kind === 'blob';
}

/** Makes rows of what a query with LOBs fetches. */
export interface LobRows {
  /** How many rows to fetch next, so that memory stays bounded. */
  fetchSize(): number;
  /** The fetched rows without the lengths, in batches of bounded size. Throws VALUE_ERROR. */
  batches(fetched: unknown[][]): Row[][];
}

/**
 * Fetched rows hold the columns' values, then the length of each LOB. The length tells an empty LOB from NULL,
 * which the driver makes of both: DBMS_LOB.GETLENGTH is 0 for the one and NULL for the other.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/arpls/DBMS_LOB.html
 */
export function createLobRows(columns: readonly PlannedColumn[]): LobRows {
  const lobs = columns.flatMap((column, index) => (isLob(column) ? [{ column, index }] : []));
  let fetchRows = firstFetchRows;

  /** Puts the row in order and returns how much its LOBs hold. */
  function settle(row: unknown[]): number {
    let held = 0;
    for (const [position, { column, index }] of lobs.entries()) {
      const length = row[columns.length + position];
      row[index] = settleLob(column, row[index], length);
      held += Number(length);
    }
    row.length = columns.length;
    return held;
  }

  return {
    fetchSize: () => fetchRows,
    batches(fetched) {
      const batches: Row[][] = [];
      let held = Number.POSITIVE_INFINITY;
      let total = 0;
      for (const row of fetched) {
        const size = settle(row);
        if (held + size > wantedPerFetch) {
          batches.push([]);
          held = 0;
        }
        batches.at(-1)?.push(row);
        held += size;
        total += size;
      }
      const affordable = Math.floor((wantedPerFetch * fetched.length) / Math.max(total, 1));
      fetchRows = Math.min(Math.max(affordable, 1), mostFetchRows);
      return batches;
    },
  };
}

/** `length` is decimal text, or null where the LOB is NULL. */
function settleLob(column: PlannedColumn, value: unknown, length: unknown): unknown {
  if (length === null) return null;
  const expected = Number(length);
  if (expected === 0) return column.encoding.kind === 'blob' ? Buffer.alloc(0) : '';
  if (expected > largestLob) {
    throw unfit(
      column,
      `a LOB of length ${expected}; the largest that can be exported has ${largestLob}`,
    );
  }
  // Only bytes are counted alike on both sides: some character sets count text in other units.
  const isWhole = Buffer.isBuffer(value) ? value.length === expected : typeof value === 'string';
  if (!isWhole) throw unfit(column, 'a LOB that did not arrive whole');
  return value;
}

function unfit({ name }: PlannedColumn, what: string): OraFerryError {
  return new OraFerryError('VALUE_ERROR', `Column ${name} holds ${what}.`, {
    details: { column: name },
  });
}
