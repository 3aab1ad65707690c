import type oracledb from 'oracledb';
import type { PlannedColumn } from '../domain/column.ts';
import { OraFerryError } from '../errors.ts';
import type { LargeValue, Row } from '../ports/oracle.ts';
import type { Session } from './session.ts';
import { isLob } from './sql.ts';

/** Rows of one fetch at the beginning, when nobody knows how large the values are, and at most. */
const firstFetchRows = 10;
const mostFetchRows = 100;
/** At most where no length bounds what one value brings. */
const mostUnboundedRows = 20;
/** How much of long values, in bytes or characters, a fetch should bring and a batch may hold. */
const wantedPerFetch = 16 * 2 ** 20;
/** What a fetch may bring at worst, when all LOBs are as long as they may be in line. */
const mostPerFetch = 4 * wantedPerFetch;
/** About as many characters an element of a vector becomes. */
const charactersPerElement = 20;
/** A piece of a large value, in bytes or characters. */
const pieceLength = 2 ** 20;

/** True for a column whose values may be of any length. */
export function isLong(column: PlannedColumn): boolean {
  return isLob(column) || column.encoding.kind === 'vector' || isUnbounded(column);
}

function isUnbounded({ encoding }: PlannedColumn): boolean {
  return ['long', 'long_raw', 'json', 'xml'].includes(encoding.kind);
}

/** Makes rows of what a query with long values fetches. */
export interface LongRows {
  /** How many rows to fetch next, so that memory stays bounded. */
  fetchSize(): number;
  /** The fetched rows in batches of bounded size. Throws VALUE_ERROR. */
  batches(fetched: unknown[][]): Row[][];
  /** True when the rows fetched last hold large values, whose locators need the session. */
  holdsLarge(): boolean;
}

/**
 * Fetched rows hold the columns' values, then the length of each LOB, then the locator of each large one. The
 * length tells an empty LOB from NULL, which the driver makes of both: DBMS_LOB.GETLENGTH is 0 for the one and
 * NULL for the other. https://docs.oracle.com/en/database/oracle/oracle-database/23/arpls/DBMS_LOB.html
 */
export function createLongRows(
  columns: readonly PlannedColumn[],
  session: Session,
  inlineLob: number,
): LongRows {
  const long = columns.flatMap((column, index) => (isLong(column) ? [index] : []));
  const lobs = columns.flatMap((column, index) => (isLob(column) ? [{ column, index }] : []));
  const mostRows = mostRowsOf(columns, inlineLob);
  let fetchRows = Math.min(firstFetchRows, mostRows);
  let holdsLarge = false;

  function settle(row: unknown[]): Row {
    for (const [position, { column, index }] of lobs.entries()) {
      const length = row[columns.length + position];
      const locator = row[columns.length + lobs.length + position];
      if (locator === null) {
        row[index] = settleLob(column, row[index], length);
      } else {
        holdsLarge = true;
        row[index] = largeValue(session, column, locator as oracledb.Lob, Number(length));
      }
    }
    row.length = columns.length;
    return row;
  }

  return {
    fetchSize: () => fetchRows,
    holdsLarge: () => holdsLarge,
    batches(fetched) {
      holdsLarge = false;
      const sized = fetched.map((values) => {
        const row = settle(values);
        return { row, size: sizeOf(row, long) };
      });
      const total = sized.reduce((sum, { size }) => sum + size, 0);
      const affordable = Math.floor((wantedPerFetch * fetched.length) / Math.max(total, 1));
      // Small values say little of those to come, so the number grows step by step.
      fetchRows = Math.max(Math.min(affordable, 2 * fetchRows, mostRows), 1);
      return inBatches(sized);
    },
  };
}

function mostRowsOf(columns: readonly PlannedColumn[], inlineLob: number): number {
  const lobs = columns.filter(isLob).length;
  const most = columns.some(isUnbounded) ? mostUnboundedRows : mostFetchRows;
  const affordable = lobs === 0 ? most : Math.floor(mostPerFetch / (inlineLob * lobs));
  return Math.max(Math.min(affordable, most), 1);
}

function inBatches(sized: readonly { row: Row; size: number }[]): Row[][] {
  const batches: Row[][] = [];
  let held = Number.POSITIVE_INFINITY;
  for (const { row, size } of sized) {
    if (held + size > wantedPerFetch) {
      batches.push([]);
      held = 0;
    }
    batches.at(-1)?.push(row);
    held += size;
  }
  return batches;
}

function sizeOf(row: Row, long: readonly number[]): number {
  let size = 0;
  for (const index of long) {
    const value = row[index];
    if (typeof value === 'string' || Buffer.isBuffer(value)) size += value.length;
    else if (ArrayBuffer.isView(value)) size += elementsOf(value) * charactersPerElement;
  }
  return size;
}

function elementsOf(vector: ArrayBufferView): number {
  return 'length' in vector ? Number(vector.length) : vector.byteLength;
}

/**
 * `length` is decimal text, or null where the LOB is NULL. Both sides count bytes, or UTF-16 code units.
 * https://node-oracledb.readthedocs.io/en/latest/api_manual/lob.html
 */
function settleLob(column: PlannedColumn, value: unknown, length: unknown): unknown {
  if (length === null) return null;
  const expected = Number(length);
  if (expected === 0) return column.encoding.kind === 'blob' ? Buffer.alloc(0) : '';
  assertWhole(column, value, expected);
  return value;
}

function largeValue(
  session: Session,
  column: PlannedColumn,
  lob: oracledb.Lob,
  length: number,
): LargeValue {
  async function read(offset: number): Promise<string | Buffer> {
    const amount = Math.min(pieceLength, length - offset);
    const piece: unknown = await session.call(() => lob.getData(offset + 1, amount));
    assertWhole(column, piece, amount);
    return piece;
  }
  return {
    async *readPieces() {
      try {
        for (let offset = 0; offset < length; ) {
          const whole = await read(offset);
          const piece = offset + whole.length < length ? withoutHalf(whole) : whole;
          offset += piece.length;
          yield piece;
        }
      } finally {
        // What it cannot give back after a lost connection went with that.
        lob.on('error', () => undefined).destroy();
      }
    },
  };
}

/**
 * Half of a surrogate pair is read again with its other half. Oracle's client library, which serves Thick mode,
 * cannot express the half and may put U+FFFD in its place.
 */
function withoutHalf(piece: string | Buffer): string | Buffer {
  const isCut =
    typeof piece === 'string' && piece.length > 1 && /[\uD800-\uDBFF\uFFFD]$/.test(piece);
  return isCut ? piece.slice(0, -1) : piece;
}

function assertWhole(
  { name, encoding }: PlannedColumn,
  value: unknown,
  length: number,
): asserts value is string | Buffer {
  const isRight = encoding.kind === 'blob' ? Buffer.isBuffer(value) : typeof value === 'string';
  if (isRight && (value as string | Buffer).length === length) return;
  throw new OraFerryError('VALUE_ERROR', `Column ${name} holds a LOB that did not arrive whole.`, {
    details: { column: name },
  });
}
