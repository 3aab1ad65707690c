import { pino } from 'pino';
import { encodeChunks, type Tally } from '../../jobs/encode-chunks.ts';
import { planColumns } from '../../shared/domain/plan-columns.ts';
import { type BigQueryField, bigQueryFields } from '../../shared/domain/schema.ts';
import { createOracleSource } from '../../shared/oracle/source.ts';
import type { OracleSource } from '../../shared/ports/oracle.ts';
import { type ExactJson, parseExact } from '../support/exact-json.ts';
import type { SourceDatabase } from '../support/source-database.ts';
import type { Sample, TypeCase } from './type-case.ts';

const live = new AbortController().signal;

let tables = 0;

/** LOBs above this, the least that may be configured, are streamed. */
const inlineLobBytes = 1_024;

/** What the product makes of the values of a type. */
export interface Exported {
  readonly fields: readonly BigQueryField[];
  /** By sample, in their order. */
  readonly rows: readonly { readonly [field: string]: ExactJson }[];
}

/** The product's own way to a database, as a job has it. */
export function openProduct(database: SourceDatabase): OracleSource {
  const config = { ...database.config, inline_lob_bytes: inlineLobBytes };
  return createOracleSource(config, { action: 'test', log: pino({ level: 'silent' }) });
}

/** Writes the samples to a table of their own and exports it: row source, encoder, lines, parsed again. */
export async function exportSamples(
  database: SourceDatabase,
  product: OracleSource,
  { column, rules }: TypeCase,
  samples: readonly Sample[],
): Promise<Exported> {
  // Sessions remember by its text what a statement selects, so that no name is used twice.
  const table = { owner: database.owner, table: `ROUND_TRIP_${++tables}` };
  await database.createTable({
    name: table.table,
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 10, scale: 0, nullable: false },
      { name: 'V', ...column },
    ],
  });
  await database.insert(
    table.table,
    samples.map(({ value }, id) => [id, value]),
  );
  const columns = planColumns(await product.describe(table), {}, rules);
  const lines = await linesOf(product.rows({ ...table, columns }, live), columns);
  const rows: { [field: string]: ExactJson }[] = [];
  for (const line of lines) rows[Number(JSON.parse(line).ID)] = parseExact(line) as never;
  if (lines.length !== samples.length)
    throw new Error(`${lines.length} lines of ${samples.length}`);
  return { fields: bigQueryFields(columns), rows };
}

async function linesOf(
  batches: ReturnType<OracleSource['rows']>,
  columns: Parameters<typeof bigQueryFields>[0],
): Promise<string[]> {
  const tally: Tally = { fetched: 0, encoded: 0, newlines: 0, replacements: {} };
  const options = { columns, refuseReplacements: false, tally, report: () => undefined };
  const chunks = await Array.fromAsync(encodeChunks(batches, options));
  const lines = Buffer.concat(chunks).toString().split('\n');
  if (lines.pop() !== '') throw new Error('the last line has no newline');
  return lines;
}
