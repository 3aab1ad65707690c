import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFilter } from '../../../shared/domain/filter.ts';
import { planColumns } from '../../../shared/domain/plan-columns.ts';
import { type WhereCondition, whereInput } from '../../../shared/domain/where.ts';
import type { OracleSource, TableName } from '../../../shared/ports/oracle.ts';
import { conditionTypes } from '../../support/condition-types.ts';
import { collect, useOracle } from './fixture.ts';

const oracle = useOracle();
const names = Object.keys(conditionTypes);
const noAbort = new AbortController().signal;
let tables = 0;
let opened: OracleSource | undefined;

type TestRow = Readonly<Record<string, string | null>>;

function createTable(rows: readonly TestRow[]): TableName {
  const table = `FILTERED_${++tables}`;
  const columns = names.map((name) => ({ name, ...typeOf(name).column }));
  const id = { name: 'ID', type: 'NUMBER', precision: 5, scale: 0 } as const;
  oracle.database.createTable({ owner: 'HR', name: table, columns: [id, ...columns] });
  const values = rows.map((row, index) => [index, ...names.map((name) => row[name] ?? null)]);
  oracle.database.insert('HR', table, values);
  return { owner: 'HR', table };
}

/** The ids of the rows that Oracle finds, which must be as many as it counts. */
async function select(table: TableName, where: readonly WhereCondition[], limit?: number) {
  opened ??= oracle.open();
  const source = opened;
  const definition = await source.describe(table);
  const filter = planFilter(definition, whereInput.parse(where));
  const columns = planColumns(definition, { columns: ['ID'] });
  const query = { ...table, columns, filter, ...(limit !== undefined && { limit }) };
  const rows = await collect(source.rows(query, noAbort));
  const count = await source.count(table, { filter, scn: await source.currentScn() });
  expect(rows.length).toBe(Math.min(count, limit ?? count));
  return rows.map(([id]) => Number(id));
}

function typeOf(name: string) {
  const type = conditionTypes[name];
  if (!type) throw new Error(`there is no column ${name}`);
  return type;
}

const comparisons = ['=', '!=', '<', '<=', '>', '>='];
const everyOperator = [...comparisons, 'in', 'between', 'is_null', 'not_null'];

const condition = fc.constantFrom(...names).chain((name) => {
  const { value, operators = everyOperator } = typeOf(name);
  const operands = fc.array(value, { minLength: 2, maxLength: 4 });
  return fc.record({ name: fc.constant(name), op: fc.constantFrom(...operators), operands });
});
type TestCondition = typeof condition extends fc.Arbitrary<infer T> ? T : never;

const row = fc.record(
  Object.fromEntries(names.map((name) => [name, fc.option(typeOf(name).value, { freq: 4 })])),
);

function toWhere({ name, op, operands }: TestCondition): WhereCondition {
  const values = operands.map(typeOf(name).input);
  const value = op === 'in' ? values : op === 'between' ? values.slice(0, 2) : values[0];
  return { column: name, op, ...(!op.endsWith('null') && { value }) } as WhereCondition;
}

/** What SQL says of the row, worked out a second time. */
function holds({ name, op, operands }: TestCondition, row: TestRow): boolean {
  const value = row[name] ?? null;
  if (op === 'is_null') return value === null;
  if (value === null) return false;
  const orders = operands.map((operand) => typeOf(name).order(value, operand));
  const [first = Number.NaN, second = Number.NaN] = orders;
  const outcomes: Record<string, boolean> = {
    '=': first === 0,
    '!=': first !== 0,
    '<': first < 0,
    '<=': first <= 0,
    '>': first > 0,
    '>=': first >= 0,
    in: orders.includes(0),
    between: first >= 0 && second <= 0,
    not_null: true,
  };
  return outcomes[op] ?? false;
}

describe('rows are chosen as SQL says', () => {
  it('for any rows and any conditions on any types', async () => {
    const rows = fc.array(row, { minLength: 1, maxLength: 30 });
    const where = fc.array(condition, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(rows, where, async (some, conditions) => {
        const expected = some.flatMap((one, id) =>
          conditions.every((condition) => holds(condition, one)) ? [id] : [],
        );
        expect(await select(createTable(some), conditions.map(toWhere))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('for every operator on every type, with rows that are below, equal and above', async () => {
    for (const name of names) {
      const { value, operators = everyOperator } = typeOf(name);
      const rows: TestRow[] = fc.sample(value, 40).map((one) => ({ [name]: one }));
      const table = createTable([...rows, { [name]: null }]);
      for (const op of operators) {
        const operands = fc.sample(fc.constantFrom(...rows), 3).map((one) => one[name] ?? '');
        const one = { name, op, operands };
        const expected = [...rows, { [name]: null }].flatMap((row, id) =>
          holds(one, row) ? [id] : [],
        );
        expect(await select(table, [toWhere(one)]), JSON.stringify(one)).toEqual(expected);
      }
    }
  });

  it('for any pattern of LIKE, which does not pad', async () => {
    const unit = fc.constantFrom('a', 'b', ' ', '%', '_', '\\%', '\\_', '\\\\', '🦆', '漢');
    const pattern = fc.string({ unit, minLength: 1, maxLength: 5 });
    const column = fc.constantFrom('TEXTS', 'CHARS', 'NATIONAL_TEXTS', 'NATIONAL_CHARS');
    const rows = fc.array(row, { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(rows, column, pattern, async (some, name, value) => {
        const expected = some.flatMap((one, id) => {
          const text = storedText(name, one);
          return text !== null && isLike([...text], [...value]) ? [id] : [];
        });
        const where = [{ column: name, op: 'like' as const, value }];
        expect(await select(createTable(some), where)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

/** With the padding of CHAR, whose length is in characters, of which the national set makes two of some. */
function storedText(name: string, row: TestRow): string | null {
  const text = row[name] ?? null;
  if (text === null || !name.endsWith('CHARS')) return text;
  const { length = 0 } = typeOf(name).column;
  const characters = name.startsWith('NATIONAL') ? text.length : [...text].length;
  return text + ' '.repeat(length - characters);
}

/** Whether the pattern, whose escape character is a backslash, takes the whole text. */
function isLike(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '%') return text.some((_, at) => isLike(text.slice(at), rest)) || isLike([], rest);
  if (text.length === 0) return false;
  if (first === '_') return isLike(text.slice(1), rest);
  const [literal, after] = first === '\\' ? [rest[0], rest.slice(1)] : [first, rest];
  return text[0] === literal && isLike(text.slice(1), after);
}

it('a limit counts the rows that are chosen', async () => {
  const table = createTable(['1', '2', '3', '4', '5'].map((value) => ({ NUMBERS: value })));
  const where: WhereCondition[] = [{ column: 'NUMBERS', op: '>=', value: '2' }];
  expect(await select(table, where, 3)).toEqual([1, 2, 3]);
});

it('a column that is not exported may choose, and the past is chosen from as the present', async () => {
  const table = createTable([{ TEXTS: 'old' }, { TEXTS: 'new' }]);
  const source = oracle.open();
  const scn = await source.currentScn();
  oracle.database.delete('HR', table.table, () => true);
  const definition = await source.describe(table);
  const filter = planFilter(definition, [{ column: 'TEXTS', op: '=', value: 'old' }]);
  const columns = planColumns(definition, { columns: ['ID'] });
  const rows = await collect(source.rows({ ...table, columns, filter, scn }, noAbort));
  expect(rows).toEqual([['0']]);
  expect(await source.count(table, { filter, scn })).toBe(1);
  expect(await source.count(table, { filter })).toBe(0);
});
