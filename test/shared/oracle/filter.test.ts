import { expect, it } from 'vitest';
import type { PlannedCondition } from '../../../shared/domain/filter.ts';
import { filterClause } from '../../../shared/oracle/filter.ts';

const seconds = 'SYYYY-MM-DD"T"HH24:MI:SS';

it.each([
  ['number', 'TO_NUMBER(:w0)'],
  ['float', ':w0'],
  ['double', ':w0'],
  ['text', ':w0'],
  ['char', ':w0'],
  ['national_text', ':w0'],
  ['national_char', ':w0'],
  ['date', `TO_DATE(:w0, '${seconds}')`],
  ['timestamp', `TO_TIMESTAMP(:w0, '${seconds}.FF9')`],
  ['instant', `TO_TIMESTAMP_TZ(:w0, '${seconds}.FF9TZH:TZM')`],
  [
    'local_instant',
    `CAST(TO_TIMESTAMP_TZ(:w0, '${seconds}.FF9TZH:TZM') AS TIMESTAMP(9) WITH LOCAL TIME ZONE)`,
  ],
  ['bytes', 'HEXTORAW(:w0)'],
  ['boolean', 'TO_BOOLEAN(:w0)'],
] as const)('a %s is compared with %s, the column as it is', (compare, expression) => {
  const { sql } = filterClause([{ column: 'C', op: '>=', compare, values: ['1'] }]);
  expect(sql).toBe(`"C" >= ${expression}`);
});

it('conditions are joined by AND, each value is a bind of its own', () => {
  const conditions: PlannedCondition[] = [
    { column: 'A', op: 'in', compare: 'text', values: ['x', 'y'] },
    { column: 'b c', op: 'between', compare: 'number', values: ['1', '2'] },
    { column: 'D', op: 'like', compare: 'text', values: ["'; DROP"] },
    { column: 'E', op: 'is_null' },
    { column: 'F', op: 'not_null' },
  ];
  const { sql, binds } = filterClause(conditions);
  expect(sql).toBe(
    '"A" IN (:w0, :w1) AND "b c" BETWEEN TO_NUMBER(:w2) AND TO_NUMBER(:w3) AND ' +
      '"D" LIKE :w4 ESCAPE \'\\\' AND "E" IS NULL AND "F" IS NOT NULL',
  );
  expect(Object.entries(binds)).toEqual(
    ['x', 'y', '1', '2', "'; DROP"].map((val, index) => [
      `w${index}`,
      expect.objectContaining({ val }),
    ]),
  );
});

it('no conditions are no SQL', () => {
  expect(filterClause([])).toEqual({ sql: '', binds: {} });
});

it('a column that no table can have is no SQL either', () => {
  expect(() => filterClause([{ column: 'A" OR 1=1 --', op: 'is_null' }])).toThrow(
    expect.objectContaining({ code: 'VALIDATION_ERROR' }),
  );
});
