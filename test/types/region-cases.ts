import fc from 'fast-check';
import { offsetText } from './time-cases.ts';
import type { Sample, TypeCase } from './type-case.ts';

/** Zones that are moved by an hour, by half of one, by odd quarters, never, and one that left a day out. */
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
] as const;

type Region = (typeof regions)[number];

/**
 * The minutes around changes of the clocks, as the tz database has them: the moment of the change in UTC, the
 * offsets before and after it.
 * https://data.iana.org/time-zones/tzdb/europe (Rule EU), northamerica (Rule US), australasia (Rules LH, Chatham, WS)
 */
const changes: readonly (readonly [Region, string, string, string])[] = [
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

export const regionCases: readonly TypeCase[] = [
  inRegions({ title: 'TIMESTAMP(6) WITH TIME ZONE in regions' }),
  inRegions({
    title: 'TIMESTAMP(6) WITH TIME ZONE with time_zones: region',
    rules: { time_zones: 'region' },
  }),
];

function inRegions(more: Pick<TypeCase, 'title' | 'rules'>): TypeCase {
  // Whole milliseconds of years in which these zones were whole minutes ahead of UTC.
  const moments = { min: Date.UTC(1975, 0), max: Date.UTC(2026, 0) };
  return {
    column: { type: 'TIMESTAMP WITH TIME ZONE', scale: 6 },
    bigQuery: 'TIMESTAMP',
    random: fc
      .record({ region: fc.constantFrom(...regions), moment: fc.integer(moments) })
      .map(({ region, moment }) => sampleAt(moment, offsetIn(region, moment), region)),
    boundaries: [...changes.flatMap(aroundChange), ...withoutRegion()],
    ...more,
  };
}

function aroundChange([region, change, before, after]: (typeof changes)[number]): Sample[] {
  const moment = Date.parse(change);
  return [
    ...[-3_600_000, -1].map((step) => sampleAt(moment + step, minutesOf(before), region)),
    ...[0, 1, 3_599_999].map((step) => sampleAt(moment + step, minutesOf(after), region)),
  ];
}

/** A value with an offset only has this for its zone. */
function withoutRegion(): Sample[] {
  return ['+00:00', '-03:30', '+14:00'].map((zone) => {
    const text = `2024-02-29T23:59:58.123456${zone}`;
    return { value: text, json: text, zone };
  });
}

function sampleAt(moment: number, minutes: number, region: Region): Sample {
  const local = new Date(moment + minutes * 60_000).toISOString().replace('Z', '000');
  const json = local + offsetText(minutes);
  return { value: `${json} ${region}`, json, zone: region };
}

function minutesOf(offset: string): number {
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return (hours * 60 + minutes) * (offset.startsWith('-') ? -1 : 1);
}

/** How many minutes the clocks of the region are ahead of UTC: read off them. */
function offsetIn(region: Region, moment: number): number {
  const second = Math.floor(moment / 1000) * 1000;
  const local = clocks.get(region)?.format(second) ?? '';
  return (Date.parse(`${local.replace(' ', 'T')}Z`) - second) / 60_000;
}
