/**
 * The one kind of query that reads tables:
 * `SELECT <item>, … FROM "OWNER"."TABLE" [PARTITION ("P")] [SAMPLE BLOCK (n)] [AS OF SCN n] [WHERE <condition>
 * AND …]`, where SUBPARTITION may stand for PARTITION, and what summaries.ts knows in the place of the list.
 */

import type { BoundValue } from './condition-values.ts';
import { type Condition, type RowTest, takeCondition } from './conditions.ts';
import type { StoredRow, StoredTable } from './database.ts';
import { OracleError } from './errors.ts';
import type { BindType, BindValue } from './requests.ts';
import { type ResultSet, selectedVersions, tableResult } from './results.ts';
import { type Item, projectItem, takeItems } from './select-items.ts';
import type { StatementContext } from './statement-context.ts';
import { rowidAt } from './storage.ts';
import { type Summary, takeSummary } from './summaries.ts';
import { createTaker, type Taker } from './taker.ts';
import type { Token } from './tokens.ts';

/** A recognised query, not yet looked up in the database. */
export interface TableQuery {
  items: Item[] | Summary;
  owner: string;
  table: string;
  /** Where the table's name stands in the statement. */
  at: number;
  part?: Token;
  /** The share of the blocks in percent. */
  sample?: number;
  /** The SCN's token, a number or a bind; without one the query reads the present. */
  scn?: Token;
  conditions: (Condition | RowLimit)[];
  /** The tokens of the binds in their order, which is that of their values. */
  binds: readonly Token[];
}

/** `ROWNUM <= n`, with a number or a bind. */
interface RowLimit {
  limit: Token;
}

/** Recognises a table query; undefined when the tokens are anything else. */
export function parseTableQuery(tokens: readonly Token[]): TableQuery | undefined {
  const take = createTaker(tokens);
  if (!take.words('SELECT')) return undefined;
  const items: TableQuery['items'] | undefined = takeSummary(take) ?? takeItems(take);
  if (!items || !take.words('FROM')) return undefined;
  const name = takeName(take);
  const part = takePart(take);
  const sample = takeSample(take);
  const isPast = take.words('AS', 'OF', 'SCN');
  const scn = isPast ? takeValue(take) : undefined;
  const conditions = takeConditions(take);
  if (!name || !conditions || (isPast && !scn) || !take.atEnd()) return undefined;
  return {
    items,
    ...name,
    ...(part && { part }),
    ...(sample !== undefined && { sample }),
    ...(scn && { scn }),
    conditions,
    binds: tokens.filter(({ kind }) => kind === 'bind'),
  };
}

function takeName(take: Taker): Pick<TableQuery, 'owner' | 'table' | 'at'> | undefined {
  const owner = take.kind('name');
  const table = owner && take.words('.') ? take.kind('name') : undefined;
  return owner && table && { owner: owner.text, table: table.text, at: owner.at };
}

function takePart(take: Taker): Token | undefined {
  if (!take.words('PARTITION', '(') && !take.words('SUBPARTITION', '(')) return undefined;
  const name = take.kind('name');
  return take.words(')') ? name : undefined;
}

function takeSample(take: Taker): number | undefined {
  if (!take.words('SAMPLE', 'BLOCK', '(')) return undefined;
  const percent = Number(take.kind('number')?.text);
  return take.words(')') ? percent : undefined;
}

function takeValue(take: Taker): Token | undefined {
  return take.kind('bind') ?? take.kind('number');
}

function takeConditions(take: Taker): TableQuery['conditions'] | undefined {
  const conditions: TableQuery['conditions'] = [];
  if (!take.words('WHERE')) return conditions;
  do {
    const condition = takeRowLimit(take) ?? takeCondition(take);
    if (!condition) return undefined;
    conditions.push(condition);
  } while (take.words('AND'));
  return conditions;
}

function takeRowLimit(take: Taker): RowLimit | undefined {
  if (!take.words('ROWNUM', '<', '=')) return undefined;
  const limit = takeValue(take);
  return limit && { limit };
}

