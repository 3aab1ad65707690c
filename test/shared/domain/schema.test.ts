import { expect, it } from 'vitest';
import { planColumns } from '../../../shared/domain/plan-columns.ts';
import { schemaBody } from '../../../shared/domain/schema.ts';
import { anExtraction } from '../../support/records.ts';

const any = { length: 22, precision: null, scale: null, nullable: true };
const columns = planColumns(
  {
    owner: 'HR',
    table: 'PAY',
    columns: [
      { ...any, name: 'ID', dataType: 'NUMBER', precision: 6, scale: 0, nullable: false },
      { ...any, name: 'PAY$', dataType: 'NUMBER', precision: 20, scale: 2, comment: 'per month' },
      { ...any, name: 'PAID', dataType: 'TIMESTAMP(6) WITH TIME ZONE' },
      { ...any, name: 'EMBEDDING', dataType: 'VECTOR', nullable: false },
      { ...any, name: 'DOC', dataType: 'JSON', nullable: false },
    ],
  },
  {},
  { time_zones: 'region' },
);
const pay = anExtraction('PAY', { owner: 'HR', columns, comment: 'Who gets what' });

it('a schema holds the BigQuery fields, the Oracle types and comments, and renamed and added columns', () => {
  expect(JSON.parse(schemaBody(pay))).toEqual({
    owner: 'HR',
    table: 'PAY',
    description: 'Who gets what',
    fields: [
      { name: 'ID', type: 'INT64', mode: 'REQUIRED' },
      { name: 'PAY_', type: 'NUMERIC', mode: 'NULLABLE', description: 'per month' },
      { name: 'PAID', type: 'TIMESTAMP', mode: 'NULLABLE' },
      { name: 'PAID__tz', type: 'STRING', mode: 'NULLABLE' },
      { name: 'EMBEDDING', type: 'FLOAT64', mode: 'REPEATED' },
      // A NOT NULL column may hold the null of JSON, which BigQuery takes for NULL.
      { name: 'DOC', type: 'JSON', mode: 'NULLABLE' },
    ],
    oracle_types: [
      { column: 'ID', type: 'NUMBER(6)' },
      { column: 'PAY$', type: 'NUMBER(20,2)', comment: 'per month' },
      { column: 'PAID', type: 'TIMESTAMP(6) WITH TIME ZONE' },
      { column: 'EMBEDDING', type: 'VECTOR' },
      { column: 'DOC', type: 'JSON' },
    ],
    renamed: [{ column: 'PAY$', field: 'PAY_' }],
    time_zones: [{ column: 'PAID', field: 'PAID__tz' }],
  });
});

it('a comment longer than a description may be is whole beside the Oracle type', () => {
  const comment = `${'x'.repeat(1022)}🦆${'y'.repeat(50)}`;
  const extraction = { ...pay, columns: columns.map((column) => ({ ...column, comment })) };
  const { fields, oracle_types } = JSON.parse(schemaBody(extraction));
  expect(fields[0].description).toBe(`${'x'.repeat(1022)}…`);
  expect(oracle_types[0].comment).toBe(comment);
});

it('the same record gives the same bytes, ending in a newline', () => {
  const { comment: _, ...uncommented } = pay;
  const body = schemaBody(uncommented);
  expect(schemaBody(structuredClone(uncommented))).toBe(body);
  expect(body.endsWith('}\n')).toBe(true);
  expect(JSON.parse(body).description).toBeNull();
});
