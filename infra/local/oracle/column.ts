/** What a column is, what it holds and what a type must know to be served. */
import type { Writer } from './bytes.ts';

export type LocalType = 'NUMBER' | 'FLOAT' | 'VARCHAR2' | 'CHAR' | 'DATE' | 'TIMESTAMP' | 'BLOB';

export interface LocalColumn {
  name: string;
  type: LocalType;
  /** NUMBER: decimal digits; undefined with a scale of 0 is INTEGER. */
  precision?: number;
  /** NUMBER: digits behind the point; TIMESTAMP: digits of the fraction, 6 when undefined. */
  scale?: number;
  /** VARCHAR2 and CHAR: characters (as declared with CHAR semantics), 4000 and 1 when undefined. */
  length?: number;
  nullable?: boolean;
}

/** What callers hand in: decimal text or a number, a string, a date as text, or null. */
export type Value = string | number | null;
/** What is stored: NUMBER as text, CHAR padded, '' as null. */
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
  encode(value: string, writer: Writer): void;
}

export interface TypeDefinition {
  /** Returns what is stored. Throws a RangeError when the column cannot hold the value. */
  store(value: string, column: LocalColumn): string;
  catalogue(column: LocalColumn): CatalogueEntry;
  /** Undefined for a type that this server only lists in the catalogue. */
  wire?(column: LocalColumn): WireType;
}
