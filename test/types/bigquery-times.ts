/**
 * `YYYY-MM-DD`, then `T` or a blank, then `HH:MM:SS` with up to six digits behind a point.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#datetime_type
 */
const civil = /^(\d{4})-(\d\d?)-(\d\d?)[T ](\d\d?):(\d\d?):(\d\d?)(?:\.\d{1,6})?/;

/** True for a DATETIME: a time that was on some day of the years 1 to 9999, by the calendar of today. */
export function isDateTime(text: string): boolean {
  const [whole] = civil.exec(text) ?? [];
  return whole === text && secondsOf(text) !== undefined;
}

/**
 * True for a TIMESTAMP: the same with an offset of hours and perhaps minutes behind it, a Z, or neither, within the
 * years 1 to 9999 of UTC. GoogleSQL takes offsets of up to 14 hours.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#timestamp_type
 * https://github.com/google/googlesql, googlesql/public/functions/date_time_util.cc (IsValidTimeZone)
 */
export function isTimestamp(text: string): boolean {
  const [time = ''] = civil.exec(text) ?? [];
  const local = secondsOf(time);
  const offset = offsetOf(text.slice(time.length));
  if (local === undefined || offset === undefined || Math.abs(offset) > 14 * 60) return false;
  const utc = local - offset * 60;
  return utc >= firstSecond && utc <= lastSecond;
}

const firstSecond = Date.parse('0001-01-01T00:00:00Z') / 1000;
const lastSecond = Date.parse('9999-12-31T23:59:59Z') / 1000;

/** Since 1970, as if in UTC; undefined for what no clock and calendar ever showed. */
function secondsOf(text: string): number | undefined {
  const parts = (civil.exec(text) ?? []).slice(1).map(Number);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (year < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.getTime() / 1000 : undefined;
}

/** In minutes. */
function offsetOf(text: string): number | undefined {
  if (text === '' || text === 'Z' || text === 'z') return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d?)(?::(\d\d?))?$/.exec(text) ?? [];
  if (sign === undefined || Number(minutes) > 59) return undefined;
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}
