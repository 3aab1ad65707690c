/**
 * The questions to the data dictionary. Names are always bound, as they are: the dictionary knows them in their
 * exact case. Those about named tables ask for a batch of them at once.
 */

/**
 * ALL_TAB_COMMENTS has a row for each table and view that our user may see, with or without a comment.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TAB_COMMENTS.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TABLES.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_MVIEWS.html
 */
export function tablesNamed(pairs: string): string {
  return `SELECT c.owner, c.table_name, c.table_type, c.comments, m.mview_name, t.partitioned, t.iot_type,
       t.temporary, t.external, t.cluster_name, t.num_rows, t.avg_row_len,
       TO_CHAR(t.last_analyzed, 'YYYY-MM-DD"T"HH24:MI:SS')
  FROM all_tab_comments c
  LEFT JOIN all_tables t ON t.owner = c.owner AND t.table_name = c.table_name
  LEFT JOIN all_mviews m ON m.owner = c.owner AND m.mview_name = c.table_name
 WHERE (c.owner, c.table_name) IN (${pairs})`;
}

/**
 * ALL_TAB_COLS rather than ALL_TAB_COLUMNS, because it tells which columns are hidden: those that were made
 * invisible, and the one that ROW ARCHIVAL adds.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TAB_COLS.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_COL_COMMENTS.html
 */
export function columnsNamed(pairs: string): string {
  return `SELECT c.owner, c.table_name, c.column_name, c.data_type, c.data_type_owner, c.data_length, c.char_length,
       c.data_precision, c.data_scale, c.nullable, c.hidden_column, m.comments
  FROM all_tab_cols c
  LEFT JOIN all_col_comments m
    ON m.owner = c.owner AND m.table_name = c.table_name AND m.column_name = c.column_name
 WHERE (c.owner, c.table_name) IN (${pairs})
   AND (c.user_generated = 'YES' OR c.column_name = 'ORA_ARCHIVE_STATE')
 ORDER BY c.owner, c.table_name, c.column_id`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_SYNONYMS.html */
export function synonymsNamed(pairs: string): string {
  return `SELECT owner, synonym_name, table_owner, table_name, db_link
  FROM all_synonyms
 WHERE (owner, synonym_name) IN (${pairs})`;
}

/**
 * A materialized view is there twice: as the table that holds its rows, and as what each refresh would touch.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_OBJECTS.html
 */
export function objectsNamed(pairs: string): string {
  return `SELECT owner, object_name, subobject_name, object_type, object_id, data_object_id,
       TO_CHAR(last_ddl_time, 'YYYY-MM-DD"T"HH24:MI:SS')
  FROM all_objects
 WHERE (owner, object_name) IN (${pairs})
   AND object_type IN ('TABLE', 'TABLE PARTITION', 'TABLE SUBPARTITION', 'VIEW')`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/DBA_SEGMENTS.html */
export function segmentsNamed(pairs: string): string {
  return `SELECT owner, segment_name, SUM(bytes)
  FROM dba_segments
 WHERE (owner, segment_name) IN (${pairs})
   AND segment_type IN ('TABLE', 'TABLE PARTITION', 'TABLE SUBPARTITION')
 GROUP BY owner, segment_name`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_POLICIES.html */
export function rowPoliciesOf(pairs: string): string {
  return `SELECT object_owner, object_name, policy_name
  FROM all_policies
 WHERE (object_owner, object_name) IN (${pairs}) AND sel = 'YES' AND enable = 'YES'`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/REDACTION_POLICIES.html */
export function redactionPoliciesOf(pairs: string): string {
  return `SELECT object_owner, object_name, policy_name
  FROM redaction_policies
 WHERE (object_owner, object_name) IN (${pairs}) AND TRIM(enable) = 'YES'`;
}

/**
 * A page of names, each later one found by the last name of the page before it, so that no page costs more than
 * another. What lies in the recycle bin is left out.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_USERS.html
 */
export function pageOfNames(by: { owner: boolean; pattern: boolean; after: boolean }): string {
  const ofOwner = by.owner
    ? 'owner = :owner'
    : "owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')";
  const like = by.pattern ? " AND table_name LIKE :pattern ESCAPE '\\'" : '';
  const after = by.after
    ? ' AND (owner > :after_owner OR (owner = :same_owner AND table_name > :after_name))'
    : '';
  return `SELECT owner, table_name
  FROM all_tab_comments
 WHERE SUBSTR(table_name, 1, 4) <> 'BIN$' AND ${ofOwner}${like}${after}
 ORDER BY owner, table_name
 FETCH FIRST :limit ROWS ONLY`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/SYS_CONTEXT.html */
export const whoAmI = `SELECT USER, SYS_CONTEXT('USERENV', 'SERVICE_NAME'), SYS_CONTEXT('USERENV', 'DB_NAME') FROM DUAL`;

/**
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/SESSION_PRIVS.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/GRANT.html
 */
export const exemptions = `SELECT privilege FROM session_privs
 WHERE privilege IN ('EXEMPT ACCESS POLICY', 'EXEMPT REDACTION POLICY')`;

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/UNDO_RETENTION.html */
export const undoRetention = `SELECT value FROM v$parameter WHERE name = 'undo_retention'`;

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/V-UNDOSTAT.html */
export const tunedUndoRetention = 'SELECT MIN(tuned_undoretention) FROM v$undostat';

/**
 * The role of the database, for those who may call DBMS_PARALLEL_EXECUTE.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_PROCEDURES.html
 */
export const roleForChunks = `SELECT SYS_CONTEXT('USERENV', 'DATABASE_ROLE')
  FROM all_procedures
 WHERE owner = 'SYS' AND object_name = 'DBMS_PARALLEL_EXECUTE' AND ROWNUM <= 1`;

/** Costs nothing and fails when the view is not granted. */
export function probeView(view: 'dba_extents' | 'dba_objects' | 'dba_segments'): string {
  return `SELECT 1 FROM ${view} WHERE ROWNUM <= 0`;
}
