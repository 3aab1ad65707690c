import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useColumn, VERSIONS } from './fixture.ts';

describe.each(VERSIONS)('on %s', (version) => {
  const { roundTrip } = useColumn(version);
  const lists = { minLength: 50, maxLength: 100 };

  it('any INTERVAL YEAR TO MONTH arrives exactly', async () => {
    const interval = fc.record({
      negative: fc.boolean(),
      years: fc.integer({ min: 0, max: 999_999_999 }),
      months: fc.integer({ min: 0, max: 11 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(interval, lists), async (intervals) => {
        const texts = intervals.map(
          ({ negative, years, months }) => `${negative ? '-' : ''}${years}-${months}`,
        );
        const expected = intervals.map(({ negative, years, months }) => {
          const sign = negative ? -1 : 1;
          return { years: sign * years + 0, months: sign * months + 0 };
        });
        const column = { type: 'INTERVAL YEAR TO MONTH', precision: 9 } as const;
        expect(await roundTrip(column, texts)).toEqual(expected);
      }),
      { numRuns: 10 },
    );
  });

  it('any INTERVAL DAY TO SECOND arrives exactly', async () => {
    const upTo = (max: number) => fc.integer({ min: 0, max });
    const interval = fc.record({
      negative: fc.boolean(),
      days: upTo(999_999_999),
      hours: upTo(23),
      minutes: upTo(59),
      seconds: upTo(59),
      fseconds: upTo(999_999_999),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(interval, lists), async (intervals) => {
        const texts = intervals.map(({ negative, days, hours, minutes, seconds, fseconds }) => {
          const fraction = String(fseconds).padStart(9, '0');
          return `${negative ? '-' : '+'}${days} ${hours}:${minutes}:${seconds}.${fraction}`;
        });
        const expected = intervals.map(({ negative, ...fields }) => {
          const signed = Object.entries(fields).map(([name, value]) => [
            name,
            (negative ? -value : value) + 0,
          ]);
          return Object.fromEntries(signed);
        });
        const column = { type: 'INTERVAL DAY TO SECOND', precision: 9, scale: 9 } as const;
        expect(await roundTrip(column, texts)).toEqual(expected);
      }),
      { numRuns: 10 },
    );
  });

  it.each(['1', '1-12', '100-0', '1-2-3', 'P1Y2M'])('YEAR(2) TO MONTH refuses %s', (text) =>
    expect(roundTrip({ type: 'INTERVAL YEAR TO MONTH' }, [text])).rejects.toThrow(/interval/),
  );

  it.each(['1', '1 24:00:00', '100 0:0:0', '1 0:0:0.1234567', 'PT1S'])(
    'DAY(2) TO SECOND(6) refuses %s',
    (text) =>
      expect(roundTrip({ type: 'INTERVAL DAY TO SECOND' }, [text])).rejects.toThrow(/interval/),
  );
});
