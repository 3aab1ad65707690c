import { expect, it } from 'vitest';
import { whereInput } from '../../../shared/domain/where.ts';

function problemsOf(where: unknown): string[] {
  const { error } = whereInput.safeParse(where);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

it('takes every operator with its values', () => {
  const where = [
    { column: 'A', op: '=', value: 'x' },
    { column: 'A', op: '!=', value: 1.5 },
    { column: 'A', op: '<', value: true },
    { column: 'a "quoted" name'.replaceAll('"', "'"), op: '<=', value: '' },
    { column: 'A', op: '>', value: '1' },
    { column: 'A', op: '>=', value: '1' },
    { column: 'A', op: 'in', value: ['x', 1] },
    { column: 'A', op: 'between', value: ['1', '2'] },
    { column: 'A', op: 'like', value: 'x%' },
    { column: 'A', op: 'is_null' },
    { column: 'A', op: 'not_null' },
  ];
  expect(whereInput.parse(where)).toEqual(where);
});

it.each([
  [{ column: 'A', op: '=', value: null }, '0.value: null is never a value: use is_null'],
  [{ column: 'A', op: '=' }, '0.value: give a text, a number, true or false'],
  [{ column: 'A', op: '=', value: ['x'] }, '0.value: give a text, a number, true or false'],
  [{ column: 'A', op: '=', value: Number.NaN }, '0.value: give a text, a number, true or false'],
  [{ column: 'A', op: 'in', value: 'x' }, '0.value: give a list of values'],
  [{ column: 'A', op: 'in', value: ['x', null] }, '0.value.1: null is never a value: use is_null'],
  [{ column: 'A', op: 'in', value: [] }, '0.value: give 1 to 1000 values'],
  [{ column: 'A', op: 'in', value: Array(1001).fill(1) }, '0.value: give 1 to 1000 values'],
  [
    { column: 'A', op: 'between', value: ['1'] },
    '0.value: give exactly two values, the lowest and the highest',
  ],
  [
    { column: 'A', op: 'between', value: [1, 2, 3] },
    '0.value: give exactly two values, the lowest and the highest',
  ],
  [
    { column: 'A', op: 'between', value: [1, null] },
    '0.value.1: null is never a value: use is_null',
  ],
  [{ column: 'A', op: 'like', value: 1 }, '0.value: give the pattern as text'],
  [{ column: 'A', op: 'is_null', value: 1 }, '0.value: is_null and not_null take no value'],
  [
    { column: 'A', op: 'matches', value: 1 },
    '0.op: use one of = != < <= > >= in between like is_null not_null',
  ],
  [{ column: 'A"', op: 'is_null' }, '0.column: holds a double quote or a NUL'],
])('says of %j what is wrong', (condition, problem) => {
  expect(problemsOf([condition])).toEqual([problem]);
});

it('knows no other fields', () => {
  expect(problemsOf([{ column: 'A', op: '=', value: 1, or: [] }]).join()).toContain('or');
});

it('has 1 to 50 conditions that fit the record of a table', () => {
  const one = { column: 'A', op: '=', value: 'x'.repeat(3000) };
  expect(problemsOf([])).toHaveLength(1);
  expect(problemsOf(Array(51).fill({ column: 'A', op: 'is_null' }))).toHaveLength(1);
  expect(problemsOf(Array(30).fill(one))).toEqual([]);
  expect(problemsOf(Array(40).fill(one))).toEqual([': takes more than 96 KiB']);
});
