/** What a column is, what it holds and what a type must know to be served. */
import type { Writer } from './bytes.ts';

export type LocalType =
  | 'NUMBER'
  | 'FLOAT'
  | 'VARCHAR2'
  | 'CHAR'
  | 'NVARCHAR2'
  | 'NCHAR'
  | 'RAW'
  | 'DATE'
  | 'TIMESTAMP'
  | 'CLOB'
  | 'NCLOB'
  | 'BLOB'
  | 'BFILE';

export interface LocalColumn {
  name: string;
  type: LocalType;
  /** NUMBER: decimal digits; undefined with a scale of 0 is INTEGER. */
  precision?: number;
  /** NUMBER: digits behind the point; TIMESTAMP: digits of the fraction, 6 when undefined. */
  scale?: number;
  /**
   * Text: characters (as declared with CHAR semantics), the most that fit or, when the type pads, 1
   * when undefined; RAW: bytes, 2000 when undefined.
   */
  length?: number;
  nullable?: boolean;
}

/** What callers hand in: decimal text or a number, a string, a date as text, bytes as hex, or null. */
export type Value = string | number | null;
/** What is stored: NUMBER as text, CHAR padded, bytes as hex; '' is NULL, or an empty LOB. */
export type StoredValue = string | null;

/** How a type shows in ALL_TAB_COLUMNS. */
interface CatalogueEntry {
  dataType: string;
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
