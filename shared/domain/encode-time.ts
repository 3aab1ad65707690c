interface DateTimeForm {
  readonly fractionDigits: number;
  /** Also years before 1, with a minus; no type of BigQuery has those. */
  readonly anyYear?: boolean;
}

type TextEncoder = (text: string) => string | undefined;

/**
 * TO_CHAR's SYYYY puts a blank before a year AD and a minus before a year BC. A corrupt date prints zeros.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Format-Models.html
 */
export function datetimeEncoder(form: DateTimeForm): TextEncoder {
  const pattern = new RegExp(`^${dateAndTime(form)}$`);
  const isUnknown = form.anyYear ? () => false : isJulianLeapDay;
  return (text) => (pattern.test(text) && !isUnknown(text) ? signed(text) : undefined);
}

/** The same with an offset behind it, as TZH:TZM prints it, or a Z. */
export function instantEncoder(form: DateTimeForm & { readonly zone: 'own' | 'utc' }): TextEncoder {
  const pattern = new RegExp(`^${dateAndTime(form)}${form.zone === 'utc' ? 'Z' : offset(form)}$`);
  const isUnknown = form.anyYear
    ? () => false
    : (text: string) => isJulianLeapDay(text) || isOutsideOfUtcYears(text);
  return (text) => (pattern.test(text) && !isUnknown(text) ? signed(text) : undefined);
}

function dateAndTime({ fractionDigits, anyYear }: DateTimeForm): string {
  const fraction = fractionDigits > 0 ? `\\.\\d{${fractionDigits}}` : '';
  const date = `(?!0000)\\d{4}-${monthAndDay}`;
  return `${anyYear ? '[ -]' : ' '}${date}T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d${fraction}`;
}

const monthAndDay =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|[12]\\d))';

/** GoogleSQL takes at most 14 hours (googlesql/public/functions/date_time_util.cc, IsValidTimeZone). */
function offset({ anyYear }: DateTimeForm): string {
  return anyYear ? '[+-](?:0\\d|1[0-5]):[0-5]\\d' : '[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00)';
}

/**
 * Oracle counts by the Julian calendar until 1582, in which the years 100, 200, 300, 500 … 1500 have a 29 February.
 * BigQuery's calendar is the Gregorian one throughout.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (Using Julian Days)
 */
function isJulianLeapDay(text: string): boolean {
  if (!text.startsWith('-02-29', 5)) return false;
  const year = Number(text.slice(1, 5));
  return year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0);
}

function signed(text: string): string {
  return text.startsWith(' ') ? text.slice(1) : text;
}

/**
 * BigQuery's TIMESTAMP counts in UTC from 0001-01-01 to 9999-12-31, so that an offset may lead out of it.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#timestamp_type
 */
function isOutsideOfUtcYears(text: string): boolean {
  const isFirstDay = text.startsWith(' 0001-01-01');
  if (!isFirstDay && !text.startsWith(' 9999-12-31')) return false;
  const [, hours, minutes, sign, offsetHours, offsetMinutes] =
    /T(\d\d):(\d\d).*([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  if (sign === undefined) return false;
  const offset = Number(offsetHours) * 60 + Number(offsetMinutes);
  const utc = Number(hours) * 60 + Number(minutes) - (sign === '-' ? -offset : offset);
  return isFirstDay ? utc < 0 : utc >= 24 * 60;
}
