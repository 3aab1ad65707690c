/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (BOOLEAN) */
import { binaryWire, catalogueEntry, type TypeDefinition } from './column.ts';

const WIRE_CODE = 252;
const FALSE = Buffer.of(0);
const TRUE = Buffer.of(1, 1);

/** Stored as `true` or `false`. */
export const boolean: TypeDefinition = {
  store(value) {
    if (value !== 'true' && value !== 'false') throw new RangeError('the value is no boolean');
    return value;
  },
  catalogue: () => catalogueEntry('BOOLEAN', 1),
  wire: () =>
    binaryWire(WIRE_CODE, 4, (value, writer) => void writer.bytes(value === 'true' ? TRUE : FALSE)),
};
