/**
 * The one kind of query that reads tables:
 * `SELECT <item>, … FROM "OWNER"."TABLE" [AS OF SCN n] [WHERE <condition> AND …]`, where COUNT(*) may
 * stand in the place of the list.
 */

import type { BoundValue } from './condition-values.ts';
import { type Condition, type RowTest, takeCondition } from './conditions.ts';
import type { Database, StoredRow, StoredTable } from './database.ts';
import { OracleError } from './errors.ts';
import { numberWire } from './number-types.ts';
import type { Rights } from './privileges.ts';
import type { BindType, BindValue } from './requests.ts';
import { countRows, listResult, type ResultSet, tableResult } from './results.ts';
import type { RowCache } from './row-cache.ts';
import { type Item, projectItem, takeItems } from './select-items.ts';
import { createTaker, type Taker } from './taker.ts';
import type { Token } from './tokens.ts';

/** A recognised query, not yet looked up in the database. */
export interface TableQuery {
  /** 'count' stands for COUNT(*). */
  items: Item[] | 'count';
  owner: string;
  table: string;
  /** Where the table's name stands in the statement. */
  at: number;
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
  const isCount = take.words('COUNT', '(', '*', ')');
  const items: TableQuery['items'] | undefined = isCount ? 'count' : takeItems(take);
  if (!items || !take.words('FROM')) return undefined;
  const owner = take.kind('name');
  const dot = take.words('.');
  const table = take.kind('name');
  if (!owner || !dot || !table) return undefined;
  const isPast = take.words('AS', 'OF', 'SCN');
  const scn = isPast ? takeValue(take) : undefined;
  const conditions = takeConditions(take);
  if (!conditions || (isPast && !scn) || !take.atEnd()) return undefined;
  return {
    items,
    owner: owner.text,
    table: table.text,
    at: owner.at,
    ...(scn && { scn }),
    conditions,
    binds: tokens.filter(({ kind }) => kind === 'bind'),
  };
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

/** Runs the query. Throws an OracleError for an unknown table or column, or an unreadable SCN. */
export function runTableQuery(
  context: { database: Database; rowCache: RowCache; rights: Rights },
  query: TableQuery,
  binds: readonly BindValue[],
  bindTypes: readonly BindType[],
): ResultSet {
  const { database, rowCache } = context;
  const { items } = query;
  const table = resolveTable(context, query);
  const projections = items === 'count' ? [] : items.map((item) => projectItem(table, item));
  const read = bindReader(query, binds, bindTypes);
  const selection = {
    ...compileConditions(table, query, read),
    scn: snapshotOf(database, query, read),
  };
  database.assertReadable(table, selection.scn);
  if (items !== 'count')
    return tableResult(database, rowCache, { table, projections, ...selection });
  const column = { name: 'COUNT(*)', nullable: true, wire: numberWire };
  return listResult([column], [[String(countRows(table, selection))]]);
}

/** Throws ORA-00942 for a table that the user may not read, ORA-01031 for the past of one without FLASHBACK. */
function resolveTable(
  { database, rights }: { database: Database; rights: Rights },
  query: TableQuery,
): StoredTable {
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

function snapshotOf(database: Database, { scn }: TableQuery, read: BindReader): number {
  return scn ? numberOf(scn, read) : database.currentScn();
}

function compileConditions(table: StoredTable, { conditions }: TableQuery, read: BindReader) {
  const tests: RowTest[] = [];
  let limit = Infinity;
  for (const condition of conditions) {
    if ('compile' in condition) tests.push(condition.compile(table, read));
    // A comparison with NULL holds for no row.
    else limit = Math.min(limit, numberOf(condition.limit, read) || 0);
  }
  return {
    limit,
    test: (row: StoredRow, version: number) => tests.every((test) => test(row, version)),
  };
}

function numberOf(token: Token, read: BindReader): number {
  if (token.kind === 'number') return Number(token.text);
  const { value } = read(token);
  return value === null ? Number.NaN : Number(value);
}
