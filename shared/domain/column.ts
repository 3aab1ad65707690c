/** A column as Oracle's dictionary (ALL_TAB_COLUMNS, ALL_COL_COMMENTS) describes it. */
export interface ColumnDefinition {
  readonly name: string;
  /** As Oracle says it: `NUMBER`, `VARCHAR2`, `TIMESTAMP(6)` … */
  readonly dataType: string;
  /** Null or absent for built-in types. */
  readonly dataTypeOwner?: string | null;
  readonly length: number;
  /** Null when undeclared. */
  readonly precision: number | null;
  readonly scale: number | null;
  readonly nullable: boolean;
  readonly comment?: string | null;
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
  readonly comment?: string;
}

/**
 * How values are fetched and written, by what Oracle holds:
 * - `number`: NUMBER that a double holds exactly; decimal text, written as a JSON number
 * - `decimal`: any other NUMBER; decimal text, written as a JSON string; with a range, checked against it
 * - `float`: BINARY_FLOAT, BINARY_DOUBLE; a double, written as the shortest number that gives it back
 * - `text`: a string as it is; `long`: one of any length
 * - `clob`: a LOB of text, an empty one is not NULL; `xml`: XMLTYPE as text
 * - `bytes`: bytes, written in base64; `long_raw`: any number of them
 * - `blob`: a LOB of bytes, an empty one is not NULL
 * - `datetime`: TO_CHAR with a signed year, checked, written as `2024-02-29T23:59:58[.fff]`
 * - `instant`: the same with an offset, of the value's own zone or `Z`
 * - `region`: the name of the value's time zone
 * - `year_month`, `day_second`: intervals, written as ISO 8601 durations
 * - `json`: the text of JSON, spliced as it is
 * - `boolean`, `vector`: true or false; an array of numbers
 * - `rowid`: an address of a row, as text; `row_address`: that of the row itself, which is no column
 */
export type ColumnEncoding =
  | { readonly kind: 'number' }
  | { readonly kind: 'decimal'; readonly range?: 'BIGNUMERIC' }
  | { readonly kind: 'float' }
  | { readonly kind: 'text' }
  | { readonly kind: 'long' }
  | { readonly kind: 'clob' }
  | { readonly kind: 'xml' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'long_raw' }
  | { readonly kind: 'blob' }
  | {
      readonly kind: 'datetime';
      readonly fractionDigits: number;
      readonly anyYear?: boolean;
    }
  | {
      readonly kind: 'instant';
      readonly fractionDigits: number;
      readonly zone: 'own' | 'utc';
      readonly anyYear?: boolean;
    }
  | { readonly kind: 'region' }
  | { readonly kind: 'year_month' }
  | { readonly kind: 'day_second'; readonly fractionDigits: number }
  | { readonly kind: 'json' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'vector' }
  | { readonly kind: 'rowid' }
  | { readonly kind: 'row_address' };

/** Selected beside a column it tells which row a value is of. */
export const rowAddress: PlannedColumn = {
  name: 'ROWID',
  field: 'ROWID',
  oracleType: 'ROWID',
  bigQueryType: 'STRING',
  nullable: false,
  encoding: { kind: 'row_address' },
};
