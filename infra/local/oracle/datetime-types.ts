/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (DATE, TIMESTAMP) */
import type { TypeDefinition, WireType } from './column.ts';
import { encodeDateTime, parseDateTime } from './datetimes.ts';

const WIRE_CODE = { DATE: 12, TIMESTAMP: 180 } as const;

export const date: TypeDefinition = {
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

export const timestamp: TypeDefinition = {
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
  charsetForm: 0,
  precision: 0,
  scale: 0,
  bytes: 11,
  characters: 0,
  encode: (value, writer) => void writer.bytes(encodeDateTime(value)),
};

function storeDateTime(value: string, places: number): string {
  if (parseDateTime(value).fraction.length > places) {
    throw new RangeError(`${value} has more than ${places} digits behind the second`);
  }
  return value;
}
