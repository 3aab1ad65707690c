import fc from 'fast-check';
import type { ExactJson } from '../support/exact-json.ts';
import { offsetText } from './time-cases.ts';
import type { Sample, TypeCase } from './type-case.ts';

/**
 * Zones that are moved by an hour, by half of one, by odd quarters, never, one that left a day out, and one that was
 * seconds away from a whole minute as late as 1972.
 */
const regions = [
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Africa/Casablanca',
  'Africa/Monrovia',
] as const;

type Region = (typeof regions)[number];

/**
 * The minutes around changes of the clocks, as the tz database has them: the moment of the change in UTC, the
 * offsets before and after it.
 * https://data.iana.org/time-zones/tzdb/europe (Rule EU), northamerica (Rule US), australasia (Rules LH, Chatham, WS),
 * africa (Zone Africa/Monrovia)
 */
const changes: Era['changes'] = [
  ['Europe/Berlin', '2024-03-31T01:00:00Z', '+01:00', '+02:00'],
  ['Europe/Berlin', '2024-10-27T01:00:00Z', '+02:00', '+01:00'],
  ['America/New_York', '2024-03-10T07:00:00Z', '-05:00', '-04:00'],
  ['America/New_York', '2024-11-03T06:00:00Z', '-04:00', '-05:00'],
  ['America/St_Johns', '2023-03-12T05:30:00Z', '-03:30', '-02:30'],
  ['Australia/Lord_Howe', '2024-04-06T15:00:00Z', '+11:00', '+10:30'],
  ['Australia/Lord_Howe', '2024-10-05T15:30:00Z', '+10:30', '+11:00'],
  ['Pacific/Chatham', '2024-04-06T14:00:00Z', '+13:45', '+12:45'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z', '-10:00', '+14:00'],
];

/** The end of local mean time, and the last change from an offset with seconds. */
const oldChanges: Era['changes'] = [
  ['Europe/Berlin', '1893-03-31T23:06:32Z', '+00:53:28', '+01:00'],
  ['America/New_York', '1883-11-18T17:00:00Z', '-04:56:02', '-05:00'],
  ['Africa/Monrovia', '1972-01-07T00:44:30Z', '-00:44:30', '+00:00'],
];

const clocks = new Map(
  regions.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      dateStyle: 'short',
      timeStyle: 'medium',
    }),
  ]),
);

const today = { from: Date.UTC(1975, 0), to: Date.UTC(2026, 0), changes };

export const regionCases: readonly TypeCase[] = [
  inRegions(today, { title: 'TIMESTAMP(6) WITH TIME ZONE in regions' }),
  inRegions(today, {
    title: 'TIMESTAMP(6) WITH TIME ZONE with time_zones: region',
    rules: { time_zones: 'region' },
  }),
  inRegions(
    { from: Date.UTC(1800, 0), to: today.from, changes: oldChanges },
    // The tz database still learns what clocks showed then: another edition of it may have other offsets.
    { title: 'TIMESTAMP(6) WITH TIME ZONE, before 1975', isSame: isSameInstant },
  ),
];

interface Era {
  readonly from: number;
  readonly to: number;
  readonly changes: readonly (readonly [Region, string, string, string])[];
}

function inRegions(
  { from, to, changes: moved }: Era,
  more: Pick<TypeCase, 'title' | 'rules' | 'isSame'>,
): TypeCase {
  return {
    column: { type: 'TIMESTAMP WITH TIME ZONE', scale: 6 },
    bigQuery: 'TIMESTAMP',
    random: fc
      .record({
        region: fc.constantFrom(...regions),
        moment: fc.integer({ min: from, max: to }),
      })
      .map(({ region, moment }) => sampleAt(moment, offsetIn(region, moment), region)),
    boundaries: [...moved.flatMap(aroundChange), ...withoutRegion()],
    ...more,
  };
}

/** Values are of whole milliseconds. */
function isSameInstant(written: ExactJson, expected: ExactJson): boolean {
  if (typeof written !== 'string' || typeof expected !== 'string') return written === expected;
  return Date.parse(written) === Date.parse(expected);
}

function aroundChange([region, change, before, after]: Era['changes'][number]): Sample[] {
  const moment = Date.parse(change);
  return [
    ...[-3_600_000, -1].map((step) => sampleAt(moment + step, secondsOf(before), region)),
    ...[0, 1, 3_599_999].map((step) => sampleAt(moment + step, secondsOf(after), region)),
  ];
}

/** A value with an offset only has this for its zone. */
function withoutRegion(): Sample[] {
  return ['+00:00', '-03:30', '+14:00'].map((zone) => {
    const text = `2024-02-29T23:59:58.123456${zone}`;
    return { value: text, json: text, zone };
  });
}

/** An instant in whole milliseconds. RFC 3339 has no seconds in an offset: there the same instant has the nearest. */
function sampleAt(moment: number, offset: number, region: Region): Sample {
  const localAt = (seconds: number) =>
    new Date(moment + seconds * 1000).toISOString().replace('Z', '000');
  const minutes = Math.trunc(offset / 60);
  const rest = Math.abs(offset % 60);
  const fine = rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`;
  return {
    value: `${localAt(offset)}${offsetText(minutes)}${fine} ${region}`,
    json: localAt(minutes * 60) + offsetText(minutes),
    zone: region,
  };
}

function secondsOf(offset: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = offset.slice(1).split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * (offset.startsWith('-') ? -1 : 1);
}

/** How many seconds the clocks of the region are ahead of UTC: read off them. */
function offsetIn(region: Region, moment: number): number {
  const second = Math.floor(moment / 1000) * 1000;
  const local = clocks.get(region)?.format(second) ?? '';
  return (Date.parse(`${local.replace(' ', 'T')}Z`) - second) / 1000;
}
