/** The kinds of columns that are compared with points in time. */
export type TimeComparison = 'date' | 'timestamp' | 'instant' | 'local_instant';

const form =
  /^(-?)(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * A time as the export writes it, or a day alone for its midnight, in the one form that is bound:
 * ` 2024-02-29T23:59:58`, with nine digits of a second and an offset where the type has them, and before it a
 * blank or the minus of a year BC, as TO_CHAR writes SYYYY. Undefined for what Oracle could not store.
 */
export function normalDateTime(compare: TimeComparison, text: string): string | undefined {
  const time = parse(text);
  if (time === undefined) return undefined;
  const { seconds, fraction, zone } = time;
  if (compare === 'date') return fraction === '' && zone === '' ? seconds : undefined;
  const nanoseconds = `${seconds}.${fraction.padEnd(9, '0')}`;
  if (compare === 'timestamp') return zone === '' ? nanoseconds : undefined;
  const offset = zone === 'Z' ? '+00:00' : zone;
  return isOffset(offset) ? nanoseconds + offset : undefined;
}

function parse(text: string) {
  const [isForm, minus = '', year = '', month = '', day = '', ...time] = form.exec(text) ?? [];
  const [hour = '00', minute = '00', second = '00', fraction = '', zone = ''] = time;
  const isReal =
    isForm !== undefined &&
    isDay(Number(minus + year), Number(month), Number(day)) &&
    [hour < '24', minute < '60', second < '60'].every(Boolean);
  if (!isReal) return undefined;
  const seconds = `${minus || ' '}${year}-${month}-${day}T${hour}:${minute}:${second}`;
  return { seconds, fraction, zone };
}

const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Oracle's calendar begins in 4712 BC, has no year 0, and goes from 4 October 1582, Julian, to the 15th, Gregorian.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html
 */
function isDay(year: number, month: number, day: number): boolean {
  if (year === 0 || year < -4712) return false;
  if (year === 1582 && month === 10 && day > 4 && day < 15) return false;
  if (month === 2 && day === 29) return isLeap(year);
  return day >= 1 && day <= (days[month - 1] ?? 0);
}

function isLeap(year: number): boolean {
  // The year before 1 AD is 1 BC.
  const astronomical = year < 0 ? year + 1 : year;
  if (astronomical % 4 !== 0) return false;
  return year <= 1582 || year % 100 !== 0 || year % 400 === 0;
}

/** https://docs.oracle.com/en/error-help/db/ora-01874/ (hours from -15 to 15) and ora-01875 (minutes) */
function isOffset(offset: string): boolean {
  if (offset === '') return false;
  const [hours, minutes] = [offset.slice(1, 3), offset.slice(4)];
  return hours < '16' && minutes < '60';
}
