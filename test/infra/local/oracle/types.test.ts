import { describe, expect, it } from 'vitest';
import type { LocalColumn } from '../../../../infra/local/oracle/column.ts';
import { TYPES } from '../../../../infra/local/oracle/types.ts';

type Column = Omit<LocalColumn, 'name'>;

/** Data type, length, length in characters, precision and scale, as ALL_TAB_COLUMNS has them. */
const listed: [Column, string, number, number, number | null, number | null][] = [
  [{ type: 'NUMBER', precision: 10, scale: 0 }, 'NUMBER', 22, 0, 10, 0],
  [{ type: 'NUMBER', precision: 12, scale: 2 }, 'NUMBER', 22, 0, 12, 2],
  [{ type: 'NUMBER' }, 'NUMBER', 22, 0, null, null],
  [{ type: 'NUMBER', scale: 0 }, 'NUMBER', 22, 0, null, 0],
  [{ type: 'FLOAT' }, 'FLOAT', 22, 0, 126, null],
  [{ type: 'BINARY_FLOAT' }, 'BINARY_FLOAT', 4, 0, null, null],
  [{ type: 'BINARY_DOUBLE' }, 'BINARY_DOUBLE', 8, 0, null, null],
  [{ type: 'VARCHAR2', length: 40 }, 'VARCHAR2', 160, 40, null, null],
  [{ type: 'VARCHAR2', length: 4000 }, 'VARCHAR2', 4000, 4000, null, null],
  [{ type: 'VARCHAR2', length: 5000 }, 'VARCHAR2', 20_000, 5000, null, null],
  [{ type: 'VARCHAR2', length: 32_767 }, 'VARCHAR2', 32_767, 32_767, null, null],
  [{ type: 'CHAR', length: 3 }, 'CHAR', 12, 3, null, null],
  [{ type: 'NVARCHAR2', length: 30 }, 'NVARCHAR2', 60, 30, null, null],
  [{ type: 'NCHAR', length: 3 }, 'NCHAR', 6, 3, null, null],
  [{ type: 'LONG' }, 'LONG', 0, 0, null, null],
  [{ type: 'RAW', length: 16 }, 'RAW', 16, 0, null, null],
  [{ type: 'LONG RAW' }, 'LONG RAW', 0, 0, null, null],
  [{ type: 'DATE' }, 'DATE', 7, 0, null, null],
  [{ type: 'TIMESTAMP' }, 'TIMESTAMP(6)', 11, 0, null, 6],
  [{ type: 'TIMESTAMP', scale: 9 }, 'TIMESTAMP(9)', 11, 0, null, 9],
  [{ type: 'TIMESTAMP WITH TIME ZONE' }, 'TIMESTAMP(6) WITH TIME ZONE', 13, 0, null, 6],
  [
    { type: 'TIMESTAMP WITH LOCAL TIME ZONE', scale: 0 },
    'TIMESTAMP(0) WITH LOCAL TIME ZONE',
    11,
    0,
    null,
    0,
  ],
  [{ type: 'INTERVAL YEAR TO MONTH' }, 'INTERVAL YEAR(2) TO MONTH', 5, 0, 2, 0],
  [
    { type: 'INTERVAL DAY TO SECOND', precision: 3, scale: 9 },
    'INTERVAL DAY(3) TO SECOND(9)',
    11,
    0,
    3,
    9,
  ],
  [{ type: 'CLOB' }, 'CLOB', 4000, 0, null, null],
  [{ type: 'NCLOB' }, 'NCLOB', 4000, 0, null, null],
  [{ type: 'BLOB' }, 'BLOB', 4000, 0, null, null],
  [{ type: 'BFILE' }, 'BFILE', 530, 0, null, null],
  [{ type: 'ROWID' }, 'ROWID', 10, 0, null, null],
  [{ type: 'UROWID' }, 'UROWID', 4000, 0, null, null],
  [{ type: 'BOOLEAN' }, 'BOOLEAN', 1, 0, null, null],
  [{ type: 'JSON' }, 'JSON', 8200, 0, null, null],
  [{ type: 'VECTOR' }, 'VECTOR', 8200, 0, null, null],
];

describe('the catalogue', () => {
  it.each(listed)(
    'lists %j as %s',
    (column, dataType, dataLength, charLength, precision, scale) => {
      expect(TYPES[column.type].catalogue({ ...column, name: 'C' })).toEqual({
        dataType,
        dataLength,
        charLength,
        precision,
        scale,
      });
    },
  );

  it.each([
    [{ type: 'XMLTYPE' }, 'XMLTYPE', 'PUBLIC'],
    [{ type: 'ANYDATA' }, 'ANYDATA', 'SYS'],
    [{ type: 'OBJECT', typeName: 'ADDRESS', typeOwner: 'HR' }, 'ADDRESS', 'HR'],
  ] as const)('names the owner of %j', (column, dataType, dataTypeOwner) => {
    const entry = TYPES[column.type].catalogue({ ...column, name: 'C' });
    expect(entry).toMatchObject({ dataType, dataTypeOwner });
  });
});
