/** The column types that this server knows. A new one is defined in a file of its family, listed here. */

import { raw } from './binary-types.ts';
import type { LocalType, TypeDefinition } from './column.ts';
import { date, timestamp } from './datetime-types.ts';
import { blob, clob, nclob } from './lob-types.ts';
import { float, number } from './number-types.ts';
import { char, nchar, nvarchar2, varchar2 } from './text-types.ts';

/** Listed in the catalogue, but never sent. */
const bfile: TypeDefinition = {
  store: (value) => value,
  catalogue: () => ({
    dataType: 'BFILE',
    dataLength: 530,
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
  NVARCHAR2: nvarchar2,
  NCHAR: nchar,
  RAW: raw,
  DATE: date,
  TIMESTAMP: timestamp,
  CLOB: clob,
  NCLOB: nclob,
  BLOB: blob,
  BFILE: bfile,
};
