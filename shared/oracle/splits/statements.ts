import type { TableName } from '../../ports/oracle.ts';
import { quoteName } from '../quote-name.ts';
import { qualified } from '../sql.ts';

/** The questions that are asked to divide a table. Where there are binds, they are its owner and name. */

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TABLES.html */
export const hybridPartitions =
  'SELECT hybrid FROM all_tables WHERE owner = :owner AND table_name = :name';

export const blocksByStatistics =
  'SELECT blocks FROM all_tables WHERE owner = :owner AND table_name = :name';

/**
 * An extent whose object is not found must show, as one with NULL.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/DBA_EXTENTS.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/DBA_OBJECTS.html
 */
export const extentsOfTable = `SELECT o.data_object_id, e.relative_fno, e.block_id, e.blocks
  FROM dba_extents e
  LEFT JOIN dba_objects o
    ON o.owner = e.owner AND o.object_name = e.segment_name AND o.object_type = e.segment_type
   AND NVL(o.subobject_name, ' ') = NVL(e.partition_name, ' ')
 WHERE e.owner = :owner AND e.segment_name = :name
   AND e.segment_type IN ('TABLE', 'TABLE PARTITION', 'TABLE SUBPARTITION')`;

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/arpls/DBMS_PARALLEL_EXECUTE.html */
export const createChunks = `BEGIN
  DBMS_PARALLEL_EXECUTE.CREATE_TASK(task_name => :task);
  DBMS_PARALLEL_EXECUTE.CREATE_CHUNKS_BY_ROWID(
    task_name => :task, table_owner => :owner, table_name => :name, by_row => FALSE, chunk_size => :blocks);
END;`;

export const dropTask = 'BEGIN DBMS_PARALLEL_EXECUTE.DROP_TASK(task_name => :task); END;';

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/USER_PARALLEL_EXECUTE_CHUNKS.html */
export const chunksOfTask = `SELECT ROWIDTOCHAR(start_rowid), ROWIDTOCHAR(end_rowid)
  FROM user_parallel_execute_chunks
 WHERE task_name = :task`;

/**
 * What all ROWIDs of a block have in common, for each block of the sample that has rows.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/SELECT.html (sample_clause)
 */
export function sampledBlocks(table: TableName, percent: number): string {
  const share = percent.toFixed(6);
  return `SELECT DISTINCT SUBSTR(ROWIDTOCHAR(ROWID), 1, 15) FROM ${qualified(table)} SAMPLE BLOCK (${share})`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TAB_PARTITIONS.html */
export const partitionsOfTable = `SELECT partition_name
  FROM all_tab_partitions
 WHERE table_owner = :owner AND table_name = :name
 ORDER BY partition_position`;

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TAB_SUBPARTITIONS.html */
export const subpartitionsOfTable = `SELECT subpartition_name
  FROM all_tab_subpartitions
 WHERE table_owner = :owner AND table_name = :name
 ORDER BY partition_name, subpartition_position`;

/**
 * The first column of each key, the primary key's first.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_CONSTRAINTS.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_CONS_COLUMNS.html
 */
export const keysOfTable = `SELECT k.column_name, t.data_type
  FROM all_constraints c
  JOIN all_cons_columns k
    ON k.owner = c.owner AND k.constraint_name = c.constraint_name AND k.table_name = c.table_name
  JOIN all_tab_cols t
    ON t.owner = c.owner AND t.table_name = c.table_name AND t.column_name = k.column_name
 WHERE c.owner = :owner AND c.table_name = :name
   AND c.constraint_type IN ('P', 'U') AND c.status = 'ENABLED' AND k.position = 1
 ORDER BY c.constraint_type, c.constraint_name`;

/** The least and the greatest value of a column as of an SCN; dates as text of the format. */
export function extremesOf(table: TableName, column: string, format?: string): string {
  const bounds = ['MIN', 'MAX'].map((end) => {
    const bound = `${end}(${quoteName(column)})`;
    return format === undefined ? bound : `TO_CHAR(${bound}, '${format}')`;
  });
  return `SELECT ${bounds.join(', ')} FROM ${qualified(table)} AS OF SCN :scn`;
}
