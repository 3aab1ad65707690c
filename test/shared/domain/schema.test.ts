import { expect, it } from 'vitest';
import { planColumns } from '../../../shared/domain/column.ts';
import { schemaBody } from '../../../shared/domain/schema.ts';

const columns = planColumns(
  {
    owner: 'HR',
    table: 'PAY',
    columns: [
      { name: 'ID', dataType: 'NUMBER', length: 22, precision: 6, scale: 0, nullable: false },
      { name: 'PAY$', dataType: 'NUMBER', length: 22, precision: 20, scale: 2, nullable: true },
    ],
  },
  {},
);

it('a schema holds the BigQuery fields, the Oracle types and the renamed columns', () => {
  expect(JSON.parse(schemaBody('HR', 'PAY', columns))).toEqual({
    owner: 'HR',
    table: 'PAY',
    fields: [
      { name: 'ID', type: 'INT64', mode: 'REQUIRED' },
      { name: 'PAY_', type: 'NUMERIC', mode: 'NULLABLE' },
    ],
    oracle_types: [
      { column: 'ID', type: 'NUMBER(6)' },
      { column: 'PAY$', type: 'NUMBER(20,2)' },
    ],
    renamed: [{ column: 'PAY$', field: 'PAY_' }],
  });
});

it('the same columns give the same bytes, ending in a newline', () => {
  const body = schemaBody('HR', 'PAY', columns);
  expect(schemaBody('HR', 'PAY', structuredClone(columns))).toBe(body);
  expect(body.endsWith('}\n')).toBe(true);
});
