/**
 * The data dictionary, as far as it is asked for: ALL_TAB_COLUMNS.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TAB_COLUMNS.html
 */

import type { LocalColumn } from './column.ts';
import type { Database } from './database.ts';
import { numberWire } from './number-types.ts';
import type { BindValue } from './requests.ts';
import { listResult, type ResultSet } from './results.ts';
import type { ResultColumn } from './rows.ts';
import { textWire } from './text-types.ts';
import { TYPES } from './types.ts';

const NAME_LENGTH = 128;
const number = (name: string): ResultColumn => ({
  name,
  nullable: true,
  wire: numberWire,
});
const text = (name: string, length: number): ResultColumn => ({
  name,
  nullable: true,
  wire: textWire(length),
});

const COLUMNS: readonly ResultColumn[] = [
  text('COLUMN_NAME', NAME_LENGTH),
  text('DATA_TYPE', NAME_LENGTH),
  number('DATA_LENGTH'),
  number('CHAR_LENGTH'),
  number('DATA_PRECISION'),
  number('DATA_SCALE'),
  text('NULLABLE', 1),
  number('COLUMN_ID'),
];

/** The columns of one table in their order; no rows when there is no such table. */
export function listColumns(database: Database, [owner, name]: readonly BindValue[]): ResultSet {
  const table = database.findTable(owner ?? '', name ?? '');
  return listResult(COLUMNS, table?.definition.columns.map(catalogueRow) ?? []);
}

function catalogueRow(column: LocalColumn, index: number): (string | null)[] {
  const entry = TYPES[column.type].catalogue(column);
  const orNull = (value: number | null) => (value === null ? null : String(value));
  return [
    column.name,
    entry.dataType,
    String(entry.dataLength),
    String(entry.charLength),
    orNull(entry.precision),
    orNull(entry.scale),
    (column.nullable ?? true) ? 'Y' : 'N',
    String(index + 1),
  ];
}
