import oracledb from 'oracledb';
import type { ColumnDefinition } from '../domain/column.ts';
import { OraFerryError } from '../errors.ts';
import type { RowChoice, TableDefinition, TableName } from '../ports.ts';
import type { ConnectionPool } from './pool.ts';
import { withSession } from './session.ts';
import { countRows, describeTable } from './sql.ts';

type ColumnRow = [
  name: string,
  dataType: string,
  dataLength: number,
  charLength: number | null,
  precision: number | null,
  scale: number | null,
  nullable: 'Y' | 'N',
  position: number,
];

/** The table's columns as the dictionary shows them to our user. Throws TABLE_NOT_FOUND when it shows none. */
export async function readTable(
  pool: ConnectionPool,
  { owner, table }: TableName,
  signal?: AbortSignal,
): Promise<TableDefinition> {
  const { rows } = await withSession(pool, { table: { owner, table }, signal }, (session) =>
    session.call((connection) =>
      connection.execute<ColumnRow>(
        describeTable,
        { owner, name: table },
        { outFormat: oracledb.OUT_FORMAT_ARRAY, fetchArraySize: 1_000, prefetchRows: 1_001 },
      ),
    ),
  );
  if (rows?.length) return { owner, table, columns: rows.map(toDefinition) };
  throw new OraFerryError('TABLE_NOT_FOUND', `Our user sees no table ${owner}.${table}.`, {
    details: { owner, table },
  });
}

/** COUNT(*) of the chosen rows. */
export async function countTable(
  pool: ConnectionPool,
  table: TableName,
  choice: RowChoice,
  signal?: AbortSignal,
): Promise<number> {
  const { sql, binds } = countRows(table, choice);
  const { rows } = await withSession(pool, { table, signal }, (session) =>
    session.call((connection) =>
      connection.execute<[string]>(sql, binds, {
        outFormat: oracledb.OUT_FORMAT_ARRAY,
        fetchTypeHandler: () => ({ type: oracledb.DB_TYPE_VARCHAR }),
      }),
    ),
  );
  const count = Number(rows?.[0]?.[0] ?? Number.NaN);
  if (Number.isSafeInteger(count)) return count;
  throw new OraFerryError('ORACLE_ERROR', `${table.owner}.${table.table} gave no usable COUNT(*).`);
}

function toDefinition([
  name,
  dataType,
  bytes,
  characters,
  precision,
  scale,
  nullable,
]: ColumnRow): ColumnDefinition {
  // CHAR_LENGTH is what was declared, whether in bytes or in characters; other types have none.
  const length = characters || bytes;
  return { name, dataType, length, precision, scale, nullable: nullable === 'Y' };
}
