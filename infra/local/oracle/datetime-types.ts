/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (Datetime Data Types) */
import { binaryWire, catalogueEntry, type TypeDefinition, type WireType } from './column.ts';
import { CORRUPT, encodeDateTime, encodeZoned, parseDateTime } from './datetimes.ts';
import { parseZoned, storeZoned } from './time-zones.ts';

const USUAL_SCALE = 6;

const writePlain: WireType['encode'] = (value, writer) => void writer.bytes(encodeDateTime(value));

export const date: TypeDefinition = {
  store: (value) => (value === CORRUPT ? value : storeDateTime(value, 0)),
  catalogue: () => catalogueEntry('DATE', 7),
  wire: () => binaryWire(12, 7, writePlain),
};

export const timestamp: TypeDefinition = {
  store: (value, { scale = USUAL_SCALE }) => storeDateTime(value, scale),
  catalogue: ({ scale = USUAL_SCALE }) => catalogueEntry(`TIMESTAMP(${scale})`, 11, { scale }),
  wire: ({ scale = USUAL_SCALE }) => binaryWire(180, 11, writePlain, { scale }),
};

/** The two bytes of a region are not known, so those of its offset then are sent instead. */
export const zonedTimestamp: TypeDefinition = {
  store(value, { scale = USUAL_SCALE }) {
    const stored = storeZoned(value);
    storeDateTime(parseZoned(stored).local, scale);
    return stored;
  },
  catalogue: ({ scale = USUAL_SCALE }) =>
    catalogueEntry(`TIMESTAMP(${scale}) WITH TIME ZONE`, 13, { scale }),
  wire: ({ scale = USUAL_SCALE }) =>
    binaryWire(
      181,
      13,
      (value, writer) => {
        const { local, offset } = parseZoned(value);
        writer.bytes(encodeZoned(local, offset));
      },
      { scale },
    ),
};

/** Stored in UTC, which is also the database's zone. */
export const localTimestamp: TypeDefinition = {
  store: (value, { scale = USUAL_SCALE }) => storeDateTime(value.replace(/Z$/, ''), scale),
  catalogue: ({ scale = USUAL_SCALE }) =>
    catalogueEntry(`TIMESTAMP(${scale}) WITH LOCAL TIME ZONE`, 11, { scale }),
  wire: ({ scale = USUAL_SCALE }) => binaryWire(231, 11, writePlain, { scale }),
};

function storeDateTime(value: string, places: number): string {
  if (parseDateTime(value).fraction.length > places) {
    throw new RangeError(`${value} has more than ${places} digits behind the second`);
  }
  return value;
}
