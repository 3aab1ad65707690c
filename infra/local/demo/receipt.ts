import type { JobView } from './api.ts';
import { tableName } from './follow.ts';
import type { ReadTable } from './reread.ts';

export interface Receipt {
  readonly job: JobView;
  readonly scn: string | null;
  readonly tables: readonly ReadTable[];
  /** Milliseconds per table, by its name. */
  readonly durations: ReadonlyMap<string, number>;
  /** All objects of the job, manifest and schemas included. */
  readonly objects: number;
  readonly seconds: number;
  readonly outputDir: string;
}

/** The receipt as plain text. */
export function formatReceipt(receipt: Receipt): string {
  const { job, scn, objects, seconds, outputDir } = receipt;
  return [
    '',
    `Job ${job.id}, version ${job.version}: ${job.state} at SCN ${scn ?? '(one per table)'}`,
    '',
    ...formatTable([HEADER, ...receipt.tables.map((table) => tableLine(table, receipt))]),
    '',
    'rows/s: from the claim of a table to its commit, the start of its reader included.',
    `${count(totalRows(receipt))} rows in ${seconds.toFixed(1)} s. ${verdict(receipt)}`,
    `${objects} objects lie in ${outputDir}`,
    '',
  ].join('\n');
}

/** True when every table was read back and found to be what the manifest says. */
export function isVerified({ tables }: Receipt): boolean {
  return tables.length > 0 && tables.every((table) => table.problems.length === 0);
}

function verdict(receipt: Receipt): string {
  if (!isVerified(receipt))
    return 'NOT VERIFIED: what was read back is not what the manifest says.';
  return [
    'Every part was read back from the bucket:',
    "its size, CRC32C and rows are those of the manifest, and the rows those of Oracle's count.",
  ].join('\n');
}

export function totalRows({ tables }: Receipt): number {
  return tables.reduce((total, table) => total + table.rows, 0);
}

const HEADER = ['table', 'rows', 'bytes', 'parts', 'rows/s', 'verified'];

function tableLine(table: ReadTable, { durations }: Receipt): string[] {
  const milliseconds = durations.get(tableName(table));
  const rate = milliseconds ? count(Math.round((table.rows * 1000) / milliseconds)) : '-';
  return [
    tableName(table),
    count(table.rows),
    count(table.bytes),
    String(table.parts.length),
    rate,
    table.problems.length === 0 ? 'yes' : 'NO',
  ];
}

/** Columns as wide as their widest cell: the first to the left, the others to the right. */
function formatTable(lines: readonly (readonly string[])[]): string[] {
  const widths = HEADER.map((_, column) => Math.max(...lines.map((l) => l[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
