/**
 * The items of a table query's list, from their tokens to what they make of a row. Each is one of the
 * forms in TAKERS or a plain `"COL"`, perhaps followed by `[AS] "NAME"`.
 */
import type { ColumnOrigin, LocalColumn, LocalType, WireType } from './column.ts';
import type { StoredTable, StoredValue } from './database.ts';
import { compileFormat, isDateTime } from './datetime-formats.ts';
import { OracleError } from './errors.ts';
import { clobWire, isLob, KINDS } from './lob-types.ts';
import { numberWire } from './number-types.ts';
import { rowidWire } from './rowid-types.ts';
import type { Projection } from './rows.ts';
import { rowidAt } from './storage.ts';
import type { Taker } from './taker.ts';
import { textWire } from './text-types.ts';
import type { Token } from './tokens.ts';
import { TYPES } from './types.ts';

/** A recognised item, not yet looked up in a table. */
export interface Item extends Expression {
  name: string;
}

interface Expression {
  /** The expression as Oracle names it: equal ones give equal values. */
  label: string;
  /** The column that it is made of; undefined for the ROWID. */
  column?: Token;
  /** Throws an OracleError when the column's type does not go with the expression. */
  convert(column: LocalColumn, origin: ColumnOrigin): Conversion;
}

interface Conversion {
  wire: WireType;
  /** From the stored value, when it is not sent as it is. */
  convert?(value: string): StoredValue;
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
  [['ROWID'], () => ({ label: 'ROWID', convert: () => ({ wire: rowidWire }) })],
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
  const column = take.kind('name');
  return column && { column, label: column.text, convert: plain };
}

function plain(column: LocalColumn, origin: ColumnOrigin): Conversion {
  const wire = TYPES[column.type].wire?.(column, origin);
  if (!wire) throw new OracleError(3115, 'unsupported network datatype or representation');
  return { wire };
}

const ROWID_CHARACTERS = 18;
const ROWID_TYPES: readonly LocalType[] = ['ROWID', 'UROWID'];

/** `ROWIDTOCHAR(ROWID)` or `ROWIDTOCHAR("COL")`. */
function takeRowidToChar(take: Taker): Expression | undefined {
  const isPseudo = take.words('ROWID');
  const column = isPseudo ? undefined : take.kind('name');
  if ((!isPseudo && !column) || !take.words(')')) return undefined;
  return {
    ...(column && { column }),
    label: `ROWIDTOCHAR(${column ? `"${column.text}"` : 'ROWID'})`,
    convert: ({ type }) => ofType(type, ROWID_TYPES, textWire(ROWID_CHARACTERS)),
  };
}

/** `CAST("COL" AS VARCHAR2(n))` of a ROWID or UROWID. */
function takeCast(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words('AS', 'VARCHAR2', '(')) return undefined;
  const length = take.kind('number')?.text;
  if (length === undefined || !take.words(')', ')')) return undefined;
  return {
    column,
    label: `CAST("${column.text}"ASVARCHAR2(${length}))`,
    convert: ({ type }) => ofType(type, ROWID_TYPES, textWire(Number(length))),
  };
}

/** `TO_CHAR("COL", 'format')` of a date or time. */
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

/** Room for the longest text that the supported formats give. */
const FORMATTED = 64;

function formatted(type: LocalType, format: string): Conversion {
  if (!isDateTime(type)) throw new OracleError(1481, 'invalid number format model');
  return { wire: textWire(FORMATTED), convert: compileFormat(format, type) };
}

/** `DBMS_LOB.GETLENGTH("COL")`. */
function takeGetLength(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words(')')) return undefined;
  return {
    column,
    label: `DBMS_LOB.GETLENGTH("${column.text}")`,
    convert: ({ type }) => {
      const length = lengthOf(type);
      return { wire: numberWire, convert: (value) => String(length(value)) };
    },
  };
}

function lengthOf(type: LocalType): (value: string) => number {
  if (!isLob(type)) throw inconsistent('a LOB');
  return KINDS[type].length;
}

/** `CASE WHEN DBMS_LOB.GETLENGTH("COL") <= n THEN "COL" END`, or `>`. */
function takeCase(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words(')')) return undefined;
  const isShort = take.words('<', '=');
  if (!isShort && !take.words('>')) return undefined;
  const limit = take.kind('number')?.text;
  if (limit === undefined || !take.words('THEN')) return undefined;
  const value = take.kind('name');
  if (value?.text !== column.text || !take.words('END')) return undefined;
  const test = `DBMS_LOB.GETLENGTH("${column.text}")${isShort ? '<=' : '>'}${limit}`;
  return {
    column,
    label: `CASEWHEN${test}THEN"${column.text}"END`,
    convert(definition, origin) {
      const length = lengthOf(definition.type);
      const wanted = (value: string) => length(value) <= Number(limit) === isShort;
      return { ...plain(definition, origin), convert: (value) => (wanted(value) ? value : null) };
    },
  };
}

/** `JSON_SERIALIZE("COL" RETURNING CLOB ERROR ON ERROR)`. */
function takeJsonSerialize(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words('RETURNING', 'CLOB', 'ERROR', 'ON', 'ERROR', ')')) return undefined;
  return {
    column,
    label: `JSON_SERIALIZE("${column.text}"RETURNINGCLOBERRORONERROR)`,
    convert: ({ type }, origin) => ofType(type, ['JSON'], clobWire(origin)),
  };
}

/** `XMLSERIALIZE(CONTENT "COL" AS CLOB)`. */
function takeXmlSerialize(take: Taker): Expression | undefined {
  const column = take.kind('name');
  if (!column || !take.words('AS', 'CLOB', ')')) return undefined;
  return {
    column,
    label: `XMLSERIALIZE(CONTENT"${column.text}"ASCLOB)`,
    convert: ({ type }, origin) => ofType(type, ['XMLTYPE'], clobWire(origin)),
  };
}

function ofType(type: LocalType, expected: readonly LocalType[], wire: WireType): Conversion {
  if (!expected.includes(type)) throw inconsistent(`${expected[0]}`);
  return { wire };
}

function inconsistent(expected: string): OracleError {
  return new OracleError(932, `inconsistent data types: expected ${expected}`);
}

/** Looks an item up in its table. Throws an OracleError for an unknown column. */
export function projectItem(table: StoredTable, { name, label, ...item }: Item): Projection {
  if (!item.column) {
    const { wire } = item.convert(ROWID_COLUMN, { table: table.id, column: 0 });
    const read = rowidReader(table);
    // What was encoded before the rows moved is of no use.
    const signature = `${label} ${table.segments[0]?.object}`;
    return { name, nullable: false, signature, wire, read };
  }
  const { column, index } = findColumn(table, item.column);
  const { wire, convert } = item.convert(column, { table: table.id, column: index });
  return {
    name,
    nullable: column.nullable ?? true,
    signature: label,
    wire,
    read: (row) => {
      const value = row[index] ?? null;
      return value !== null && convert ? convert(value) : value;
    },
  };
}

/** Stands for the pseudo column. */
const ROWID_COLUMN: LocalColumn = { name: 'ROWID', type: 'ROWID' };

/** Reads the ROWID of a row version; all versions of a row have the same. */
function rowidReader({ versions }: StoredTable): Projection['read'] {
  return (_row, version) => {
    const found = versions[version];
    return found ? rowidAt(found) : null;
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
