/**
 * The column types: what may be stored, how the catalogue names them, how they are described and
 * encoded on the wire. A type enters here and nowhere else.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html
 */
import type { Writer } from './bytes.ts';
import { encodeDateTime, parseDateTime } from './datetimes.ts';
import { encodeNumber, parseDecimal } from './numbers.ts';

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

export interface CatalogueEntry {
  dataType: string;
  dataLength: number;
  charLength: number;
  precision: number | null;
  scale: number | null;
}

export interface WireType {
  code: number;
  precision: number;
  scale: number;
  bytes: number;
  characters: number;
  encode(value: string, writer: Writer): void;
}

interface TypeDefinition {
  /** Returns what is stored. Throws a RangeError when the column cannot hold the value. */
  store(value: string, column: LocalColumn): string;
  catalogue(column: LocalColumn): CatalogueEntry;
  /** Undefined for a type that this server only lists in the catalogue. */
  wire?(column: LocalColumn): WireType;
}

const WIRE_CODE = { VARCHAR2: 1, NUMBER: 2, DATE: 12, CHAR: 96, TIMESTAMP: 180 } as const;
/** Precision and scale by which Oracle describes a NUMBER without either, and a FLOAT. */
const UNSCALED = -127;
const FLOAT_BITS = 126;
const MOST_DIGITS = 38;
const LONGEST_VARCHAR2 = 4000;
const LONGEST_CHAR = 2000;
const UTF8_BYTES = 4;

const number: TypeDefinition = {
  store: storeNumber,
  catalogue: ({ precision, scale }) => ({
    dataType: 'NUMBER',
    dataLength: 22,
    charLength: 0,
    precision: precision ?? null,
    scale: scale ?? (precision === undefined ? null : 0),
  }),
  wire: ({ precision, scale }) => {
    const unscaled = precision === undefined && scale === undefined;
    return {
      ...numberWire,
      precision: precision ?? (unscaled ? 0 : MOST_DIGITS),
      scale: scale ?? (unscaled ? UNSCALED : 0),
    };
  },
};

const numberWire: WireType = {
  code: WIRE_CODE.NUMBER,
  precision: 0,
  scale: UNSCALED,
  bytes: 22,
  characters: 0,
  encode: (value, writer) => void writer.bytes(encodeNumber(value)),
};

const float: TypeDefinition = {
  store: (value) => storeNumber(value, { name: '', type: 'FLOAT' }),
  catalogue: ({ precision }) => ({
    dataType: 'FLOAT',
    dataLength: 22,
    charLength: 0,
    precision: precision ?? FLOAT_BITS,
    scale: null,
  }),
  wire: ({ precision }) => ({ ...numberWire, precision: precision ?? FLOAT_BITS }),
};

const varchar2 = characters('VARCHAR2', LONGEST_VARCHAR2, LONGEST_VARCHAR2, (value) => value);
const char = characters('CHAR', LONGEST_CHAR, 1, (value, length) => value.padEnd(length));

function characters(
  type: 'VARCHAR2' | 'CHAR',
  longest: number,
  usual: number,
  pad: (value: string, length: number) => string,
): TypeDefinition {
  const lengths = ({ length = usual }: LocalColumn) => ({
    length,
    bytes: Math.min(length * UTF8_BYTES, longest),
  });
  return {
    store(value, column) {
      const { length, bytes } = lengths(column);
      const padded = pad(value, length + value.length - [...value].length);
      if ([...padded].length > length || Buffer.byteLength(padded) > bytes) {
        throw new RangeError(`the value is longer than ${length} characters or ${bytes} bytes`);
      }
      return padded;
    },
    catalogue(column) {
      const { length, bytes } = lengths(column);
      return {
        dataType: type,
        dataLength: bytes,
        charLength: length,
        precision: null,
        scale: null,
      };
    },
    wire(column) {
      const { length, bytes } = lengths(column);
      return { ...textWire(length), code: WIRE_CODE[type], bytes };
    },
  };
}

/** The wire type of an expression that yields text. */
export function textWire(characters: number): WireType {
  return {
    code: WIRE_CODE.VARCHAR2,
    precision: 0,
    scale: 0,
    bytes: Math.min(characters * UTF8_BYTES, LONGEST_VARCHAR2),
    characters,
    encode: (value, writer) => void writer.text(value),
  };
}

/** The wire type of an expression that yields a number. */
export function expressionNumberWire(): WireType {
  return numberWire;
}

const date: TypeDefinition = {
  store: (value) => storeDateTime(value, 0),
  catalogue: () => ({
    dataType: 'DATE',
    dataLength: 7,
    charLength: 0,
    precision: null,
    scale: null,
  }),
  wire: () => ({ ...dateTimeWire, code: WIRE_CODE.DATE, bytes: 7 }),
};

const timestamp: TypeDefinition = {
  store: (value, { scale = 6 }) => storeDateTime(value, scale),
  catalogue: ({ scale = 6 }) => ({
    dataType: `TIMESTAMP(${scale})`,
    dataLength: 11,
    charLength: 0,
    precision: null,
    scale,
  }),
  wire: ({ scale = 6 }) => ({ ...dateTimeWire, scale }),
};

const dateTimeWire: WireType = {
  code: WIRE_CODE.TIMESTAMP,
  precision: 0,
  scale: 0,
  bytes: 11,
  characters: 0,
  encode: (value, writer) => void writer.bytes(encodeDateTime(value)),
};

const blob: TypeDefinition = {
  store: (value) => value,
  catalogue: () => ({
    dataType: 'BLOB',
    dataLength: 4000,
    charLength: 0,
    precision: null,
    scale: null,
  }),
};

export const TYPES: Record<LocalType, TypeDefinition> = {
  NUMBER: number,
  FLOAT: float,
  VARCHAR2: varchar2,
  CHAR: char,
  DATE: date,
  TIMESTAMP: timestamp,
  BLOB: blob,
};

function storeNumber(value: string, { precision, scale }: LocalColumn): string {
  encodeNumber(value);
  const { digits, exponent } = parseDecimal(value);
  const places = scale ?? (precision === undefined ? undefined : 0);
  if (places === undefined || digits === '') return value;
  if (exponent < -places || digits.length + exponent > (precision ?? MOST_DIGITS) - places) {
    throw new RangeError(`${value} does not fit NUMBER(${precision ?? '*'},${places})`);
  }
  return value;
}

function storeDateTime(value: string, places: number): string {
  if (parseDateTime(value).fraction.length > places) {
    throw new RangeError(`${value} has more than ${places} digits behind the second`);
  }
  return value;
}
