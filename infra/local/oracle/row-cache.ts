/**
 * Keeps the wire bytes of rows that were sent once, so that a fetch replays them: the client, not
 * this server, is what a benchmark then measures. Bytes lie in slabs in the order in which rows
 * were first read; neighbours are handed out as one view. Whole LOBs are encoded anew each time.
 */
import { createWriter, type Writer } from './bytes.ts';
import type { StoredRow, StoredTable } from './database.ts';
import { type Projection, writeProjectedRow } from './rows.ts';

const SLAB_BYTES = 1 << 20;

interface EncodedRows {
  batch(): { add(version: number, row: StoredRow): void; bytes(): Buffer[] };
}

export interface RowCache {
  of(table: StoredTable, projections: readonly Projection[]): EncodedRows;
}

/** Creates a cache; the bytes of a table's rows go with the table. */
export function createRowCache(): RowCache {
  const tables = new WeakMap<StoredTable, Map<string, EncodedRows>>();
  return {
    of(table, projections) {
      const queries = tables.get(table) ?? new Map<string, EncodedRows>();
      tables.set(table, queries);
      const signature = JSON.stringify(projections.map((projection) => projection.signature));
      const known = queries.get(signature) ?? createEncodedRows(projections);
      queries.set(signature, known);
      return known;
    },
  };
}

interface Span {
  slab: Writer;
  start: number;
  end: number;
}

function createEncodedRows(projections: readonly Projection[]): EncodedRows {
  const spans: (Span | undefined)[] = [];
  const keeps = !projections.some(({ wire }) => wire.isLarge);
  let slab = createWriter(SLAB_BYTES);

  const encode = (version: number, row: StoredRow): Span => {
    if (slab.length() >= SLAB_BYTES) slab = createWriter(SLAB_BYTES);
    const start = slab.length();
    writeProjectedRow(projections, row, version, slab);
    return { slab, start, end: slab.length() };
  };
  return {
    batch() {
      const runs: Span[] = [];
      return {
        add(version, row) {
          const span = spans[version] ?? encode(version, row);
          if (keeps) spans[version] = span;
          const last = runs.at(-1);
          if (last && last.slab === span.slab && last.end === span.start) last.end = span.end;
          else runs.push({ ...span });
        },
        bytes: () => runs.map((run) => run.slab.view(run.start, run.end)),
      };
    },
  };
}
