import fc from 'fast-check';
import type { Sample, TypeCase } from './type-case.ts';

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Literals.html (Interval Literals) */
export const intervalCases: readonly TypeCase[] = [
  ...[2, 4, 9].map(yearToMonth),
  ...(
    [
      [2, 6],
      [1, 0],
      [9, 9],
      [5, 3],
    ] as const
  ).map(([days, seconds]) => dayToSecond(days, seconds)),
];

interface YearMonth {
  readonly isNegative: boolean;
  readonly years: number;
  readonly months: number;
}

function yearToMonth(precision: number): TypeCase {
  const mostYears = 10 ** precision - 1;
  const sampleOf = ({ isNegative, years, months }: YearMonth): Sample => ({
    value: `${isNegative ? '-' : ''}${years}-${months}`,
    json: `${isNegative && years + months > 0 ? '-' : ''}P${years}Y${months}M`,
  });
  const edges = [false, true].flatMap((isNegative) => [
    { isNegative, years: 0, months: 0 },
    { isNegative, years: 0, months: 1 },
    { isNegative, years: mostYears, months: 11 },
  ]);
  return {
    title: `INTERVAL YEAR(${precision}) TO MONTH`,
    column: { type: 'INTERVAL YEAR TO MONTH', precision },
    bigQuery: 'STRING',
    random: fc
      .record({
        isNegative: fc.boolean(),
        years: fc.integer({ min: 0, max: mostYears }),
        months: fc.integer({ min: 0, max: 11 }),
      })
      .map(sampleOf),
    boundaries: edges.map(sampleOf),
  };
}

interface DaySecond {
  readonly isNegative: boolean;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  /** In the unit of the type's last digit. */
  readonly fraction: number;
}

function dayToSecond(precision: number, scale: number): TypeCase {
  const mostDays = 10 ** precision - 1;
  const mostFraction = 10 ** scale - 1;
  const sampleOf = (parts: DaySecond): Sample => {
    const { isNegative, days, hours, minutes, seconds, fraction } = parts;
    const isZero = days + hours + minutes + seconds + fraction === 0;
    const digits = scale > 0 ? `.${String(fraction).padStart(scale, '0')}` : '';
    return {
      value: `${isNegative ? '-' : ''}${days} ${hours}:${minutes}:${seconds}${digits}`,
      json: `${isNegative && !isZero ? '-' : ''}P${days}DT${hours}H${minutes}M${seconds}${digits}S`,
    };
  };
  const most = { days: mostDays, hours: 23, minutes: 59, seconds: 59, fraction: mostFraction };
  const zero = { days: 0, hours: 0, minutes: 0, seconds: 0, fraction: 0 };
  const edges = [false, true].flatMap((isNegative) => [
    { isNegative, ...zero },
    { isNegative, ...most },
    { isNegative, ...zero, fraction: Math.min(1, mostFraction) },
    { isNegative, ...zero, hours: 23 },
  ]);
  return {
    title: `INTERVAL DAY(${precision}) TO SECOND(${scale})`,
    column: { type: 'INTERVAL DAY TO SECOND', precision, scale },
    bigQuery: 'STRING',
    random: fc
      .record({
        isNegative: fc.boolean(),
        days: fc.integer({ min: 0, max: mostDays }),
        hours: fc.integer({ min: 0, max: 23 }),
        minutes: fc.integer({ min: 0, max: 59 }),
        seconds: fc.integer({ min: 0, max: 59 }),
        fraction: fc.integer({ min: 0, max: mostFraction }),
      })
      .map(sampleOf),
    boundaries: edges.map(sampleOf),
  };
}
