import { z } from 'zod';
import type { ColumnDefinition, PlannedColumn } from '../../shared/domain/column.ts';
import { planColumn } from '../../shared/domain/plan-columns.ts';
import type { TableKind } from '../../shared/domain/table.ts';
import { describeType } from '../../shared/domain/type-rules.ts';
import type { TableDefinition } from '../../shared/ports/oracle.ts';
import { errorView } from './job.ts';

export const tableKind = z.enum([
  'table',
  'partitioned table',
  'index-organized table',
  'clustered table',
  'temporary table',
  'external table',
  'view',
  'materialized view',
] satisfies TableKind[]);

export const unsupportedColumn = z.object({ name: z.string(), oracle_type: z.string() });

export const plannedColumnView = z.object({
  name: z.string(),
  /** Its JSON key and BigQuery field. */
  field: z.string(),
  oracle_type: z.string(),
  bigquery_type: z.string(),
  nullable: z.boolean(),
});

/** `exact` tells a count from the optimizer's statistics, which may be old; `count` is null without either. */
const rowsView = z.object({
  count: z.int().nullable(),
  exact: z.boolean(),
  /** When the statistics were gathered, in the time of the database's host; null for a count. */
  last_analyzed: z.string().nullable(),
  /** Why the rows could not be counted. */
  error: errorView.nullable(),
});

/** A table as lists show it. */
export const tableView = z.object({
  owner: z.string(),
  table: z.string(),
  kind: tableKind,
  comment: z.string().nullable(),
  columns: z.int(),
  rows: rowsView,
  /** Rows times their average length by the statistics; LOBs that lie outside their rows are not in it. */
  bytes_estimate: z.int().nullable(),
  /** True when every column can be exported. */
  supported: z.boolean(),
  /** To be named in exclude_columns. */
  unsupported_columns: z.array(unsupportedColumn),
});

export type TableView = z.output<typeof tableView>;
export type RowsView = z.output<typeof rowsView>;

/** The JSON of a table; its rows by the statistics unless they were counted. */
export function viewTable(table: TableDefinition, rows = statisticalRows(table)): TableView {
  const unsupported = unsupportedOf(table);
  return {
    owner: table.owner,
    table: table.table,
    kind: table.kind,
    comment: table.comment ?? null,
    columns: table.columns.length,
    rows,
    bytes_estimate: table.statistics?.bytes ?? null,
    supported: unsupported.length === 0,
    unsupported_columns: unsupported,
  };
}

/** The columns for which no exact export is known. */
export function unsupportedOf({
  columns,
}: {
  readonly columns: readonly ColumnDefinition[];
}): z.output<typeof unsupportedColumn>[] {
  return columns
    .filter((column) => planColumn(column).length === 0)
    .map((column) => ({ name: column.name, oracle_type: describeType(column) }));
}

export function viewPlannedColumn(column: PlannedColumn): z.output<typeof plannedColumnView> {
  const { name, field, oracleType, bigQueryType, nullable } = column;
  return { name, field, oracle_type: oracleType, bigquery_type: bigQueryType, nullable };
}

function statisticalRows({ statistics }: TableDefinition): RowsView {
  return {
    count: statistics?.rows ?? null,
    exact: false,
    last_analyzed: statistics?.gatheredAt ?? null,
    error: null,
  };
}
