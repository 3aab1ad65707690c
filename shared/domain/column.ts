/** A column as Oracle's dictionary (ALL_TAB_COLUMNS) describes it. */
export interface ColumnDefinition {
  readonly name: string;
  /** As Oracle says it: `NUMBER`, `VARCHAR2`, `TIMESTAMP(6)` … */
  readonly dataType: string;
  readonly length: number;
  /** Null when undeclared. */
  readonly precision: number | null;
  readonly scale: number | null;
  readonly nullable: boolean;
}

/** How the values of a column are selected and written; decided once, from its definition. */
export interface PlannedColumn {
  readonly name: string;
  /** JSON key and BigQuery field name; differs from `name` only where BigQuery could not take it. */
  readonly field: string;
  /** Oracle's type with its precision, for people. */
  readonly oracleType: string;
  readonly bigQueryType: string;
  readonly nullable: boolean;
  readonly encoding: ColumnEncoding;
}

/**
 * - `number`: decimal text that a double holds exactly, written as a JSON number
 * - `decimal`: decimal text, written as a JSON string
 * - `text`: a string as it is
 * - `datetime`: selected by TO_CHAR with a signed year, checked and written as `2024-02-29T23:59:58[.fff]`
 */
export type ColumnEncoding =
  | { readonly kind: 'number' }
  | { readonly kind: 'decimal' }
  | { readonly kind: 'text' }
  | { readonly kind: 'datetime'; readonly fractionDigits: number };
