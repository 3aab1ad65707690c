/**
 * TIMESTAMP WITH TIME ZONE values: `2024-02-29T23:59:58.5+05:30`, `…Z`, `… Europe/Berlin`, or with
 * both offset and region where clocks were set back and a time came twice. Offsets of regions are
 * those of this machine's ICU.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/nlspg/datetime-data-types-and-time-zone-support.html
 */
import { parseDateTime } from './datetimes.ts';

/** A time in a zone. */
export interface Zoned {
  /** Without its zone. */
  local: string;
  /** Minutes that the zone is ahead of UTC then. */
  offset: number;
  /** As Oracle prints it by TZR: the offset, or the region's name. */
  zone: string;
}

const ZONED = /^(.*?)(Z|[+-]\d\d:\d\d)?(?: ([A-Za-z][\w+\-/]*))?$/;
const STORED = /^(.*)([+-])(\d\d):(\d\d)(?: (.+))?$/;
const MOST_MINUTES = 16 * 60;

/**
 * The local time, its offset, and the region when there is one, so that a region's rules are applied
 * once. Throws a RangeError for what is no time, and for one that a region's clocks left out.
 */
export function storeZoned(text: string): string {
  const [, local = '', offset, region] = ZONED.exec(text) ?? [];
  parseDateTime(local);
  if (region === undefined) return withOffset(local, offset);
  if (offset === undefined) return `${local}${printOffset(offsetIn(region, local))} ${region}`;
  const stored = `${withOffset(local, offset)} ${region}`;
  const minutes = parseZoned(stored).offset;
  if (offsetAt(region, millisecondsOf(local) - minutes * MINUTE) !== minutes) {
    throw new RangeError(`${region} was not ${offset} from UTC at ${local}`);
  }
  return stored;
}

function withOffset(local: string, offset = ''): string {
  const stored = local + (offset === 'Z' ? '+00:00' : offset);
  if (Math.abs(parseZoned(stored).offset) >= MOST_MINUTES) {
    throw new RangeError(`${offset} is an offset that Oracle does not know`);
  }
  return stored;
}

/** Reads a stored value. */
export function parseZoned(stored: string): Zoned {
  const [, local = '', sign, hours, minutes, region] = STORED.exec(stored) ?? [];
  if (sign === undefined) throw new RangeError(`${stored} has no time zone`);
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return { local, offset, zone: region ?? `${sign}${hours}:${minutes}` };
}

/** As TZH:TZM prints it. */
export function printOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const [hour, minute] = [Math.floor(size / 60), size % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${minutes < 0 ? '-' : '+'}${hour}:${minute}`;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Where clocks were set back a time comes twice; Oracle takes the second, in standard time. */
function offsetIn(region: string, local: string): number {
  const asUtc = millisecondsOf(local);
  const around = [asUtc - DAY, asUtc + DAY].map((moment) => offsetAt(region, moment));
  const possible = around.filter((offset) => offsetAt(region, asUtc - offset * MINUTE) === offset);
  if (possible.length === 0) throw new RangeError(`${local} did not come in ${region}`);
  return Math.min(...possible);
}

function millisecondsOf(local: string): number {
  const { year, month, day, hour, minute, second } = parseDateTime(local);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second);
}

const OFFSET = /^GMT(?:([+-])(\d\d):(\d\d))?$/;

/** Throws a RangeError for an unknown region, or at a time when its offset was no whole minute. */
function offsetAt(timeZone: string, moment: number): number {
  const format = formatOf(timeZone);
  const name = format.formatToParts(moment).find(({ type }) => type === 'timeZoneName');
  const match = OFFSET.exec(name?.value ?? '');
  if (!match) throw new RangeError(`the offset of ${timeZone} was no whole minute then`);
  const [, sign, hours = '0', minutes = '0'] = match;
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  return format;
}
