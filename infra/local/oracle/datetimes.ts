/**
 * DATE and TIMESTAMP values: `[-]YYYY-MM-DDTHH:MM:SS[.fffffffff]`, and their wire bytes.
 * https://docs.oracle.com/en/database/oracle/oracle-call-interface/23/lnoci/data-types.html
 */

const DATETIME = /^(-?)(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/;
const OLDEST_YEAR = -4712;
const LAST_JULIAN_YEAR = 1582;
/** A date that no SQL could store; TO_CHAR prints every corrupt one as zeros. */
export const CORRUPT = '0000-00-00T00:00:00';
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
  return day >= 1 && day <= lastDay(year, month) && hour < 24 && minute < 60 && second < 60;
}

function lastDay(year: number, month: number): number {
  return (DAYS[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0);
}

function isLeap(year: number): boolean {
  const astronomical = year < 0 ? year + 1 : year;
  if (astronomical % 4 !== 0) return false;
  return year <= LAST_JULIAN_YEAR || year % 100 !== 0 || year % 400 === 0;
}

/** 7 bytes, or 11 when there is a fraction of a second. */
export function encodeDateTime(text: string): Buffer {
  const value = text === CORRUPT ? CORRUPT_FIELDS : parseDateTime(text);
  const bytes = Buffer.alloc(value.fraction === '' ? 7 : 11);
  writeFields(value, bytes);
  return bytes;
}

const CORRUPT_FIELDS: DateTime = {
  ...{ year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 },
  fraction: '',
};

/** 13 bytes: the moment in UTC, then the zone's offset from it in minutes. */
export function encodeZoned(local: string, offset: number): Buffer {
  const bytes = Buffer.alloc(13);
  writeFields(shift(parseDateTime(local), -offset), bytes);
  bytes[11] = Math.trunc(offset / 60) + 20;
  bytes[12] = (offset % 60) + 60;
  return bytes;
}

function writeFields(value: DateTime, bytes: Buffer): void {
  bytes[0] = Math.trunc(value.year / 100) + 100;
  bytes[1] = (value.year % 100) + 100;
  bytes[2] = value.month;
  bytes[3] = value.day;
  bytes[4] = value.hour + 1;
  bytes[5] = value.minute + 1;
  bytes[6] = value.second + 1;
  if (value.fraction !== '') bytes.writeUInt32BE(Number(value.fraction.padEnd(9, '0')), 7);
}

const DAY_MINUTES = 24 * 60;

/** The time so many minutes later; they are less than a day. */
function shift(value: DateTime, minutes: number): DateTime {
  const total = value.hour * 60 + value.minute + minutes;
  const day = total < 0 ? before(value) : total < DAY_MINUTES ? value : after(value);
  const rest = (total + DAY_MINUTES) % DAY_MINUTES;
  return { ...value, ...day, hour: Math.floor(rest / 60), minute: rest % 60 };
}

type Day = Pick<DateTime, 'year' | 'month' | 'day'>;

function before({ year, month, day }: Day): Day {
  if (day > 1) return { year, month, day: day - 1 };
  if (month > 1) return { year, month: month - 1, day: lastDay(year, month - 1) };
  return { year: year === 1 ? -1 : year - 1, month: 12, day: 31 };
}

function after({ year, month, day }: Day): Day {
  if (day < lastDay(year, month)) return { year, month, day: day + 1 };
  if (month < 12) return { year, month: month + 1, day: 1 };
  return { year: year === -1 ? 1 : year + 1, month: 1, day: 1 };
}
