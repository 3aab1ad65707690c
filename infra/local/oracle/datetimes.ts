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

/** 13 bytes: the moment in UTC, then hours and minutes of the zone's offset from it, which comes in seconds. */
export function encodeZoned(local: string, offset: number): Buffer {
  const bytes = Buffer.alloc(13);
  writeFields(shift(parseDateTime(local), -offset), bytes);
  const minutes = Math.trunc(offset / 60);
  bytes[11] = Math.trunc(minutes / 60) + 20;
  bytes[12] = (minutes % 60) + 60;
  return bytes;
}

/** The time so many seconds later, as text; they are less than a day. */
export function later(text: string, seconds: number): string {
  const value = shift(parseDateTime(text), seconds);
  const { year, month, day, hour, minute, second, fraction } = value;
  const two = (part: number) => String(part).padStart(2, '0');
  const date = `${String(Math.abs(year)).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const time = [hour, minute, second].map(two).join(':');
  return `${year < 0 ? '-' : ''}${date}T${time}${fraction && `.${fraction}`}`;
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

const DAY_SECONDS = 24 * 60 * 60;

function shift(value: DateTime, seconds: number): DateTime {
  const total = (value.hour * 60 + value.minute) * 60 + value.second + seconds;
  const { year, month, day } =
    total < 0 ? before(value) : total < DAY_SECONDS ? value : after(value);
  const rest = (total + DAY_SECONDS) % DAY_SECONDS;
  const time = {
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
  };
  return { ...value, year, month, day, ...time };
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
