import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useColumn, VERSIONS } from './fixture.ts';

const FORMAT = `'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM'`;
const ZONED = { type: 'TIMESTAMP WITH TIME ZONE', scale: 9 } as const;
const LOCAL = { type: 'TIMESTAMP WITH LOCAL TIME ZONE', scale: 9 } as const;
const REGIONS = ['Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe'];

describe.each(VERSIONS)('on %s', (version) => {
  const { roundTrip, select, store } = useColumn(version);

  it('any time with an offset prints as it was handed in, and reaches the driver as its moment', async () => {
    const moment = fc.date({
      min: new Date('0002-01-01'),
      max: new Date('9998-12-31'),
      noInvalidDate: true,
    });
    const zoned = fc.record({ moment, offset: fc.integer({ min: -959, max: 959 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(zoned, { minLength: 20, maxLength: 50 }), async (times) => {
        const texts = times.map(({ moment, offset }) => printAt(moment, offset));
        const rows = await select(
          `"C", TO_CHAR("C", ${FORMAT}), TO_CHAR("C", 'TZR')`,
          store(ZONED, texts),
        );
        expect(rows).toEqual(
          times.map(({ moment }, index) => {
            const text = texts[index] ?? '';
            return [moment, ` ${text.slice(0, 23)}000000${text.slice(23)}`, text.slice(23)];
          }),
        );
      }),
      { numRuns: 10 },
    );
  });

  it('any moment in a region prints with the offset that its clocks had', async () => {
    const moment = fc.date({
      min: new Date('1990-01-01'),
      max: new Date('2037-01-01'),
      noInvalidDate: true,
    });
    const zoned = fc.record({ moment, region: fc.constantFrom(...REGIONS) });
    await fc.assert(
      fc.asyncProperty(fc.array(zoned, { minLength: 20, maxLength: 50 }), async (times) => {
        const texts = times.map(({ moment, region }) => {
          moment.setUTCMilliseconds(0);
          const clock = moment.toLocaleString('sv-SE', { timeZone: region }).replace(' ', 'T');
          const offset = (Date.parse(`${clock}Z`) - moment.getTime()) / 60_000;
          return `${printAt(moment, offset).replace('.000', '')} ${region}`;
        });
        const format = `'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM'`;
        const rows = await select(
          `"C", TO_CHAR("C", ${format}), TO_CHAR("C", 'TZR')`,
          store(ZONED, texts),
        );
        expect(rows).toEqual(
          times.map(({ moment }, index) => [moment, ...(texts[index] ?? '').split(' ')]),
        );
      }),
      { numRuns: 10 },
    );
  });

  it('a region without an offset has its own: standard time where clocks were set back', async () => {
    const texts = ['2024-07-01T00:00:00.5', '2024-10-27T02:30:00', '2024-12-31T23:59:59'];
    const values = texts.map((text) => `${text} Europe/Berlin`);
    expect(await roundTrip(ZONED, values, `TO_CHAR("C", ${FORMAT})`)).toEqual([
      ' 2024-07-01T00:00:00.500000000+02:00',
      ' 2024-10-27T02:30:00.000000000+01:00',
      ' 2024-12-31T23:59:59.000000000+01:00',
    ]);
  });

  it('a region that was seconds away from UTC prints hours and minutes only, and has to be moved there', async () => {
    const values = [
      '1880-01-01T00:00:00 Europe/Berlin',
      '1880-01-01T00:00:20.5+00:53:28 Europe/Berlin',
      '1900-01-01T00:00:00 Africa/Monrovia',
      '1972-12-31T23:59:59 Europe/Berlin',
      '1880-01-01T00:00:20+00:53',
      null,
    ];
    const atOffset =
      `CASE WHEN "C" < TIMESTAMP '1973-01-01 00:00:00 +00:00' ` +
      `THEN "C" AT TIME ZONE TO_CHAR("C", 'TZH:TZM') ELSE "C" END`;
    const short = 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM';
    const items = `TO_CHAR("C", '${short}'), TO_CHAR(${atOffset}, '${short}'), TO_CHAR(${atOffset}, 'TZR')`;
    expect(await select(items, store(ZONED, values))).toEqual([
      ['1880-01-01T00:00:00+00:53', '1879-12-31T23:59:32+00:53', '+00:53'],
      ['1880-01-01T00:00:20+00:53', '1879-12-31T23:59:52+00:53', '+00:53'],
      ['1900-01-01T00:00:00-00:43', '1900-01-01T00:00:08-00:43', '-00:43'],
      ['1972-12-31T23:59:59+01:00', '1972-12-31T23:59:59+01:00', '+01:00'],
      ['1880-01-01T00:00:20+00:53', '1880-01-01T00:00:20+00:53', '+00:53'],
      [null, null, null],
    ]);
    await expect(
      roundTrip({ type: 'DATE' }, [null], `TO_CHAR(${atOffset}, '${short}')`),
    ).rejects.toMatchObject({ errorNum: 932 });
  });

  it('the moment crosses days, months, years and the time before Christ', async () => {
    const values = [
      '2024-03-01T00:30:00+01:00',
      '2023-12-31T23:30:00-01:00',
      '0001-01-01T00:00:00+00:01',
    ];
    const [leap, newYear] = await roundTrip(ZONED, values.slice(0, 2));
    expect([leap, newYear]).toEqual([new Date('2024-02-29T23:30Z'), new Date('2024-01-01T00:30Z')]);
    expect(await roundTrip(ZONED, values, `TO_CHAR("C", 'TZR')`)).toEqual([
      '+01:00',
      '-01:00',
      '+00:01',
    ]);
  });

  it.each([
    ['2024-03-31T02:30:00 Europe/Berlin', /did not come/],
    ['2024-07-01T00:00:00+01:00 Europe/Berlin', /was not \+01:00/],
    ['2024-07-01T00:00:00 Nowhere/Land', /Nowhere/],
    ['1880-01-01T00:00:00+00:53:29 Europe/Berlin', /was not \+00:53:29/],
    ['1880-01-01T00:00:00+00:53:28', /offset/],
    ['2024-07-01T00:00:00', /no time zone/],
    ['2024-07-01T00:00:00+16:00', /offset/],
    ['2024-02-30T00:00:00Z', /not a date/],
  ])('%s is refused', (text, reason) => expect(roundTrip(ZONED, [text])).rejects.toThrow(reason));

  it('a local time is stored in UTC and prints so', async () => {
    const values = ['2024-02-29T23:59:58.987654321', '2024-02-29T23:59:58Z', null];
    const rows = await select(
      `"C", TO_CHAR("C", 'SYYYY-MM-DD"T"HH24:MI:SS.FF9"Z"'), TO_CHAR("C", ${FORMAT}), TO_CHAR("C", 'TZR')`,
      store(LOCAL, values),
    );
    expect(rows).toEqual([
      [
        new Date('2024-02-29T23:59:58.987Z'),
        ' 2024-02-29T23:59:58.987654321Z',
        ' 2024-02-29T23:59:58.987654321+00:00',
        '+00:00',
      ],
      [
        new Date('2024-02-29T23:59:58Z'),
        ' 2024-02-29T23:59:58.000000000Z',
        ' 2024-02-29T23:59:58.000000000+00:00',
        '+00:00',
      ],
      [null, null, null, null],
    ]);
  });

  it.each([
    ['DATE', "'TZR'"],
    ['TIMESTAMP', FORMAT],
  ] as const)('%s has no zone to print', (type, format) =>
    expect(
      roundTrip({ type }, ['2024-01-01T00:00:00'], `TO_CHAR("C", ${format})`),
    ).rejects.toMatchObject({ errorNum: 1821 }),
  );

  it('a corrupt DATE prints as zeros', async () => {
    const format = `TO_CHAR("C", 'SYYYY-MM-DD"T"HH24:MI:SS')`;
    expect(await roundTrip({ type: 'DATE' }, ['0000-00-00T00:00:00'], format)).toEqual([
      ' 0000-00-00T00:00:00',
    ]);
    await expect(roundTrip({ type: 'TIMESTAMP' }, ['0000-00-00T00:00:00'])).rejects.toThrow(
      /not a date/,
    );
  });
});

/** A moment as a clock shows it that is so many minutes ahead of UTC. */
function printAt(moment: Date, offset: number): string {
  const clock = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(offset);
  const [hours, minutes] = [Math.floor(size / 60), size % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${clock}${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
}
