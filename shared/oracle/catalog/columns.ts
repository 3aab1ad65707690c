import type { ColumnDefinition } from '../../domain/column.ts';
import type { TableDefinition, TableName } from '../../ports/oracle.ts';
import { type Cell, inBatches, nameKey, query } from '../query.ts';
import type { Session } from '../session.ts';
import { columnsNamed } from './statements.ts';

type ColumnRow = [
  owner: string,
  table: string,
  name: string,
  dataType: string,
  dataTypeOwner: Cell,
  dataLength: string,
  charLength: Cell,
  precision: Cell,
  scale: Cell,
  nullable: 'Y' | 'N',
  hidden: 'YES' | 'NO',
  comment: Cell,
];

/** What is known of a table's columns. */
type Columns = Pick<TableDefinition, 'columns' | 'invisibleColumns' | 'archivesRows'>;

/** The columns of each table, by its key. */
export async function readColumns(
  session: Session,
  names: readonly TableName[],
): Promise<Map<string, Columns>> {
  const rows: ColumnRow[] = [];
  for (const { pairs, binds } of inBatches(names)) {
    rows.push(...(await query<ColumnRow>(session, columnsNamed(pairs), binds)));
  }
  const byTable = Map.groupBy(rows, ([owner, table]) => nameKey({ owner, table }));
  return new Map([...byTable].map(([key, own]) => [key, toColumns(own)]));
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/vldbg/control-validity-visibility-data.html */
const archiveState = 'ORA_ARCHIVE_STATE';

function toColumns(rows: readonly ColumnRow[]): Columns {
  const isHidden = (row: ColumnRow) => row[10] === 'YES';
  const hidden = rows.filter(isHidden).map((row) => row[2]);
  const invisible = hidden.filter((name) => name !== archiveState);
  return {
    columns: rows.filter((row) => !isHidden(row)).map(toColumn),
    ...(invisible.length > 0 && { invisibleColumns: invisible }),
    ...(hidden.includes(archiveState) && { archivesRows: true }),
  };
}

function toColumn(row: ColumnRow): ColumnDefinition {
  const [, , name, dataType, dataTypeOwner, bytes, characters, precision, scale, nullable] = row;
  return {
    name,
    dataType,
    dataTypeOwner,
    // CHAR_LENGTH is what was declared, whether in bytes or in characters; other types have none.
    length: Number(characters) || Number(bytes),
    precision: numberOrNull(precision),
    scale: numberOrNull(scale),
    nullable: nullable === 'Y',
    comment: row[11],
  };
}

function numberOrNull(text: Cell): number | null {
  return text === null ? null : Number(text);
}
