import { z } from 'zod';
import { compileEncoder, type TableEncoder } from '../shared/domain/encode.ts';
import { identifier } from '../shared/domain/identifier.ts';
import { planColumns } from '../shared/domain/plan-columns.ts';
import type { OracleSource, Row, RowQuery, TableName } from '../shared/ports/oracle.ts';
import type { Context } from './context.ts';
import { count } from './fields.ts';
import type { Reply } from './http/answer.ts';
import { invalidRequest } from './http/input.ts';
import type { Call } from './http/route.ts';
import { within } from './oracle.ts';
import { plannedColumnView, tableKind, viewPlannedColumn } from './views/table.ts';

/** Names in one list with commas or, if one of them holds a comma, each in a field of its own. */
const names = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',') : value),
  z.array(identifier).min(1).max(1000),
);

export const sampleInput = {
  params: z.object({ name: z.string().min(1).max(300) }),
  query: z
    .strictObject({
      owner: identifier.optional(),
      limit: count(1000, 10),
      columns: names.optional(),
      exclude_columns: names.optional(),
    })
    .refine(({ columns, exclude_columns: excluded }) => !(columns && excluded), {
      message: 'give columns or exclude_columns, not both',
    }),
};

export const sampleView = z.object({
  owner: z.string(),
  table: z.string(),
  kind: tableKind,
  columns: z.array(plannedColumnView),
  /** As an export writes them. */
  rows: z.array(z.record(z.string(), z.unknown())),
  /** False when rows were left out because they are too large for one answer, 8 MiB. */
  complete: z.boolean(),
});

/** Some rows of a table as it is now, byte for byte as an export would write them. */
export async function sampleTable(
  ctx: Context,
  { params, query, signal: caller }: Call<typeof sampleInput>,
): Promise<Reply<z.output<typeof sampleView>>> {
  const name = tableIn(params.name, query.owner);
  const oracle = await ctx.oracle.source();
  const text = await within(readingMs, caller, async (signal) => {
    const definition = await oracle.describe(name, signal);
    const columns = planColumns(definition, query);
    const wanted = { ...(definition.source ?? name), columns, limit: query.limit };
    const { lines, complete } = await readLines(oracle, wanted, signal);
    const head = { ...name, kind: definition.kind, columns: columns.map(viewPlannedColumn) };
    return spliceRows(head, lines, complete);
  });
  return { text };
}

const readingMs = 60_000;

/** `owner.table`, or a table whose owner stands in the query. Throws VALIDATION_ERROR. */
function tableIn(text: string, owner: string | undefined): TableName {
  const parts = owner === undefined ? text.split('.') : [owner, text];
  const [itsOwner, table] = z.tuple([identifier, identifier]).safeParse(parts).data ?? [];
  if (itsOwner !== undefined && table !== undefined) return { owner: itsOwner, table };
  const message = 'write owner.table, or ?owner= and the table when a name has a dot';
  throw invalidRequest([{ field: 'params.name', message }]);
}

/** Longer samples are of no use to anybody, and a single LOB may be longer. */
const mostBytes = 8 * 1024 * 1024;

interface Sample {
  readonly lines: readonly string[];
  readonly complete: boolean;
}

async function readLines(
  oracle: OracleSource,
  query: RowQuery,
  signal: AbortSignal,
): Promise<Sample> {
  const encoder = compileEncoder(query.columns);
  const lines: string[] = [];
  let left = mostBytes;
  for await (const batch of oracle.rows(query, signal)) {
    for (const row of batch) {
      const line = await lineOf(encoder, row, left);
      if (line === undefined) return { lines, complete: false };
      left -= Buffer.byteLength(line);
      lines.push(line);
    }
  }
  return { lines, complete: true };
}

/** The row's line without its newline; undefined when it has more bytes than are left. */
async function lineOf(
  encoder: TableEncoder,
  row: Row,
  bytesLeft: number,
): Promise<string | undefined> {
  let line = '';
  for await (const piece of encoder.pieces(row)) {
    line += piece;
    if (line.length > bytesLeft) return undefined;
  }
  return Buffer.byteLength(line) > bytesLeft ? undefined : line.trimEnd();
}

/** JSON whose rows are the very text of the encoder: parsing them could only lose digits. */
function spliceRows(head: object, lines: readonly string[], complete: boolean): string {
  const begin = JSON.stringify(head).slice(0, -1);
  return `${begin},"rows":[${lines.join(',')}],"complete":${complete}}`;
}
