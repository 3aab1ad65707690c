/** What queries of the dictionary are made of. */
import type { StoredTable, StoredValue } from './database.ts';
import { numberWire } from './number-types.ts';
import type { BindValue } from './requests.ts';
import { listResult, type ResultSet } from './results.ts';
import type { ResultColumn } from './rows.ts';
import type { StatementContext } from './statement-context.ts';
import { textWire } from './text-types.ts';
import { signatureOf, type Token, tokenize } from './tokens.ts';

/** Answers a query. Throws an OracleError. */
export type DictionaryQuery = (
  context: StatementContext,
  binds: readonly BindValue[],
  tokens: readonly Token[],
) => ResultSet;

/** Stands in a spelling for a list of pairs of binds, as in `(owner, table_name) IN ((:1, :2), (:3, :4))`. */
export const PAIRS = '( : , : ) …';
const EVERY_PAIR = /\( : , : \)(?: , \( : , : \))*/;

/** The one spelling of a statement, whatever its blanks, the case of its words and the number of its pairs. */
export function spelling(statement: string | readonly Token[]): string {
  const tokens = typeof statement === 'string' ? tokenize(statement) : statement;
  return signatureOf(tokens).replace(EVERY_PAIR, PAIRS);
}

const LONGEST_TEXT = 4000;

/** A result set of rows as texts; the columns, from `NAME` for text and `NAME#` for a number. */
export function dictionaryResult(
  columns: readonly string[],
  rows: readonly (readonly (StoredValue | undefined)[])[],
): ResultSet {
  const described = columns.map((column): ResultColumn => {
    const isNumber = column.endsWith('#');
    const wire = isNumber ? numberWire : textWire(LONGEST_TEXT);
    return { name: column.replace(/#$/, ''), nullable: true, wire };
  });
  return listResult(
    described,
    rows.map((row) => row.map((value) => value ?? null)),
  );
}

/** The tables that binds of owner and name, in pairs, ask for and that the user sees; each once. */
export function askedTables(
  { database, rights }: StatementContext,
  binds: readonly BindValue[],
): StoredTable[] {
  const found = pairsOf(binds).map(([owner, name]) => database.findTable(owner, name));
  return [...new Set(found)].filter(
    (table): table is StoredTable => table !== undefined && rights.sees(table.definition),
  );
}

/** NULL finds nothing, and no name is empty. */
export function pairsOf(binds: readonly BindValue[]): [owner: string, name: string][] {
  return Array.from({ length: Math.floor(binds.length / 2) }, (_, index) => [
    binds[2 * index] ?? '',
    binds[2 * index + 1] ?? '',
  ]);
}
