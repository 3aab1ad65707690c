/**
 * VECTOR, dense: handed in and stored as `[1,2.5,-3]`; a BINARY one has a number below 256 for each
 * eight dimensions. Its bytes are made by the driver's own encoder.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (VECTOR)
 */
import { createRequire } from 'node:module';
import { binaryWire, catalogueEntry, type TypeDefinition, type VectorFormat } from './column.ts';
import { writeImage } from './json-types.ts';
import { LONG_CODE, longWire } from './long-types.ts';

type Elements = Float32Array | Float64Array | Int8Array | Uint8Array;

const { VectorEncoder } = createRequire(import.meta.url)(
  'oracledb/lib/impl/datahandlers/vector.js',
) as { VectorEncoder: new () => { encode(value: Elements): Buffer } };

const VECTOR_CODE = 127;
const BYTES = 8200;

/** By format: its number and the array that holds its elements exactly. */
const FORMATS: Record<VectorFormat, { code: number; elements(values: number[]): Elements }> = {
  FLOAT32: { code: 2, elements: (values) => Float32Array.from(values) },
  FLOAT64: { code: 3, elements: (values) => Float64Array.from(values) },
  INT8: { code: 4, elements: (values) => Int8Array.from(values) },
  BINARY: { code: 5, elements: (values) => Uint8Array.from(values) },
};

export const vector: TypeDefinition = {
  store(value, { dimensions, format = 'FLOAT32' }) {
    const values: unknown = JSON.parse(value);
    if (!isNumbers(values)) throw new RangeError('the value is not an array of numbers');
    const elements = FORMATS[format].elements(values);
    const fits = format.startsWith('FLOAT')
      ? elements.every(Number.isFinite)
      : values.every((element, index) => element === elements[index]);
    if (!fits) throw new RangeError(`${value} has elements that ${format} cannot hold`);
    const found = elements.length * (format === 'BINARY' ? 8 : 1);
    if (dimensions !== undefined && found !== dimensions) {
      throw new RangeError(`the vector has ${found} dimensions, not ${dimensions}`);
    }
    return JSON.stringify([...elements]);
  },
  catalogue: () => catalogueEntry('VECTOR', BYTES),
  wire: ({ dimensions = 0, format = 'FLOAT32' }) => {
    const { code, elements } = FORMATS[format];
    return binaryWire(
      VECTOR_CODE,
      BYTES,
      (value, writer) =>
        writeImage(writer, new VectorEncoder().encode(elements(JSON.parse(value)))),
      {
        vector: { dimensions, format: code },
        inline: longWire(LONG_CODE, (value) => Buffer.from(value), { charsetForm: 1 }),
      },
    );
  },
};

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}
