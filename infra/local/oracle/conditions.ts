/**
 * The conditions that a table query may have behind WHERE, besides ROWNUM: `"COL" = value`, `!=`, `<`, `<=`, `>`,
 * `>=`, `IN (value, …)`, `BETWEEN value AND value`, `LIKE value ESCAPE 'c'` and `IS [NOT] NULL`, where a value is
 * a bind, alone or in one of the conversions of condition-values.ts; and `ROWID >= CHARTOROWID(:bind)`.
 */

import { ordersOf } from './comparisons.ts';
import { type BoundValue, compileValue, takeValue, type Value } from './condition-values.ts';
import type { StoredRow, StoredTable } from './database.ts';
import { OracleError } from './errors.ts';
import { findColumn } from './expressions.ts';
import { likePattern } from './like.ts';
import { parseRowid } from './rowids.ts';
import type { Taker } from './taker.ts';
import type { Token } from './tokens.ts';

/** A test of each row, to be looked up before it is run. */
export interface Condition {
  /** Finds column and values. Throws an OracleError. */
  compile(table: StoredTable, read: ValueReader): RowTest;
}

/** Whether a row is wanted; `version` is its index in the table's versions. */
export type RowTest = (row: StoredRow, version: number) => boolean;

/** Recognises one condition; undefined when the tokens are anything else. */
export function takeCondition(take: Taker): Condition | undefined {
  if (take.words('ROWID')) return takeRowidTest(take);
  const column = take.kind('name');
  const test = column && (takeNullTest(take) ?? takeLike(take) ?? takeComparison(take));
  return test && { compile: (table, read) => test(findColumn(table, column), read) };
}

/** `ROWID >= CHARTOROWID(:bind)`, with any operator. */
function takeRowidTest(take: Taker): Condition | undefined {
  const operator = OPERATORS.find(({ symbols }) => take.words(...symbols));
  const bind = operator && take.words('CHARTOROWID', '(') ? take.kind('bind') : undefined;
  if (!operator || !bind || !take.words(')')) return undefined;
  return {
    compile({ versions }, read) {
      const address = parseRowid(read(bind).value ?? '');
      if (!address) throw new OracleError(1410, 'invalid ROWID');
      return (_row, index) => {
        const version = versions[index];
        if (!version) return false;
        return operator.holds([version.segment.compare(version.slot, address)]);
      };
    },
  };
}

/** Looks up how the column is compared with the values that are bound. */
type Test = (column: FoundColumn, read: ValueReader) => RowTest;
type FoundColumn = ReturnType<typeof findColumn>;
type ValueReader = (token: Token) => BoundValue;

function takeNullTest(take: Taker): Test | undefined {
  const wanted = take.words('IS', 'NULL') || (take.words('IS', 'NOT', 'NULL') ? false : undefined);
  if (wanted === undefined) return undefined;
  return ({ index }) => {
    const isNull = (row: StoredRow) => (row[index] ?? null) === null;
    return (row) => isNull(row) === wanted;
  };
}

function takeLike(take: Taker): Test | undefined {
  if (!take.words('LIKE')) return undefined;
  const pattern = take.kind('bind');
  const mark = pattern && take.words('ESCAPE') ? take.kind('string') : undefined;
  if (!pattern || !mark) return undefined;
  return ({ index }, read) => {
    const { value } = read(pattern);
    if (value === null) return () => false;
    const form = likePattern(value, mark.text);
    return (row) => form.test(row[index] ?? '') && (row[index] ?? null) !== null;
  };
}

function takeComparison(take: Taker): Test | undefined {
  if (take.words('IN', '(')) {
    const values = takeList(take);
    return values && compareWith(values, (orders) => orders.includes(0));
  }
  if (take.words('BETWEEN')) {
    const low = takeValue(take);
    const high = low && take.words('AND') ? takeValue(take) : undefined;
    return low && high && compareWith([low, high], isBetween);
  }
  const operator = OPERATORS.find(({ symbols }) => take.words(...symbols));
  const value = operator && takeValue(take);
  return value && compareWith([value], operator.holds);
}

function takeList(take: Taker): Value[] | undefined {
  const values: Value[] = [];
  do {
    const value = takeValue(take);
    if (!value) return undefined;
    values.push(value);
  } while (take.words(','));
  return take.words(')') ? values : undefined;
}

/** By how the column's value stands to the others: below 0, 0 or above; NaN, for which nothing holds, to NULL. */
type Holds = (orders: readonly number[]) => boolean;

// The longer ones first, because they begin like the others.
const OPERATORS: readonly { symbols: string[]; holds: Holds }[] = [
  { symbols: ['!', '='], holds: ([order = Number.NaN]) => order < 0 || order > 0 },
  { symbols: ['<', '='], holds: ([order = Number.NaN]) => order <= 0 },
  { symbols: ['>', '='], holds: ([order = Number.NaN]) => order >= 0 },
  { symbols: ['='], holds: ([order = Number.NaN]) => order === 0 },
  { symbols: ['<'], holds: ([order = Number.NaN]) => order < 0 },
  { symbols: ['>'], holds: ([order = Number.NaN]) => order > 0 },
];

function isBetween([low = Number.NaN, high = Number.NaN]: readonly number[]): boolean {
  return low >= 0 && high <= 0;
}

function compareWith(values: readonly Value[], holds: Holds): Test {
  return ({ index, column }, read) => {
    const orders = ordersOf(
      column,
      values.map((value) => compileValue(value, read)),
    );
    return (row) => {
      const stored = row[index] ?? null;
      return stored !== null && holds(orders(stored));
    };
  };
}
