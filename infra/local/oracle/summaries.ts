/**
 * What a table query may ask of all rows together: `COUNT(*)`, the least and the greatest value of a column, and the
 * blocks in which rows lie.
 */
import { ordersOf } from './comparisons.ts';
import type { ValueType } from './condition-values.ts';
import type { StoredTable, StoredValue } from './database.ts';
import { compileFormat, isDateTime } from './datetime-formats.ts';
import { OracleError } from './errors.ts';
import { findColumn } from './expressions.ts';
import { numberWire } from './number-types.ts';
import { listResult, type ResultSet } from './results.ts';
import { rowidAt } from './storage.ts';
import type { Taker } from './taker.ts';
import { textWire } from './text-types.ts';
import type { Token } from './tokens.ts';
import { TYPES } from './types.ts';

/** Looks columns up and answers for the selected rows. Throws an OracleError. */
export type Summary = (table: StoredTable, versions: StoredTable['versions']) => ResultSet;

/** Takes a summary; undefined when the tokens are anything else. */
export function takeSummary(take: Taker): Summary | undefined {
  if (take.words('COUNT', '(', '*', ')')) return count;
  const blocks = ['DISTINCT', 'SUBSTR', '(', 'ROWIDTOCHAR', '(', 'ROWID', ')', ','];
  if (take.words(...blocks)) return takeBlocks(take);
  if (take.words('MIN', '(')) return takeExtremes(take, '');
  return take.words('TO_CHAR', '(', 'MIN', '(') ? takeExtremes(take, 'TO_CHAR') : undefined;
}

const count: Summary = (_table, versions) =>
  listResult([{ name: 'COUNT(*)', nullable: true, wire: numberWire }], [[String(versions.length)]]);

/** `1, 15)`: what the ROWIDs of a block have in common. */
function takeBlocks(take: Taker): Summary | undefined {
  const from = take.kind('number')?.text;
  const length = take.words(',') ? Number(take.kind('number')?.text) : 0;
  if (from !== '1' || !take.words(')')) return undefined;
  return (table, versions) => {
    const blocks = new Set(versions.map((version) => rowidAt(version).slice(0, length)));
    const name = `SUBSTR(ROWIDTOCHAR(ROWID),1,${length})`;
    const columns = [{ name, nullable: true, wire: textWire(length) }];
    const rows = [...blocks].map((block) => [block]);
    return { ...listResult(columns, rows), table: table.definition };
  };
}

/** `MIN("COL"), MAX("COL")`, each perhaps within `TO_CHAR(…, 'format')`, behind its first parenthesis. */
function takeExtremes(take: Taker, wrapper: '' | 'TO_CHAR'): Summary | undefined {
  const takeEnd = (): { column: Token; format?: string } | undefined => {
    const column = take.kind('name');
    if (!column || !take.words(')')) return undefined;
    if (wrapper === '') return { column };
    const format = take.words(',') ? take.kind('string')?.text : undefined;
    return format !== undefined && take.words(')') ? { column, format } : undefined;
  };
  const low = takeEnd();
  const isNext = wrapper
    ? take.words(',', 'TO_CHAR', '(', 'MAX', '(')
    : take.words(',', 'MAX', '(');
  const high = low && isNext ? takeEnd() : undefined;
  if (!low || low.column.text !== high?.column.text) return undefined;
  return (table, versions) => extremes(table, versions, low);
}

function extremes(
  table: StoredTable,
  versions: StoredTable['versions'],
  { column: token, format }: { column: Token; format?: string },
): ResultSet {
  const { column, index } = findColumn(table, token);
  const own = TYPES[column.type].wire?.(column, { table: table.id, column: index });
  if (!own) throw new OracleError(932, 'inconsistent data types');
  const convert =
    format !== undefined && isDateTime(column.type)
      ? compileFormat(format, column.type)
      : (value: string): StoredValue => value;
  const values = versions
    .map(({ values: row }) => row[index] ?? null)
    .filter((value) => value !== null);
  const sorted = values.toSorted((a, b) => {
    const type = (column.type === 'FLOAT' ? 'NUMBER' : column.type) as ValueType;
    return ordersOf(column, [{ type, text: b }])(a)[0] ?? 0;
  });
  const ends = [sorted.at(0), sorted.at(-1)].map((end) =>
    end === undefined ? null : convert(end),
  );
  const wire = format === undefined ? own : textWire(64);
  return listResult(
    ['MIN', 'MAX'].map((name) => ({ name: `${name}(${column.name})`, nullable: true, wire })),
    [ends],
  );
}
