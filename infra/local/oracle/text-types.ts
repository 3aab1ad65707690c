/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (VARCHAR2, CHAR) */
import type { LocalColumn, TypeDefinition, WireType } from './column.ts';

const WIRE_CODE = { VARCHAR2: 1, CHAR: 96 } as const;
const LONGEST_VARCHAR2 = 4000;
const LONGEST_CHAR = 2000;
const UTF8_BYTES = 4;
const SURROGATE = /[\ud800-\udbff]/;

export const varchar2 = characters(
  'VARCHAR2',
  LONGEST_VARCHAR2,
  LONGEST_VARCHAR2,
  (value) => value,
);
export const char = characters('CHAR', LONGEST_CHAR, 1, (value, length) => value.padEnd(length));

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
      const surrogates = value.length - codePoints(value);
      const padded = pad(value, length + surrogates);
      if (padded.length - surrogates > length || Buffer.byteLength(padded) > bytes) {
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

function codePoints(value: string): number {
  return SURROGATE.test(value) ? [...value].length : value.length;
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
