import fc from 'fast-check';
import type { Sample, TypeCase } from './type-case.ts';

interface Time {
  /** Never 0: the year before 1 is -1. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

const edges: readonly Time[] = [
  at(1, 1, 1),
  at(99, 2, 28),
  at(100, 3, 1),
  at(1582, 10, 4, 23, 59, 59, 999_999_999),
  at(1582, 10, 15),
  at(1600, 2, 29, 12),
  at(1969, 12, 31, 23, 59, 59, 999_999_999),
  at(1970, 1, 1),
  at(2000, 2, 29, 23, 59, 59, 1),
  at(2024, 3, 31, 2, 30, 0, 500_000_000),
  at(9999, 12, 31, 23, 59, 59, 999_999_999),
];

/**
 * Dates and times, from their parts. Oracle counts by the Julian calendar until 1582-10-04, which knows leap days
 * that BigQuery does not, and has no days from then to 1582-10-15; no sample lies on one of either.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (Datetime and Interval)
 */
export const timeCases: readonly TypeCase[] = [
  datetime({ type: 'DATE' }, 0),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((scale) => datetime({ type: 'TIMESTAMP', scale }, scale)),
  ...[0, 6, 9].map((scale) => withOffset(scale)),
  ...[0, 6, 9].map((scale) => withLocalZone(scale)),
  anyYear({ type: 'DATE' }, 0),
  anyYear({ type: 'TIMESTAMP', scale: 6 }, 6),
];

function times(firstYear: number, lastYear: number): fc.Arbitrary<Time> {
  const year = fc.integer({ min: firstYear, max: lastYear }).filter((number) => number !== 0);
  return fc
    .record({
      year: fc.oneof(year, fc.integer({ min: 1900, max: 2100 })),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
      second: fc.integer({ min: 0, max: 59 }),
      nanosecond: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
    })
    .filter(isInBothCalendars);
}

function isInBothCalendars({ year, month, day }: Time): boolean {
  if (year === 1582 && month === 10 && day > 4 && day < 15) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  // Before year 1 the calendars count leap years differently; every year has 28 days in February.
  const february = isLeap && year > 0 ? 29 : 28;
  const days = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 0);
}

function at(year: number, month: number, day: number, ...rest: number[]): Time {
  const [hour = 0, minute = 0, second = 0, nanosecond = 0] = rest;
  return { year, month, day, hour, minute, second, nanosecond };
}

/** `2024-02-29T23:59:58`, with a minus before a year BC and as many digits of the second as the type keeps. */
function textOf(time: Time, scale: number): string {
  const { year, month, day, hour, minute, second, nanosecond } = time;
  const two = (part: number) => String(part).padStart(2, '0');
  const date = `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const fraction = String(nanosecond).padStart(9, '0').slice(0, scale);
  const clock = [hour, minute, second].map(two).join(':');
  return `${date}T${clock}${scale > 0 ? `.${fraction}` : ''}`;
}

type Column = TypeCase['column'];

function titleOf({ type, scale }: Column): string {
  return scale === undefined ? type : type.replace('TIMESTAMP', `TIMESTAMP(${scale})`);
}

function datetime(column: Column, scale: number): TypeCase {
  const sampleOf = (time: Time): Sample => ({
    value: textOf(time, scale),
    json: textOf(time, scale),
  });
  return {
    title: titleOf(column),
    column,
    bigQuery: scale > 6 ? 'STRING' : 'DATETIME',
    random: times(1, 9999).map(sampleOf),
    boundaries: edges.map(sampleOf),
  };
}

function anyYear(column: Column, scale: number): TypeCase {
  const { random, boundaries } = datetime(column, scale);
  const sampleOf = (time: Time): Sample => ({
    value: textOf(time, scale),
    json: textOf(time, scale),
  });
  const ancient = [at(-4712, 1, 1), at(-44, 3, 15, 12), at(-1, 12, 31, 23, 59, 59)];
  return {
    title: `${titleOf(column)} with dates: string`,
    column,
    rules: { dates: 'string' },
    bigQuery: 'STRING',
    random: fc.oneof(random, times(-4712, 9999).map(sampleOf)),
    boundaries: [...boundaries, ...ancient.map(sampleOf)],
  };
}

/** Offsets from -12:59 to +14:00, away from the first and the last day that UTC has within the years 1 to 9999. */
function withOffset(scale: number): TypeCase {
  const column = { type: 'TIMESTAMP WITH TIME ZONE', scale } as const;
  const sampleOf = ({ time, offset }: { time: Time; offset: number }): Sample => {
    const text = `${textOf(time, scale)}${offsetText(offset)}`;
    return { value: text, json: text };
  };
  const offsets = [0, 1, -1, 345, -210, 14 * 60, -12 * 60 - 59];
  const extremes = [
    { time: at(1, 1, 1), offset: 0 },
    { time: at(1, 1, 1), offset: -1 },
    { time: at(1, 1, 1, 14), offset: 14 * 60 },
    { time: at(9999, 12, 31, 23, 59, 59, 999_999_999), offset: 0 },
    { time: at(9999, 12, 31, 11, 0, 59), offset: -12 * 60 - 59 },
  ];
  return {
    title: titleOf(column),
    column,
    bigQuery: scale > 6 ? 'STRING' : 'TIMESTAMP',
    random: fc
      .record({ time: times(2, 9998), offset: fc.integer({ min: -779, max: 840 }) })
      .map(sampleOf),
    boundaries: [
      ...edges.slice(1, -1).flatMap((time) => offsets.map((offset) => sampleOf({ time, offset }))),
      ...extremes.map(sampleOf),
    ],
  };
}

/** `+05:30`, for minutes. */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const [hours, rest] = [Math.floor(size / 60), size % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

function withLocalZone(scale: number): TypeCase {
  const column = { type: 'TIMESTAMP WITH LOCAL TIME ZONE', scale } as const;
  const sampleOf = (time: Time): Sample => {
    const text = `${textOf(time, scale)}Z`;
    return { value: text, json: text };
  };
  return {
    title: titleOf(column),
    column,
    bigQuery: scale > 6 ? 'STRING' : 'TIMESTAMP',
    random: times(1, 9999).map(sampleOf),
    boundaries: edges.map(sampleOf),
  };
}
