import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldNames } from '../../../shared/domain/field-name.ts';
import { refusalsOfSchema } from '../../types/bigquery.ts';

describe('field names', () => {
  it.each([
    ['EMPLOYEE_ID', 'EMPLOYEE_ID'],
    ['_x', '_x'],
    ['PAY$', 'PAY_'],
    ['A B#C', 'A_B_C'],
    ['2ND', '_2ND'],
    ['naïve', 'na_ve'],
    ['👍', '_'],
    ['_TABLE_SUFFIX', '__TABLE_SUFFIX'],
    ['_partitiontime', '__partitiontime'],
    ['$FILE_NAME', '__FILE_NAME'],
    ['__ROOT__', '___ROOT__'],
    ['_ROW_TIMESTAMP', '__ROW_TIMESTAMP'],
    ['_COLIDENTIFIER1', '__COLIDENTIFIER1'],
    ['_TABLE', '_TABLE'],
    ['_CHANGE_SEQUENCE_NUMBER', '__CHANGE_SEQUENCE_NUMBER'],
    ['_change_type', '__change_type'],
    ['#CHANGE_TIMESTAMP', '__CHANGE_TIMESTAMP'],
    ['_CHANGE', '_CHANGE'],
  ])('%s becomes %s', (column, field) => {
    expect(fieldNames([column])).toEqual([field]);
  });

  it('differ in more than case', () => {
    expect(fieldNames(['Id', 'ID', 'id'])).toEqual(['Id', 'ID_2', 'id_3']);
  });

  it('leave a good name to the column that has it', () => {
    expect(fieldNames(['A$', 'A_', 'A#', 'A__2'])).toEqual(['A__3', 'A_', 'A__4', 'A__2']);
  });

  it('are acceptable and distinct for any columns', () => {
    const reserved = ['TABLE_', 'file_', 'PARTITION', '_ROOT__', 'CHANGE_TYPE', 'CHANGE_TIMESTAMP'];
    const unit = fc.constantFrom(...'aAB_1$é', ...reserved);
    const name = fc.string({ unit, minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 30 }), (columns) => {
        const fields = fieldNames(columns);
        expect(fields.length).toBe(columns.length);
        const schema = fields.map(
          (field) => ({ name: field, type: 'STRING', mode: 'NULLABLE' }) as const,
        );
        expect(refusalsOfSchema(schema)).toEqual([]);
        expect(fieldNames(columns)).toEqual(fields);
      }),
    );
  });
});
