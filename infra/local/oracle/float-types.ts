/**
 * BINARY_FLOAT and BINARY_DOUBLE: IEEE 754, stored as JavaScript prints the number; a minus in front
 * of zero is lost, as in Oracle.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html
 */
import { binaryWire, catalogueEntry, type TypeDefinition } from './column.ts';

const SIGN = 0x80;
const SPECIAL = new Set(['NaN', 'Infinity', '-Infinity']);
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

export const binaryFloat = floating('BINARY_FLOAT', { code: 100, bytes: 4, round: Math.fround });
export const binaryDouble = floating('BINARY_DOUBLE', { code: 101, bytes: 8, round: Number });

interface Format {
  code: number;
  bytes: 4 | 8;
  round(value: number): number;
}

function floating(dataType: string, format: Format): TypeDefinition {
  return {
    store: (value) => String(parse(value, dataType, format)),
    catalogue: () => catalogueEntry(dataType, format.bytes),
    wire: () =>
      binaryWire(
        format.code,
        format.bytes,
        (value, writer) => void writer.bytes(encodeFloat(Number(value), format.bytes)),
      ),
  };
}

function parse(text: string, dataType: string, { round }: Format): number {
  if (SPECIAL.has(text)) return Number(text);
  const value = DECIMAL.test(text) ? round(Number(text)) : Number.NaN;
  if (!Number.isFinite(value)) throw new RangeError(`${text} is not a ${dataType}`);
  return value;
}

/** Turned so that bytes compare as numbers do: the sign bit of a positive, all bits of a negative. */
export function encodeFloat(value: number, size: 4 | 8): Buffer {
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeFloatBE(value);
  else bytes.writeDoubleBE(value);
  const first = bytes.readUInt8(0);
  if (first < SIGN) bytes.writeUInt8(first | SIGN);
  else for (const [index, byte] of bytes.entries()) bytes[index] = ~byte;
  return bytes;
}

/** The number of which these are the turned bytes. */
export function decodeFloat(encoded: Buffer): number {
  const isPositive = encoded.readUInt8(0) >= SIGN;
  const bytes = Buffer.from(encoded.map((byte) => (isPositive ? byte : ~byte)));
  if (isPositive) bytes.writeUInt8(bytes.readUInt8(0) & ~SIGN);
  return bytes.length === 4 ? bytes.readFloatBE() : bytes.readDoubleBE();
}
