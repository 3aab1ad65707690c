import type { PlannedColumn } from './column.ts';

/**
 * The text of `_schema.json`: `fields` is a BigQuery schema as `bq load` and the API take it
 * (https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema), `oracle_types` says what
 * each Oracle column was, `renamed` maps those Oracle names that BigQuery could not take to their fields.
 * The same columns always give the same bytes.
 */
export function schemaBody(
  owner: string,
  table: string,
  columns: readonly PlannedColumn[],
): string {
  const schema = {
    owner,
    table,
    fields: columns.map(({ field, bigQueryType, nullable }) => ({
      name: field,
      type: bigQueryType,
      mode: nullable ? 'NULLABLE' : 'REQUIRED',
    })),
    oracle_types: columns.map(({ name, oracleType }) => ({ column: name, type: oracleType })),
    renamed: columns
      .filter(({ name, field }) => name !== field)
      .map(({ name, field }) => ({ column: name, field })),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
