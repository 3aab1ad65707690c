/**
 * The items of a table query's list, from their tokens to what they make of a row:
 * `"COL"`, `TO_CHAR("COL", 'format')` or `DBMS_LOB.GETLENGTH("COL")`, each perhaps `[AS] "NAME"`.
 */
import type { ColumnOrigin, LocalColumn, WireType } from './column.ts';
import type { StoredTable } from './database.ts';
import { compileFormat } from './datetimes.ts';
import { OracleError } from './errors.ts';
import { isLob, KINDS } from './lob-types.ts';
import { numberWire } from './number-types.ts';
import type { Projection } from './rows.ts';
import type { Taker } from './taker.ts';
import { textWire } from './text-types.ts';
import type { Token } from './tokens.ts';
import { TYPES } from './types.ts';

/** A recognised item, not yet looked up in a table. */
export interface Item extends Expression {
  name: string;
}

interface Expression {
  column: Token;
  /** The expression as Oracle names it: equal ones give equal values. */
  label: string;
  /** Throws an OracleError when the column's type does not go with the expression. */
  convert(column: LocalColumn, origin: ColumnOrigin): Conversion;
}

interface Conversion {
  wire: WireType;
  /** From the stored value, when it is not sent as it is. */
  convert?(value: string): string;
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

function takeExpression(take: Taker): Expression | undefined {
  if (take.words('TO_CHAR', '(')) return takeToChar(take);
  if (take.words('DBMS_LOB', '.', 'GETLENGTH', '(')) return takeGetLength(take);
  const column = take.kind('name');
  return column && { column, label: column.text, convert: plain };
}

function takeToChar(take: Taker): Expression | undefined {
  const column = take.kind('name');
  const comma = take.words(',');
  const format = take.kind('string')?.text;
  if (!column || !comma || format === undefined || !take.words(')')) return undefined;
  return {
    column,
    label: `TO_CHAR("${column.text}",'${format}')`,
    convert: ({ type }) => formatted(type, format),
  };
}

function takeGetLength(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words(')')) return undefined;
  return { column, label: `DBMS_LOB.GETLENGTH("${column.text}")`, convert: lobLength };
}

function plain(column: LocalColumn, origin: ColumnOrigin): Conversion {
  const wire = TYPES[column.type].wire?.(column, origin);
  if (!wire) throw new OracleError(3115, 'unsupported network datatype or representation');
  return { wire };
}

/** Room for the longest text that the supported formats give. */
const FORMATTED = 30;

function formatted(type: LocalColumn['type'], format: string): Conversion {
  if (type !== 'DATE' && type !== 'TIMESTAMP') {
    throw new OracleError(1481, 'invalid number format model');
  }
  return { wire: textWire(FORMATTED), convert: compileFormat(format, type) };
}

function lobLength({ type }: LocalColumn): Conversion {
  if (!isLob(type)) throw new OracleError(932, 'inconsistent data types: expected a LOB');
  const { length } = KINDS[type];
  return { wire: numberWire, convert: (value) => String(length(value)) };
}

/** Looks an item up in its table. Throws an OracleError for an unknown column. */
export function projectItem(table: StoredTable, item: Item): Projection {
  const { column, index } = findColumn(table, item.column);
  const { wire, convert } = item.convert(column, { table: table.id, column: index });
  return {
    name: item.name,
    nullable: column.nullable ?? true,
    signature: item.label,
    wire,
    read: (row) => {
      const value = row[index] ?? null;
      return value !== null && convert ? convert(value) : value;
    },
  };
}

/** The column that a token names. Throws ORA-00904. */
export function findColumn(
  table: StoredTable,
  name: Token,
): { column: LocalColumn; index: number } {
  const index = table.definition.columns.findIndex((column) => column.name === name.text);
  const column = table.definition.columns[index];
  if (!column) throw new OracleError(904, `"${name.text}": invalid identifier`, name.at);
  return { column, index };
}
