/** The column types that this server knows. A new one is defined in a file of its family, listed here. */

import { raw } from './binary-types.ts';
import { boolean } from './boolean-types.ts';
import type { LocalType, TypeDefinition } from './column.ts';
import { date, localTimestamp, timestamp, zonedTimestamp } from './datetime-types.ts';
import { binaryDouble, binaryFloat } from './float-types.ts';
import { dayToSecond, yearToMonth } from './interval-types.ts';
import { json } from './json-types.ts';
import { anydata, bfile, object, xmltype } from './listed-types.ts';
import { blob, clob, nclob } from './lob-types.ts';
import { long, longRaw } from './long-types.ts';
import { float, number } from './number-types.ts';
import { rowid, urowid } from './rowid-types.ts';
import { char, nchar, nvarchar2, varchar2 } from './text-types.ts';
import { vector } from './vector-types.ts';

export const TYPES: Record<LocalType, TypeDefinition> = {
  NUMBER: number,
  FLOAT: float,
  VARCHAR2: varchar2,
  CHAR: char,
  NVARCHAR2: nvarchar2,
  NCHAR: nchar,
  LONG: long,
  RAW: raw,
  'LONG RAW': longRaw,
  BINARY_FLOAT: binaryFloat,
  BINARY_DOUBLE: binaryDouble,
  DATE: date,
  TIMESTAMP: timestamp,
  'TIMESTAMP WITH TIME ZONE': zonedTimestamp,
  'TIMESTAMP WITH LOCAL TIME ZONE': localTimestamp,
  'INTERVAL YEAR TO MONTH': yearToMonth,
  'INTERVAL DAY TO SECOND': dayToSecond,
  CLOB: clob,
  NCLOB: nclob,
  BLOB: blob,
  ROWID: rowid,
  UROWID: urowid,
  BOOLEAN: boolean,
  JSON: json,
  VECTOR: vector,
  XMLTYPE: xmltype,
  BFILE: bfile,
  ANYDATA: anydata,
  OBJECT: object,
};
