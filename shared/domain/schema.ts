import type { PlannedColumn } from './column.ts';
import type { Extraction } from './extraction.ts';

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
export interface BigQueryField {
  readonly name: string;
  readonly type: string;
  readonly mode: 'NULLABLE' | 'REQUIRED' | 'REPEATED';
  readonly description?: string;
}

/** The BigQuery schema of the columns, as `bq load` and the API take it. */
export function bigQueryFields(columns: readonly PlannedColumn[]): BigQueryField[] {
  return columns.map((column) => ({
    name: column.field,
    type: column.bigQueryType,
    mode: modeOf(column),
    ...(column.comment !== undefined && { description: describe(column.comment) }),
  }));
}

/** A NOT NULL column may hold the `null` of JSON, which BigQuery takes for NULL. */
function modeOf({ nullable, encoding }: PlannedColumn): BigQueryField['mode'] {
  if (encoding.kind === 'vector') return 'REPEATED';
  return nullable || encoding.kind === 'json' ? 'NULLABLE' : 'REQUIRED';
}

/**
 * The text of `_schema.json`: `fields` is a BigQuery schema, `oracle_types` says what each Oracle column was,
 * `renamed` maps those Oracle names that BigQuery could not take to their fields, `time_zones` the columns to the
 * fields with the names of their values' zones. The same record always gives the same bytes.
 */
export function schemaBody({ owner, table, comment, columns }: Extraction): string {
  const own = columns.filter(({ encoding }) => encoding.kind !== 'region');
  const zones = columns.filter(({ encoding }) => encoding.kind === 'region');
  const schema = {
    owner,
    table,
    description: comment ?? null,
    fields: bigQueryFields(columns),
    oracle_types: own.map((column) => ({
      column: column.name,
      type: column.oracleType,
      ...(column.comment !== undefined && { comment: column.comment }),
    })),
    renamed: own.filter(({ name, field }) => name !== field).map(toField),
    time_zones: zones.map(toField),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function toField({ name, field }: PlannedColumn) {
  return { column: name, field };
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema: at most 1,024 characters. */
const mostDescription = 1_024;

function describe(comment: string): string {
  if (comment.length <= mostDescription) return comment;
  // Half a surrogate pair at the cut is no text.
  const head = comment.slice(0, mostDescription - 1).replace(/[\ud800-\udbff]$/, '');
  return `${head}…`;
}
