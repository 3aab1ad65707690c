/** Result sets: what a cursor fetches from. Rows come as wire bytes. */
import { createWriter } from './bytes.ts';
import {
  type Database,
  isVisible,
  type StoredRow,
  type StoredTable,
  type StoredValue,
} from './database.ts';
import { OracleError } from './errors.ts';
import type { RowCache } from './row-cache.ts';
import { ROWID_CODES } from './rowid-types.ts';
import { type Projection, type ResultColumn, writeRow } from './rows.ts';

interface Batch {
  bytes: Buffer[];
  rows: number;
  /** True when the batch came out short because there are no more rows. */
  done: boolean;
}

/** The rows of an executed query, to be fetched once from first to last. */
export interface ResultSet {
  columns: readonly ResultColumn[];
  /** The table that is read row by row, for faults that are aimed at it. */
  table?: { owner: string; name: string };
  /**
   * Of a query with LOBs: the same rows in the forms that the client wants, given by a type code
   * per column. Rows are not sent before. Throws an OracleError.
   */
  define?(codes: readonly number[]): ResultSet;
  /** Returns the next rows, at most `limit`. Throws an OracleError. */
  fetch(limit: number): Batch;
}

/** A result set of rows that are known already. */
export function listResult(
  columns: readonly ResultColumn[],
  rows: readonly (readonly StoredValue[])[],
): ResultSet {
  let at = 0;
  return {
    columns,
    fetch(limit) {
      const batch = rows.slice(at, at + limit);
      at += batch.length;
      const writer = createWriter();
      for (const row of batch) writeRow(columns, row, writer);
      return { bytes: [writer.view()], rows: batch.length, done: batch.length < limit };
    },
  };
}

/** Which rows of a table are wanted: those that pass the test at the SCN, the first of them. */
export interface Selection {
  scn: number;
  limit: number;
  test(row: StoredRow, version: number): boolean;
}

/** Reads a table as it was at the SCN. Rows born later are passed over, also while fetching. */
export function tableResult(
  database: Database,
  rowCache: RowCache,
  query: Selection & { table: StoredTable; projections: readonly Projection[] },
): ResultSet {
  const { table, projections, scn, test } = query;
  const encoded = rowCache.of(table, projections);
  let at = 0;
  let left = query.limit;
  const define = (codes: readonly number[]) => {
    const defined = projections.map((projection, index) => defineColumn(projection, codes[index]));
    return tableResult(database, rowCache, { ...query, projections: defined });
  };
  return {
    columns: projections,
    table: table.definition,
    ...(projections.some(({ wire }) => wire.inline) && { define }),
    fetch(limit) {
      database.assertReadable(table, scn);
      const batch = encoded.batch();
      let rows = 0;
      const most = Math.min(limit, left);
      for (; rows < most && at < table.versions.length; at++) {
        const version = table.versions[at];
        if (!version || !isVisible(version, scn) || !test(version.values, at)) continue;
        batch.add(at, version.values);
        rows++;
      }
      left -= rows;
      return { bytes: batch.bytes(), rows, done: rows < limit };
    },
  };
}

function defineColumn(projection: Projection, code: number | undefined): Projection {
  const { inline, ...plain } = projection.wire;
  const wire = [plain, inline].find((form) => form?.code === code);
  if (!wire) throw new OracleError(3115, unsupported(projection.name, plain.code));
  return { ...projection, wire, signature: `${projection.signature} ${wire.code}` };
}

/**
 * The driver wants a ROWID beside a LOB as text, but would read it as a ROWID: what Oracle sends then
 * is not known, so it is refused.
 */
function unsupported(name: string, code: number): string {
  const reason = 'unsupported network datatype or representation';
  if (!ROWID_CODES.has(code)) return reason;
  return `${reason}: beside a LOB select ${name} by ROWIDTOCHAR or CAST, which give text`;
}

/** The row versions that are selected. */
export function selectedVersions(
  { versions }: StoredTable,
  { scn, limit, test }: Selection,
): StoredTable['versions'] {
  const wanted = versions.filter(
    (version, index) => isVisible(version, scn) && test(version.values, index),
  );
  return limit < wanted.length ? wanted.slice(0, limit) : wanted;
}
