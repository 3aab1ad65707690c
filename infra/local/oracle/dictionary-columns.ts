/**
 * ALL_TAB_COLS, with the comments of ALL_COL_COMMENTS beside it.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TAB_COLS.html
 */
import type { LocalColumn } from './column.ts';
import type { LocalTable } from './database.ts';
import { askedTables, type DictionaryQuery, dictionaryResult, PAIRS } from './dictionary-query.ts';
import { TYPES } from './types.ts';

const COLUMNS = [
  'OWNER',
  'TABLE_NAME',
  'COLUMN_NAME',
  'DATA_TYPE',
  'DATA_TYPE_OWNER',
  'DATA_LENGTH#',
  'CHAR_LENGTH#',
  'DATA_PRECISION#',
  'DATA_SCALE#',
  'NULLABLE',
  'HIDDEN_COLUMN',
  'COMMENTS',
];

export const columnQueries: Readonly<Record<string, DictionaryQuery>> = {
  [`SELECT C . OWNER , C . TABLE_NAME , C . COLUMN_NAME , C . DATA_TYPE , C . DATA_TYPE_OWNER , C . DATA_LENGTH , C . CHAR_LENGTH , C . DATA_PRECISION , C . DATA_SCALE , C . NULLABLE , C . HIDDEN_COLUMN , M . COMMENTS FROM ALL_TAB_COLS C LEFT JOIN ALL_COL_COMMENTS M ON M . OWNER = C . OWNER AND M . TABLE_NAME = C . TABLE_NAME AND M . COLUMN_NAME = C . COLUMN_NAME WHERE ( C . OWNER , C . TABLE_NAME ) IN ( ${PAIRS} ) AND ( C . USER_GENERATED = 'YES' OR C . COLUMN_NAME = 'ORA_ARCHIVE_STATE' ) ORDER BY C . OWNER , C . TABLE_NAME , C . COLUMN_ID`]:
    (context, binds) => {
      const tables = askedTables(context, binds).map(({ definition }) => definition);
      return dictionaryResult(COLUMNS, tables.flatMap(columnRows));
    },
};

/** Columns without an id stand last, as NULLs do in Oracle. */
function columnRows(table: LocalTable): (string | null)[][] {
  const { columns, hiddenColumns = [] } = table;
  const hidden = hiddenColumns.filter(
    ({ name, userGenerated }) => userGenerated || name === 'ORA_ARCHIVE_STATE',
  );
  return [
    ...columns.map((column) => columnRow(table, column, 'NO')),
    ...hidden.map(({ name }) => columnRow(table, { name, type: 'VARCHAR2', length: 4000 }, 'YES')),
  ];
}

function columnRow(
  { owner, name, columnComments = {} }: LocalTable,
  column: LocalColumn,
  hidden: 'YES' | 'NO',
): (string | null)[] {
  const entry = TYPES[column.type].catalogue(column);
  const orNull = (value: number | null) => (value === null ? null : String(value));
  return [
    owner,
    name,
    column.name,
    entry.dataType,
    entry.dataTypeOwner ?? null,
    String(entry.dataLength),
    String(entry.charLength),
    orNull(entry.precision),
    orNull(entry.scale),
    (column.nullable ?? true) ? 'Y' : 'N',
    hidden,
    new Map(Object.entries(columnComments)).get(column.name) ?? null,
  ];
}
