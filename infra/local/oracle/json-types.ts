/**
 * JSON, stored as its text without blanks. The bytes of OSON are made by the driver's own encoder,
 * whose numbers are JavaScript's.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (JSON)
 */
import { createRequire } from 'node:module';
import { binaryWire, catalogueEntry, type TypeDefinition, type WireType } from './column.ts';
import { longWire } from './long-types.ts';
import { wellFormed } from './text-types.ts';

const { OsonEncoder } = createRequire(import.meta.url)(
  'oracledb/lib/impl/datahandlers/oson.js',
) as { OsonEncoder: new () => { encode(value: unknown, longestName: number): Buffer } };

const JSON_CODE = 119;
const VARCHAR_CODE = 1;
const BYTES = 8200;
const LONGEST_NAME = 65_535;
const STRING_OR_BLANKS = /"(?:[^"\\]|\\.)*"|\s+/g;

export const json: TypeDefinition = {
  store(value) {
    JSON.parse(value);
    return wellFormed(value).replace(STRING_OR_BLANKS, (part) => (part[0] === '"' ? part : ''));
  },
  catalogue: () => catalogueEntry('JSON', BYTES),
  wire: () => ({
    ...jsonWire,
    inline: longWire(VARCHAR_CODE, (value) => Buffer.from(value), { charsetForm: 1 }),
  }),
};

const jsonWire: WireType = binaryWire(JSON_CODE, BYTES, (value, writer) =>
  writeImage(writer, new OsonEncoder().encode(toOson(JSON.parse(value)), LONGEST_NAME)),
);

/** Objects in the form that the encoder takes. */
function toOson(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(toOson);
  return { fields: Object.keys(value), values: Object.values(value).map(toOson) };
}

const LOCATOR = Buffer.alloc(40);

/** An image of JSON or a VECTOR: its size, and the locator behind it, are not looked at. */
export function writeImage(writer: Parameters<WireType['encode']>[1], image: Buffer): void {
  writer.ub(LOCATOR.length, image.length, 0).bytes(image).bytes(LOCATOR);
}
