/**
 * What else tells how a table can be divided: its size and whether it is hybrid, its parts, its keys.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TAB_PARTITIONS.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_CONSTRAINTS.html
 */
import type { StoredTable } from './database.ts';
import {
  askedTables,
  type DictionaryQuery,
  dictionaryResult,
  spelling,
} from './dictionary-query.ts';
import { TYPES } from './types.ts';

const OF_TABLE = 'FROM all_tables WHERE owner = :owner AND table_name = :name';
const OF_PARTS = 'WHERE table_owner = :owner AND table_name = :name';

const KEYS = `SELECT k.column_name, t.data_type
  FROM all_constraints c
  JOIN all_cons_columns k
    ON k.owner = c.owner AND k.constraint_name = c.constraint_name AND k.table_name = c.table_name
  JOIN all_tab_cols t
    ON t.owner = c.owner AND t.table_name = c.table_name AND t.column_name = k.column_name
 WHERE c.owner = :owner AND c.table_name = :name
   AND c.constraint_type IN ('P', 'U') AND c.status = 'ENABLED' AND k.position = 1
 ORDER BY c.constraint_type, c.constraint_name`;

export const partQueries: Readonly<Record<string, DictionaryQuery>> = {
  [spelling(`SELECT hybrid ${OF_TABLE}`)]: listOf('HYBRID', ({ definition }) => [
    definition.isHybrid ? 'YES' : 'NO',
  ]),
  [spelling(`SELECT blocks ${OF_TABLE}`)]: listOf('BLOCKS#', ({ definition }) => [
    definition.statistics?.blocks === undefined ? null : String(definition.statistics.blocks),
  ]),
  [spelling(
    `SELECT partition_name FROM all_tab_partitions ${OF_PARTS} ORDER BY partition_position`,
  )]: listOf('PARTITION_NAME', ({ definition: { partitions } }) => [
    ...new Set(partitions?.parts.map(({ name, of }) => of ?? name)),
  ]),
  [spelling(
    `SELECT subpartition_name FROM all_tab_subpartitions ${OF_PARTS} ORDER BY partition_name, subpartition_position`,
  )]: listOf('SUBPARTITION_NAME', ({ definition: { partitions } }) =>
    (partitions?.parts ?? []).filter(({ of }) => of !== undefined).map(({ name }) => name),
  ),
  [spelling(KEYS)]: (context, binds) =>
    dictionaryResult(['COLUMN_NAME', 'DATA_TYPE'], askedTables(context, binds).flatMap(keyRows)),
};

/** Of the one table that is asked for. */
function listOf(
  column: string,
  values: (table: StoredTable) => readonly (string | null)[],
): DictionaryQuery {
  return (context, binds) =>
    dictionaryResult(
      [column],
      askedTables(context, binds).flatMap((table) => values(table).map((value) => [value])),
    );
}

function keyRows({ definition }: StoredTable): string[][] {
  const { columns, primaryKey = [], uniqueKeys = [] } = definition;
  return [primaryKey, ...uniqueKeys].flatMap(([first]) => {
    const column = columns.find(({ name }) => name === first);
    if (!column) return [];
    const { dataType } = TYPES[column.type].catalogue(column);
    return [[column.name, dataType]];
  });
}
