import { isAbsolute, join, relative } from 'node:path';
import type { JobView } from './api.ts';
import { count } from './display.ts';
import { tableName } from './picture.ts';
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
  /** The folder that holds the job's objects under their names. */
  readonly outputDir: string;
  /** Where the reader of the receipt is: what lies below is named from there. */
  readonly here: string;
}

/** The receipt as plain text: what happened, how we know, and where to look. */
export function formatReceipt(receipt: Receipt): string {
  return [
    '',
    ...headline(receipt),
    '',
    ...formatTable([HEADER, ...receipt.tables.map((table) => tableLine(table, receipt))]),
    '',
    'rows/s: at least; from the last look before a table was claimed to its commit.',
    ...verdict(receipt),
    '',
    ...whereToLook(receipt),
    '',
  ].join('\n');
}

/** True when every table was read back and found to be what the manifest says. */
export function isVerified({ tables }: Receipt): boolean {
  return tables.length > 0 && tables.every((table) => table.problems.length === 0);
}

export function totalRows({ tables }: Receipt): number {
  return tables.reduce((total, table) => total + table.rows, 0);
}

function headline(receipt: Receipt): string[] {
  const { job, scn, tables, seconds } = receipt;
  const moment = scn ? `all as they were at SCN ${scn}` : 'each as it was at an SCN of its own';
  return [
    `Job ${job.id}, version ${job.version}: ${job.state}`,
    `${count(totalRows(receipt))} rows of ${tables.length} tables went from Oracle to Cloud Storage,`,
    `${moment}, in ${seconds.toFixed(1)} s with the start of all servers.`,
  ];
}

function verdict(receipt: Receipt): string[] {
  if (!isVerified(receipt)) {
    return ['NOT VERIFIED: what was read back is not what the manifest says.'];
  }
  return [
    'Verified: every part was read back from the bucket; its size, CRC32C and rows',
    "are those of the manifest, and each table has the rows of Oracle's own COUNT(*).",
  ];
}

function whereToLook({ tables, objects, outputDir, here }: Receipt): string[] {
  const fromHere = relative(here, outputDir);
  const folder = fromHere.startsWith('..') || isAbsolute(fromHere) ? outputDir : fromHere;
  const [part] = tables.flatMap(({ parts }) => parts);
  return [
    `The ${objects} objects of the job lie as files in`,
    `  ${join(folder, '/')}`,
    'The manifest lists every part that counts, with its rows, bytes and checksum:',
    `  ${join(folder, '_manifest.json')}`,
    ...(part ? ['See the first rows of a part:', `  ${firstRows(join(folder, part.name))}`] : []),
  ];
}

function firstRows(path: string): string {
  const isPlain = /^[\w./+-]+$/.test(path);
  return `gunzip -c ${isPlain ? path : `'${path.replaceAll("'", "'\\''")}'`} | head -3`;
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
