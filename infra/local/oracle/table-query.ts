/**
 * The one kind of query that reads tables:
 * `SELECT <item> [[AS] "NAME"], … FROM "OWNER"."TABLE" [AS OF SCN n]`, where an item is `"COL"`,
 * `TO_CHAR("COL", 'format')` or `DBMS_LOB.GETLENGTH("COL")`, or COUNT(*) stands in the place of the
 * list.
 */

import type { ColumnOrigin, LocalColumn } from './column.ts';
import type { Database, StoredTable } from './database.ts';
import { compileFormat } from './datetimes.ts';
import { OracleError } from './errors.ts';
import { isLob, KINDS } from './lob-types.ts';
import { numberWire } from './number-types.ts';
import type { BindValue } from './requests.ts';
import { countRows, listResult, type ResultSet, tableResult } from './results.ts';
import type { RowCache } from './row-cache.ts';
import type { Projection } from './rows.ts';
import { textWire } from './text-types.ts';
import type { Token } from './tokens.ts';
import { TYPES } from './types.ts';

interface Item {
  column: Token;
  /** Of TO_CHAR, or 'length' for GETLENGTH. */
  conversion?: { format: string } | 'length';
  name: string;
}

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
  const query = { items, owner: owner.text, table: table.text, at: owner.at };
  if (take.atEnd()) return query;
  const scn = take.words('AS', 'OF', 'SCN')
    ? (take.kind('bind') ?? take.kind('number'))
    : undefined;
  return scn && take.atEnd() ? { ...query, scn } : undefined;
}

type Taker = ReturnType<typeof createTaker>;

function createTaker(tokens: readonly Token[]) {
  let at = 0;
  const matches = (token: Token | undefined, text: string) =>
    token !== undefined &&
    (token.kind === 'word' || token.kind === 'symbol') &&
    token.text === text;
  return {
    /** Takes these words and symbols, or nothing. */
    words(...texts: string[]): boolean {
      if (!texts.every((text, index) => matches(tokens[at + index], text))) return false;
      at += texts.length;
      return true;
    },
    kind(kind: Token['kind']): Token | undefined {
      const token = tokens[at];
      if (token?.kind !== kind) return undefined;
      at++;
      return token;
    },
    atEnd: () => at === tokens.length,
  };
}

function takeItems(take: Taker): Item[] | undefined {
  const items: Item[] = [];
  do {
    const item = takeItem(take);
    if (!item) return undefined;
    items.push(item);
  } while (take.words(','));
  return items;
}

function takeItem(take: Taker): Item | undefined {
  const expression = takeExpression(take);
  if (!expression) return undefined;
  const expectsName = take.words('AS');
  const name = take.kind('name');
  if (expectsName && !name) return undefined;
  return name ? { ...expression, name: name.text } : expression;
}

/** An item under the name that Oracle gives it. */
function takeExpression(take: Taker): Item | undefined {
  if (take.words('TO_CHAR', '(')) return takeToChar(take);
  const measured = take.words('DBMS_LOB', '.', 'GETLENGTH', '(');
  const column = take.kind('name');
  if (!column || (measured && !take.words(')'))) return undefined;
  if (!measured) return { column, name: column.text };
  return { column, conversion: 'length', name: `DBMS_LOB.GETLENGTH("${column.text}")` };
}

function takeToChar(take: Taker): Item | undefined {
  const column = take.kind('name');
  const comma = take.words(',');
  const format = take.kind('string')?.text;
  if (!column || !comma || format === undefined || !take.words(')')) return undefined;
  return { column, conversion: { format }, name: `TO_CHAR("${column.text}",'${format}')` };
}

/** Runs the query. Throws an OracleError for an unknown table or column, or an unreadable SCN. */
export function runTableQuery(
  context: { database: Database; rowCache: RowCache },
  query: TableQuery,
  binds: readonly BindValue[],
): ResultSet {
  const { database, rowCache } = context;
  const { items } = query;
  const table = database.findTable(query.owner, query.table);
  if (!table) {
    const name = `"${query.owner}"."${query.table}"`;
    throw new OracleError(942, `table or view ${name} does not exist`, query.at);
  }
  const projections = items === 'count' ? [] : items.map((item) => project(table, item));
  const scn = snapshotOf(database, query, binds);
  database.assertReadable(table, scn);
  if (items !== 'count') return tableResult(database, rowCache, { table, projections, scn });
  const column = { name: 'COUNT(*)', nullable: true, wire: numberWire };
  return listResult([column], [[String(countRows(table, scn))]]);
}

function snapshotOf(database: Database, { scn }: TableQuery, binds: readonly BindValue[]): number {
  if (!scn) return database.currentScn();
  if (scn.kind === 'number') return Number(scn.text);
  const bind = binds[0];
  if (bind === undefined) throw new OracleError(1008, 'not all variables bound', scn.at);
  return bind === null ? Number.NaN : Number(bind);
}

function project(table: StoredTable, item: Item): Projection {
  const index = table.definition.columns.findIndex(({ name }) => name === item.column.text);
  const column = table.definition.columns[index];
  if (!column) {
    throw new OracleError(904, `"${item.column.text}": invalid identifier`, item.column.at);
  }
  const nullable = column.nullable ?? true;
  const signature = JSON.stringify([index, item.conversion]);
  const base = { name: item.name, nullable, index, signature };
  if (item.conversion !== undefined) return { ...base, ...converted(column, item.conversion) };
  return { ...base, wire: wireOf(column, { table: table.id, column: index }) };
}

function converted({ type }: LocalColumn, conversion: NonNullable<Item['conversion']>) {
  if (conversion === 'length') {
    if (!isLob(type)) throw new OracleError(932, 'inconsistent data types: expected a LOB');
    const { length } = KINDS[type];
    return { wire: numberWire, convert: (value: string) => String(length(value)) };
  }
  if (type !== 'DATE' && type !== 'TIMESTAMP') {
    throw new OracleError(1481, 'invalid number format model');
  }
  return { wire: textWire(FORMATTED), convert: compileFormat(conversion.format, type) };
}

/** Room for the longest text that the supported formats give. */
const FORMATTED = 30;

function wireOf(column: LocalColumn, origin: ColumnOrigin) {
  const wire = TYPES[column.type].wire?.(column, origin);
  if (!wire) throw new OracleError(3115, 'unsupported network datatype or representation');
  return wire;
}
