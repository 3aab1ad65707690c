import type { LocalColumn, Value } from '../oracle/database.ts';

/** How a field of a source file becomes a value of the local database. Throws when it is not of that form. */
type ReadField = (field: unknown) => Value;

/** A column's Oracle type together with the form in which the source file writes its values. */
export interface FieldType extends Omit<LocalColumn, 'name'> {
  readonly read: ReadField;
}

/** NUMBER(precision, scale); NUMBER that holds every decimal when both are left out. */
export function number(precision?: number, scale?: number): FieldType {
  return {
    type: 'NUMBER',
    read: readDecimal,
    ...(precision !== undefined && { precision }),
    ...(scale !== undefined && { scale }),
  };
}

/** INTEGER, which Oracle keeps as NUMBER(*, 0). */
export const integer: FieldType = { type: 'NUMBER', scale: 0, read: readDecimal };

export const float: FieldType = { type: 'FLOAT', read: readDecimal };

/** VARCHAR2(length CHAR). */
export function varchar2(length: number): FieldType {
  return { type: 'VARCHAR2', length, read: readText };
}

/** CHAR(length CHAR): the database pads shorter values with blanks. */
export function char(length: number): FieldType {
  return { type: 'CHAR', length, read: readText };
}

export function date(read: ReadField): FieldType {
  return { type: 'DATE', read };
}

/** TIMESTAMP(digits of the fraction). */
export function timestamp(scale: number, read: ReadField): FieldType {
  return { type: 'TIMESTAMP', scale, read };
}

/** The type with a NOT NULL constraint. */
export function required(type: FieldType): FieldType {
  return { ...type, nullable: false };
}

/** `2024-02-29` */
export const isoDay = dateForm(/^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)$/);

/** `Feb 29 2024`, `Jun 1 2000` */
export const namedMonthDay = dateForm(/^(?<month>[A-Z][a-z]{2}) (?<day>\d{1,2}) (?<year>\d{4})$/);

/** `2024/02/29 23:59:58` */
export const slashedTime = dateForm(
  /^(?<year>\d{4})\/(?<month>\d\d)\/(?<day>\d\d) (?<time>\d\d:\d\d:\d\d)$/,
);

/** Milliseconds since 1970 in UTC. */
export function epochMilliseconds(field: unknown): Value {
  if (typeof field !== 'number' || !Number.isSafeInteger(field)) throw unreadable(field, 'a time');
  return new Date(field).toISOString().slice(0, -1);
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

// The database refuses what is no day of the calendar, such as 30 February.
function dateForm(form: RegExp): ReadField {
  return (field) => {
    const {
      year,
      month = '',
      day = '',
      time = '00:00:00',
    } = (typeof field === 'string' && form.exec(field)?.groups) || {};
    const number = MONTHS.includes(month) ? String(MONTHS.indexOf(month) + 1) : month;
    if (year === undefined || !/^\d+$/.test(number)) throw unreadable(field, 'a date');
    return `${year}-${number.padStart(2, '0')}-${day.padStart(2, '0')}T${time}`;
  };
}

function readDecimal(field: unknown): Value {
  const text = String(field);
  const isNumeric = typeof field === 'number' || typeof field === 'string';
  if (!isNumeric || !/^-?\d+(\.\d+)?$/.test(text)) throw unreadable(field, 'a plain decimal');
  return text;
}

function readText(field: unknown): Value {
  if (typeof field !== 'string' && typeof field !== 'number') throw unreadable(field, 'text');
  return String(field);
}

function unreadable(field: unknown, wanted: string): Error {
  return new Error(`${JSON.stringify(field)} is not ${wanted}`);
}
