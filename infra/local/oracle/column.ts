/** What a column is, what it holds and what a type must know to be served. */
import type { Writer } from './bytes.ts';

export type LocalType =
  | 'NUMBER'
  | 'FLOAT'
  | 'VARCHAR2'
  | 'CHAR'
  | 'NVARCHAR2'
  | 'NCHAR'
  | 'LONG'
  | 'RAW'
  | 'LONG RAW'
  | 'BINARY_FLOAT'
  | 'BINARY_DOUBLE'
  | 'DATE'
  | 'TIMESTAMP'
  | 'TIMESTAMP WITH TIME ZONE'
  | 'TIMESTAMP WITH LOCAL TIME ZONE'
  | 'INTERVAL YEAR TO MONTH'
  | 'INTERVAL DAY TO SECOND'
  | 'CLOB'
  | 'NCLOB'
  | 'BLOB'
  | 'ROWID'
  | 'UROWID'
  | 'BOOLEAN'
  | 'JSON'
  | 'VECTOR'
  | 'XMLTYPE'
  | 'BFILE'
  | 'ANYDATA'
  | 'OBJECT';

export interface LocalColumn {
  name: string;
  type: LocalType;
  /**
   * NUMBER: decimal digits; undefined with a scale of 0 is INTEGER. Intervals: digits of the years
   * or days, 2 when undefined.
   */
  precision?: number;
  /**
   * NUMBER: digits behind the point; timestamps and INTERVAL DAY TO SECOND: digits of the second's
   * fraction, 6 when undefined.
   */
  scale?: number;
  /**
   * Text: characters (as declared with CHAR semantics), the most that fit or, when the type pads, 1
   * when undefined; RAW: bytes, 2000 when undefined.
   */
  length?: number;
  /** VECTOR: how many elements and of which kind; FLOAT32 and any number when undefined. */
  dimensions?: number;
  format?: VectorFormat;
  /** OBJECT: the type's name and owner. */
  typeName?: string;
  typeOwner?: string;
  nullable?: boolean;
}

export type VectorFormat = 'FLOAT32' | 'FLOAT64' | 'INT8' | 'BINARY';

/** What callers hand in: text in the form that README lists for the type, or null. */
export type Value = string | number | boolean | null;
/** What is stored: text, e.g. CHAR padded, bytes as hex; '' is NULL, or an empty LOB. */
export type StoredValue = string | null;

/** How a type shows in ALL_TAB_COLUMNS. */
export interface CatalogueEntry {
  dataType: string;
  /** Of a type that is not built in; PUBLIC or SYS for those that come with the database. */
  dataTypeOwner?: string | null;
  dataLength: number;
  charLength: number;
  precision: number | null;
  scale: number | null;
}

/** How a type is described to the client and encoded for it. */
export interface WireType {
  code: number;
  precision: number;
  scale: number;
  bytes: number;
  /** 0 for what is not text. */
  characters: number;
  /** 0 for what is not text, 1 for the database's character set, 2 for the national one. */
  charsetForm: 0 | 1 | 2;
  /** `version` is the index of the row's version, for what is looked up again later. */
  encode(value: string, writer: Writer, version: number): void;
  /** For a NULL that is not just a length of zero. */
  encodeNull?(writer: Writer): void;
  /** Of a LOB: how it is sent to a client that fetches it whole instead of a locator. */
  inline?: WireType;
  /** The bytes are too many to be kept for the next client. */
  isLarge?: true;
  /** Of a VECTOR: 0 dimensions are any number. */
  vector?: { dimensions: number; format: number };
}

/** A built-in type's entry, of which most have neither characters nor digits. */
export function catalogueEntry(
  dataType: string,
  dataLength: number,
  rest: Partial<CatalogueEntry> = {},
): CatalogueEntry {
  return { dataType, dataLength, charLength: 0, precision: null, scale: null, ...rest };
}

/** The wire type of what is not text. */
export function binaryWire(
  code: number,
  bytes: number,
  encode: WireType['encode'],
  rest: Partial<WireType> = {},
): WireType {
  return { code, bytes, encode, precision: 0, scale: 0, characters: 0, charsetForm: 0, ...rest };
}

/** Where a column's values lie. */
export interface ColumnOrigin {
  /** The table's number in the database. */
  table: number;
  /** The column's index in the table. */
  column: number;
}

export interface TypeDefinition {
  /** Returns what is stored. Throws a RangeError when the column cannot hold the value. */
  store(value: string, column: LocalColumn): string;
  catalogue(column: LocalColumn): CatalogueEntry;
  /** Undefined for a type that this server only lists in the catalogue. */
  wire?(column: LocalColumn, origin: ColumnOrigin): WireType;
  /** '' is a value of its own, not NULL. */
  keepsEmpty?: true;
}
