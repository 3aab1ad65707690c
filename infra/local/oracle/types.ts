/** The column types that this server knows. A new one is defined in a file of its own, listed here. */
import type { LocalType, TypeDefinition } from './column.ts';
import { date, timestamp } from './datetime-types.ts';
import { float, number } from './number-types.ts';
import { char, varchar2 } from './text-types.ts';

/** Listed in the catalogue, but never sent. */
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