/** Runs the query. Throws an OracleError for an unknown table, column or part, or an unreadable SCN. */
export function runTableQuery(
  context: StatementContext,
  query: TableQuery,
  binds: readonly BindValue[],
  bindTypes: readonly BindType[],
): ResultSet {
  const { database, rowCache } = context;
  const { items } = query;
  const table = resolveTable(context, query);
  const read = bindReader(query, binds, bindTypes);
  const { limit, tests } = compileConditions(table, query, read);
  const all = [...partTest(table, query), ...sampleTest(table, query), ...tests];
  const selection = {
    limit,
    test: (row: StoredRow, version: number) => all.every((test) => test(row, version)),
    scn: snapshotOf(context, query, read),
  };
  database.assertReadable(table, selection.scn);
  if (!Array.isArray(items)) return items(table, selectedVersions(table, selection));
  const projections = items.map((item) => projectItem(table, item));
  return tableResult(database, rowCache, { table, projections, ...selection });
}

/** Throws ORA-00942 for a table that the user may not read, ORA-01031 for the past of one without FLASHBACK. */
function resolveTable({ database, rights }: StatementContext, query: TableQuery): StoredTable {
  const table = database.findTable(query.owner, query.table);
  if (!table || !rights.may('SELECT', table.definition)) {
    const name = `"${query.owner}"."${query.table}"`;
    throw new OracleError(942, `table or view ${name} does not exist`, query.at);
  }
  if (query.scn && !rights.may('FLASHBACK', table.definition)) {
    throw new OracleError(1031, 'insufficient privileges', query.at);
  }
  return table;
}

function bindReader(
  { binds: tokens }: TableQuery,
  values: readonly BindValue[],
  types: readonly BindType[],
) {
  return (token: Token): BoundValue => {
    const place = tokens.indexOf(token);
    const value = values[place];
    const type = types[place];
    if (value === undefined || !type) {
      throw new OracleError(1008, 'not all variables bound', token.at);
    }
    return { value, type };
  };
}

type BindReader = ReturnType<typeof bindReader>;

function snapshotOf(
  { database, transaction }: StatementContext,
  { scn }: TableQuery,
  read: BindReader,
): number {
  return scn ? numberOf(scn, read) : (transaction.snapshot ?? database.currentScn());
}

function partTest({ definition, versions }: StoredTable, { part }: TableQuery): RowTest[] {
  if (!part) return [];
  const parts = definition.partitions?.parts ?? [];
  const names = parts
    .filter(({ name, of }) => [name, of].includes(part.text))
    .map(({ name }) => name);
  if (names.length === 0)
    throw new OracleError(2149, 'Specified partition does not exist', part.at);
  return [(_row, index) => names.includes(versions[index]?.segment.part ?? '')];
}

/** Each block is in the sample or not, by chance. */
function sampleTest({ versions }: StoredTable, { sample }: TableQuery): RowTest[] {
  if (sample === undefined) return [];
  const blocks = new Map<string, boolean>();
  return [
    (_row, index) => {
      const version = versions[index];
      const block = version ? rowidAt(version).slice(0, -3) : '';
      const isIn = blocks.get(block) ?? Math.random() * 100 < sample;
      blocks.set(block, isIn);
      return isIn;
    },
  ];
}

function compileConditions(table: StoredTable, { conditions }: TableQuery, read: BindReader) {
  const tests: RowTest[] = [];
  let limit = Infinity;
  for (const condition of conditions) {
    if ('compile' in condition) tests.push(condition.compile(table, read));
    // A comparison with NULL holds for no row.
    else limit = Math.min(limit, numberOf(condition.limit, read) || 0);
  }
  return { limit, tests };
}

function numberOf(token: Token, read: BindReader): number {
  if (token.kind === 'number') return Number(token.text);
  const { value } = read(token);
  return value === null ? Number.NaN : Number(value);
}
