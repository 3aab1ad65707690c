import { expect, it } from 'vitest';
import { datasetReference, tableId } from '../../../shared/domain/bigquery-name.ts';

it.each([
  ['EMPLOYEES', 'EMPLOYEES'],
  ['Odd Name', 'Odd Name'],
  ['X#1$2.3*4', 'X_1_2_3_4'],
  ['żółć-漢字_٣', 'żółć-漢字_٣'],
  ['🦆', '_'],
])('the table %s is called %s in BigQuery', (table, id) => {
  expect(tableId(table)).toBe(id);
});

it('a dataset is what stands behind the last dot', () => {
  expect(datasetReference('example.com:my-project.D1')).toEqual({
    projectId: 'example.com:my-project',
    datasetId: 'D1',
  });
});
