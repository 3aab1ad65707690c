import { describe, expect, it } from 'vitest';
import { useOracle, VERSIONS } from './fixture.ts';

describe.each(VERSIONS)('on %s', (version) => {
  const oracle = useOracle(version);
  const SQL = `SELECT column_name, data_type, data_length, char_length, data_precision, data_scale,
                    nullable, column_id
               FROM all_tab_columns
              WHERE owner = :owner AND table_name = :name
              ORDER BY column_id`;

  it('lists the columns of a table as Oracle names their types', async () => {
    oracle.database.createTable({
      owner: 'HR',
      name: 'TYPES',
      columns: [
        { name: 'ID', type: 'NUMBER', precision: 10, scale: 0, nullable: false },
        { name: 'PRICE', type: 'NUMBER', precision: 12, scale: 2 },
        { name: 'ANY', type: 'NUMBER' },
        { name: 'INTEGER', type: 'NUMBER', scale: 0 },
        { name: 'FLOAT', type: 'FLOAT' },
        { name: 'TEXT', type: 'VARCHAR2', length: 40 },
        { name: 'LONG_TEXT', type: 'VARCHAR2', length: 4000 },
        { name: 'FIXED', type: 'CHAR', length: 3 },
        { name: 'DAY', type: 'DATE' },
        { name: 'AT', type: 'TIMESTAMP' },
        { name: 'AT9', type: 'TIMESTAMP', scale: 9 },
        { name: 'PHOTO', type: 'BLOB' },
        { name: 'LETTER', type: 'CLOB' },
        { name: 'NOTE', type: 'NCLOB' },
        { name: 'KEY', type: 'RAW', length: 16 },
        { name: 'NAME', type: 'NVARCHAR2', length: 30 },
        { name: 'CODE', type: 'NCHAR', length: 3 },
        { name: 'LINK', type: 'BFILE' },
      ],
    });
    const connection = await oracle.connect();

    const { rows } = await connection.execute(SQL, { owner: 'HR', name: 'TYPES' });
    const positional = await connection.execute(SQL, ['HR', 'TYPES']);

    expect(rows).toEqual([
      ['ID', 'NUMBER', 22, 0, 10, 0, 'N', 1],
      ['PRICE', 'NUMBER', 22, 0, 12, 2, 'Y', 2],
      ['ANY', 'NUMBER', 22, 0, null, null, 'Y', 3],
      ['INTEGER', 'NUMBER', 22, 0, null, 0, 'Y', 4],
      ['FLOAT', 'FLOAT', 22, 0, 126, null, 'Y', 5],
      ['TEXT', 'VARCHAR2', 160, 40, null, null, 'Y', 6],
      ['LONG_TEXT', 'VARCHAR2', 4000, 4000, null, null, 'Y', 7],
      ['FIXED', 'CHAR', 12, 3, null, null, 'Y', 8],
      ['DAY', 'DATE', 7, 0, null, null, 'Y', 9],
      ['AT', 'TIMESTAMP(6)', 11, 0, null, 6, 'Y', 10],
      ['AT9', 'TIMESTAMP(9)', 11, 0, null, 9, 'Y', 11],
      ['PHOTO', 'BLOB', 4000, 0, null, null, 'Y', 12],
      ['LETTER', 'CLOB', 4000, 0, null, null, 'Y', 13],
      ['NOTE', 'NCLOB', 4000, 0, null, null, 'Y', 14],
      ['KEY', 'RAW', 16, 0, null, null, 'Y', 15],
      ['NAME', 'NVARCHAR2', 60, 30, null, null, 'Y', 16],
      ['CODE', 'NCHAR', 6, 3, null, null, 'Y', 17],
      ['LINK', 'BFILE', 530, 0, null, null, 'Y', 18],
    ]);
    expect(positional.rows).toEqual(rows);
    await connection.close();
  });

  it('has no rows for a table that does not exist, and minds the case of names', async () => {
    const connection = await oracle.connect();

    for (const name of ['NOWHERE', 'types', null]) {
      const { rows } = await connection.execute(SQL, { owner: 'HR', name });
      expect(rows).toEqual([]);
    }
    await connection.close();
  });
});
