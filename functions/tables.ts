import { z } from 'zod';
import { identifier } from '../shared/domain/identifier.ts';
import { reportError } from '../shared/errors.ts';
import { mapLimited } from '../shared/map-limited.ts';
import type { OracleSource, TableDefinition, TableName } from '../shared/ports/oracle.ts';
import type { Context } from './context.ts';
import { pageQuery } from './fields.ts';
import type { Reply } from './http/answer.ts';
import { invalidRequest } from './http/input.ts';
import type { Call } from './http/route.ts';
import { within } from './oracle.ts';
import { type RowsView, type TableView, tableView, viewTable } from './views/table.ts';

const mostCounted = 50;

export const tablesQuery = z
  .strictObject({
    ...pageQuery.shape,
    /** Exact; without one, schemas that come with Oracle are left out. */
    owner: identifier.optional(),
    /** A pattern for the table's name: `*` stands for any characters, `?` for one. */
    name: z
      .string()
      .min(1)
      .max(200)
      .refine((text) => !text.includes('\0'), 'holds a NUL')
      .optional(),
    counts: z.enum(['statistics', 'exact']).default('statistics'),
  })
  .refine(({ counts, page_size: size }) => counts === 'statistics' || size <= mostCounted, {
    path: ['page_size'],
    message: `must be at most ${mostCounted} with counts=exact`,
  });

export const tablesView = z.object({
  tables: z.array(tableView),
  next_page_token: z.string().nullable(),
});

/** Tables and views that our user sees, by owner and name. A page costs the same wherever it lies. */
export async function listTables(
  ctx: Context,
  { query, signal: caller }: Call<{ query: typeof tablesQuery }>,
): Promise<Reply<z.output<typeof tablesView>>> {
  const { owner, name: pattern, page_size: limit, page_token: token } = query;
  const after = token === undefined ? undefined : readToken(token);
  const oracle = await ctx.oracle.source();
  const page = await within(listingMs, caller, (signal) =>
    oracle.catalogue.list({ owner, pattern }, { limit, after }, signal),
  );
  const tables =
    query.counts === 'exact'
      ? await countTables(oracle, page.tables, caller)
      : page.tables.map((table) => viewTable(table));
  return { body: { tables, next_page_token: page.next ? writeToken(page.next) : null } };
}

const listingMs = 60_000;
const concurrentCounts = 3;
/** For all tables of a page; what is not counted by then says so. */
const countingMs = 30_000;

function countTables(
  oracle: OracleSource,
  tables: readonly TableDefinition[],
  caller: AbortSignal,
): Promise<TableView[]> {
  const signal = AbortSignal.any([AbortSignal.timeout(countingMs), caller]);
  return mapLimited(tables, concurrentCounts, async (table) =>
    viewTable(table, await countRows(oracle, table, signal)),
  );
}

/** A table that cannot be counted does not keep the others from being shown. */
async function countRows(
  oracle: OracleSource,
  table: TableDefinition,
  signal: AbortSignal,
): Promise<RowsView> {
  const unknown = { count: null, exact: false, last_analyzed: null };
  try {
    const count = await oracle.count(table, {}, signal);
    return { count, exact: true, last_analyzed: null, error: null };
  } catch (error) {
    if (!signal.aborted) return { ...unknown, error: reportError(error) };
    const message = `Not counted within ${countingMs / 1_000} seconds for the whole page.`;
    return { ...unknown, error: { code: 'ORACLE_ERROR', message } };
  }
}

const place = z.tuple([identifier, identifier]);

function writeToken({ owner, table }: TableName): string {
  return Buffer.from(JSON.stringify([owner, table])).toString('base64url');
}

/** Throws VALIDATION_ERROR for anything that `writeToken` did not write. */
function readToken(token: string): TableName {
  const [owner, table] = placeIn(token) ?? [];
  if (owner !== undefined && table !== undefined) {
    const name = { owner, table };
    // oxlint-disable-next-line security/detect-possible-timing-attacks -- it says where a page begins; it is no secret.
    if (writeToken(name) === token) return name;
  }
  throw invalidRequest([{ field: 'query.page_token', message: 'is not one that we gave out' }]);
}

function placeIn(token: string): z.output<typeof place> | undefined {
  try {
    return place.safeParse(JSON.parse(Buffer.from(token, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
