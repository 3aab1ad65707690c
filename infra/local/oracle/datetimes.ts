/**
 * DATE and TIMESTAMP values: `[-]YYYY-MM-DDTHH:MM:SS[.fffffffff]`, their wire bytes and TO_CHAR.
 * https://docs.oracle.com/en/database/oracle/oracle-call-interface/23/lnoci/data-types.html
 */
import { OracleError } from './errors.ts';

const DATETIME = /^(-?)(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/;
const OLDEST_YEAR = -4712;
const LAST_JULIAN_YEAR = 1582;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export interface DateTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** The digits behind the point, without trailing zeros. */
  fraction: string;
}

/** Parses a value. Throws a RangeError when it is not one that Oracle could store. */
export function parseDateTime(text: string): DateTime {
  const [, sign, year, month, day, hour, minute, second, fraction = ''] = DATETIME.exec(text) ?? [];
  const value = {
    year: Number(year) * (sign === '-' ? -1 : 1),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    fraction: fraction.replace(/0+$/, ''),
  };
  if (!isReal(value)) throw new RangeError(`${text} is not a date that Oracle could store`);
  return value;
}

function isReal({ year, month, day, hour, minute, second }: DateTime): boolean {
  if (Number.isNaN(year) || year === 0 || year < OLDEST_YEAR) return false;
  const leapDay = month === 2 && isLeap(year) ? 1 : 0;
  const lastDay = (DAYS[month - 1] ?? 0) + leapDay;
  return day >= 1 && day <= lastDay && hour < 24 && minute < 60 && second < 60;
}

function isLeap(year: number): boolean {
  const astronomical = year < 0 ? year + 1 : year;
  if (astronomical % 4 !== 0) return false;
  return year <= LAST_JULIAN_YEAR || year % 100 !== 0 || year % 400 === 0;
}

/** 7 bytes, or 11 when there is a fraction of a second. */
export function encodeDateTime(text: string): Buffer {
  const value = parseDateTime(text);
  const bytes = Buffer.alloc(value.fraction === '' ? 7 : 11);
  bytes[0] = Math.trunc(value.year / 100) + 100;
  bytes[1] = (value.year % 100) + 100;
  bytes[2] = value.month;
  bytes[3] = value.day;
  bytes[4] = value.hour + 1;
  bytes[5] = value.minute + 1;
  bytes[6] = value.second + 1;
  if (value.fraction !== '') bytes.writeUInt32BE(Number(value.fraction.padEnd(9, '0')), 7);
  return bytes;
}

const FORMAT = /^(S?)YYYY-MM-DD"T"HH24:MI:SS(?:\.FF([1-9]))?$/i;

/**
 * Compiles the formats that an exact export needs; every other one, and fractions of a DATE, are
 * ORA-01821. SYYYY gives years A.D. a leading blank.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Format-Models.html
 */
export function compileFormat(format: string, type: string): (text: string) => string {
  const match = FORMAT.exec(format);
  const places = Number(match?.[2] ?? 0);
  if (!match || (places > 0 && type === 'DATE')) {
    throw new OracleError(1821, 'date format not recognized');
  }
  const signed = match[1] !== '';
  return (text) => {
    const beforeChrist = text.startsWith('-');
    const [seconds = '', fraction = ''] = (beforeChrist ? text.slice(1) : text).split('.');
    const sign = signed ? (beforeChrist ? '-' : ' ') : '';
    const point = places > 0 ? `.${fraction.padEnd(places, '0').slice(0, places)}` : '';
    return sign + seconds + point;
  };
}
