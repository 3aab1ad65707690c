/**
 * The items of a table query's list, from their tokens to what they make of a row. Each is one of the
 * forms in TAKERS or a plain `"COL"`, perhaps followed by `[AS] "NAME"`.
 */
import type { StoredTable } from './database.ts';
import { OracleError } from './errors.ts';
import { type Expression, ofColumn } from './expressions.ts';
import { takeCase, takeGetLength, takeJsonSerialize, takeXmlSerialize } from './lob-items.ts';
import { takeCast, takeRowid, takeRowidToChar } from './rowid-items.ts';
import type { Projection } from './rows.ts';
import type { Taker } from './taker.ts';
import { takeToChar } from './to-char.ts';
import { TYPES } from './types.ts';

/** A recognised item, not yet looked up in a table. */
export interface Item extends Expression {
  name: string;
}

/** Takes a list of items; undefined when the tokens are anything else. */
export function takeItems(take: Taker): Item[] | undefined {
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
  const alias = take.kind('name');
  if (expectsName && !alias) return undefined;
  return { ...expression, name: alias?.text ?? expression.label };
}

/** By the words that an expression begins with: what takes the rest of it. */
const TAKERS: readonly [string[], (take: Taker) => Expression | undefined][] = [
  [['ROWID'], takeRowid],
  [['ROWIDTOCHAR', '('], takeRowidToChar],
  [['CAST', '('], takeCast],
  [['TO_CHAR', '('], takeToChar],
  [['DBMS_LOB', '.', 'GETLENGTH', '('], takeGetLength],
  [['CASE', 'WHEN', 'DBMS_LOB', '.', 'GETLENGTH', '('], takeCase],
  [['JSON_SERIALIZE', '('], takeJsonSerialize],
  [['XMLSERIALIZE', '(', 'CONTENT'], takeXmlSerialize],
];

function takeExpression(take: Taker): Expression | undefined {
  const known = TAKERS.find(([words]) => take.words(...words));
  if (known) return known[1](take);
  return takeColumn(take);
}

function takeColumn(take: Taker): Expression | undefined {
  const name = take.kind('name');
  if (!name) return undefined;
  return ofColumn(name, name.text, (column, origin) => {
    const wire = TYPES[column.type].wire?.(column, origin);
    if (!wire) throw new OracleError(3115, 'unsupported network datatype or representation');
    return { wire };
  });
}

/** Looks an item up in its table. Throws an OracleError for an unknown column. */
export function projectItem(table: StoredTable, { name, label, project }: Item): Projection {
  return { name, signature: label, ...project(table) };
}
