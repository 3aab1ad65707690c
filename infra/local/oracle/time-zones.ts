/**
 * TIMESTAMP WITH TIME ZONE values: `2024-02-29T23:59:58.5+05:30`, `…Z`, `… Europe/Berlin`, or with
 * both offset and region where clocks were set back and a time came twice. Offsets of regions are
 * those of this machine's ICU; of old they had seconds, too: `1800-01-01T00:00:00+05:53:28 Asia/Kolkata`.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/nlspg/datetime-data-types-and-time-zone-support.html
 */
import { later, parseDateTime } from './datetimes.ts';

/** A time in a zone. */
export interface Zoned {
  /** Without its zone. */
  local: string;
  /** Seconds that the zone is ahead of UTC then. */
  offset: number;
  /** As Oracle prints it by TZR: the offset, or the region's name. */
  zone: string;
}

const ZONED = /^(.*?)(Z|[+-]\d\d:\d\d(?::\d\d)?)?(?: ([A-Za-z][\w+\-/]*))?$/;
const STORED = /^(.*)([+-])(\d\d):(\d\d)(?::(\d\d))?(?: (.+))?$/;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MOST = 16 * HOUR;

/**
 * The local time, its offset, and the region when there is one, so that a region's rules are applied
 * once. Throws a RangeError for what is no time, and for one that a region's clocks left out.
 */
export function storeZoned(text: string): string {
  const [, local = '', offset, region] = ZONED.exec(text) ?? [];
  parseDateTime(local);
  const isFine = /:\d\d:/.test(offset ?? '');
  if (region === undefined && !isFine) return withOffset(local, offset);
  if (region === undefined)
    throw new RangeError(`${offset} is an offset that Oracle does not know`);
  if (offset === undefined) return `${local}${printSeconds(offsetIn(region, local))} ${region}`;
  const stored = `${withOffset(local, offset)} ${region}`;
  const ahead = parseZoned(stored).offset;
  if (offsetAt(region, secondsOf(local) - ahead) !== ahead) {
    throw new RangeError(`${region} was not ${offset} from UTC at ${local}`);
  }
  return stored;
}

function withOffset(local: string, offset = ''): string {
  const stored = local + (offset === 'Z' ? '+00:00' : offset);
  if (Math.abs(parseZoned(stored).offset) >= MOST) {
    throw new RangeError(`${offset} is an offset that Oracle does not know`);
  }
  return stored;
}

/** Reads a stored value. */
export function parseZoned(stored: string): Zoned {
  const [, local = '', sign, hours, minutes, seconds = '0', region] = STORED.exec(stored) ?? [];
  if (sign === undefined) throw new RangeError(`${stored} has no time zone`);
  const offset = secondsIn(hours, minutes, seconds) * (sign === '-' ? -1 : 1);
  return { local, offset, zone: region ?? `${sign}${hours}:${minutes}` };
}

/** As TZH:TZM prints it: without the seconds that it may have. */
export function printOffset(offset: number): string {
  return printSeconds(Math.trunc(offset / MINUTE) * MINUTE);
}

/** With the seconds, if there are any. */
function printSeconds(offset: number): string {
  const size = Math.abs(offset);
  const parts = [Math.floor(size / HOUR), Math.floor((size % HOUR) / MINUTE), size % MINUTE];
  const [hours, minutes, seconds] = parts.map((part) => String(part).padStart(2, '0'));
  return `${offset < 0 ? '-' : '+'}${hours}:${minutes}${size % MINUTE === 0 ? '' : `:${seconds}`}`;
}

/** The same moment at the offset that TZH:TZM prints, as AT TIME ZONE makes it. */
export function atPrintedOffset({ local, offset }: Zoned): Zoned {
  const printed = printOffset(offset);
  const whole = Math.trunc(offset / MINUTE) * MINUTE;
  return { local: later(local, whole - offset), offset: whole, zone: printed };
}

/** Where clocks were set back a time comes twice; Oracle takes the second, in standard time. */
function offsetIn(region: string, local: string): number {
  const asUtc = secondsOf(local);
  const around = [asUtc - DAY, asUtc + DAY].map((moment) => offsetAt(region, moment));
  const possible = around.filter((offset) => offsetAt(region, asUtc - offset) === offset);
  if (possible.length === 0) throw new RangeError(`${local} did not come in ${region}`);
  return Math.min(...possible);
}

/** Since 1970, as if in UTC. */
function secondsOf(local: string): number {
  const { year, month, day, hour, minute, second } = parseDateTime(local);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second) / 1000;
}

const OFFSET = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** In seconds; `moment` counts them since 1970. Throws a RangeError for an unknown region. */
function offsetAt(timeZone: string, moment: number): number {
  const parts = formatOf(timeZone).formatToParts(moment * 1000);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET.exec(name ?? '') ?? [];
  return secondsIn(hours, minutes, seconds) * (sign === '-' ? -1 : 1);
}

function secondsIn(hours = '0', minutes = '0', seconds = '0'): number {
  return Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  return format;
}
