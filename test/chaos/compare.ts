import type { Database, StoredRow } from '../../infra/local/oracle/database.ts';
import type { ManifestTable, Row } from './consumer.ts';

export interface Difference {
  /** Rows of the source that the export does not have. */
  readonly lost: number;
  /** Rows of the export that the source does not have, or not so often. */
  readonly doubled: number;
}

export interface ScnSpan {
  readonly from: number;
  readonly to: number;
}

const none: Difference = { lost: 0, doubled: 0 };

/**
 * Compares an exported table with the source as it was at the table's SCN; one that was read in a transaction with the
 * source as it was at that SCN of the span which suits it best.
 */
export function compareTable(
  database: Database,
  { owner, table, scn, consistency }: ManifestTable,
  rows: readonly Row[],
  span: ScnSpan,
): Difference {
  const stored = database.findTable(owner, table);
  if (!stored) throw new Error(`${owner}.${table} was dropped too early`);
  const columns = stored.definition.columns.map(({ name, type }) => ({ name, type }));
  const actual = rows.map((row) => exportedLine(columns, row));
  const at = (past: number) =>
    difference(
      Array.from(database.rowsAt(owner, table, past), (row) => sourceLine(columns, row)),
      actual,
    );
  if (consistency !== 'transaction') return at(Number(scn));
  const changes = stored.versions.flatMap(({ born, died }) => [born, died]);
  const moments = new Set([span.from, ...changes.filter((c) => c > span.from && c <= span.to)]);
  let best: Difference | undefined;
  for (const moment of moments) {
    const found = at(moment);
    if (found.lost + found.doubled === 0) return none;
    if (!best || found.lost + found.doubled < best.lost + best.doubled) best = found;
  }
  return best ?? none;
}

type Columns = readonly { readonly name: string; readonly type: string }[];

/** The row as it must be exported, written down from the rules and not with the product's encoder. */
function sourceLine(columns: Columns, row: StoredRow): string {
  return JSON.stringify(
    columns.map(({ type }, index) => {
      const value = row[index] ?? null;
      if (value === null) return null;
      if (type === 'NUMBER') return Number(value);
      return type === 'BLOB' ? Buffer.from(value, 'hex').toString('base64') : value;
    }),
  );
}

/** Missing and unknown fields show, because no row of the source has them. */
function exportedLine(columns: Columns, row: Row): string {
  const isWhole = Object.keys(row).length === columns.length;
  if (!isWhole || !columns.every(({ name }) => name in row)) return JSON.stringify(row);
  return JSON.stringify(columns.map(({ name }) => row[name]));
}

function difference(expected: readonly string[], actual: readonly string[]): Difference {
  const balance = new Map<string, number>();
  for (const line of expected) balance.set(line, (balance.get(line) ?? 0) + 1);
  for (const line of actual) balance.set(line, (balance.get(line) ?? 0) - 1);
  let lost = 0;
  let doubled = 0;
  for (const count of balance.values()) {
    if (count > 0) lost += count;
    else doubled -= count;
  }
  return { lost, doubled };
}
