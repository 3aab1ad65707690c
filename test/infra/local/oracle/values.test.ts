import fc from 'fast-check';
import type oracledb from 'oracledb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalColumn, LocalType, Value } from '../../../../infra/local/oracle/database.ts';
import { fetchAll, useOracle, VERSIONS } from './fixture.ts';

describe.each(VERSIONS)('on %s', (version) => {
  const oracle = useOracle(version);
  let connection: oracledb.Connection;
  let tables = 0;

  beforeAll(async () => {
    connection = await oracle.connect();
  });
  afterAll(() => connection.close());

  /** Stores values in a new table of one column and reads them back by an expression on "C". */
  async function roundTrip(
    column: Omit<LocalColumn, 'name'>,
    values: Value[],
    expression = '"C"',
  ): Promise<unknown[]> {
    const name = `T${++tables}`;
    oracle.database.createTable({ owner: 'V', name, columns: [{ ...column, name: 'C' }] });
    oracle.database.insert(
      'V',
      name,
      values.map((value) => [value]),
    );
    const rows = await fetchAll(connection, `SELECT ${expression} FROM "V"."${name}"`);
    return rows.map(([value]) => value);
  }

  /** Decimal text as the driver prints it: no exponent, no 0 in front of the point. */
  function driverText(digits: string, scale: number, negative: boolean): string {
    const padded = digits.padStart(scale + 1, '0');
    const whole = padded.slice(0, padded.length - scale).replace(/^0+/, '');
    const fraction = padded.slice(padded.length - scale).replace(/0+$/, '');
    const text = fraction === '' ? whole : `${whole}.${fraction}`;
    return text === '' ? '0' : (negative ? '-' : '') + text;
  }

  describe('NUMBER', () => {
    it('travels exactly: zero, signs, fractions, 40 digits, the ends of the range', async () => {
      const forty = '1234567890'.repeat(4);
      const values = ['0', '-0.00', '-12.50', '.5', 7, -0.001, forty, `-${forty}`, '1e125'];
      const ends = ['-1e125', '1e-130', '-1e-130', '99e124', '+3', null];

      expect(await roundTrip({ type: 'NUMBER' }, [...values, ...ends])).toEqual([
        '0',
        '0',
        '-12.5',
        '.5',
        '7',
        '-.001',
        forty,
        `-${forty}`,
        `1${'0'.repeat(125)}`,
        `-1${'0'.repeat(125)}`,
        `.${'0'.repeat(129)}1`,
        `-.${'0'.repeat(129)}1`,
        `99${'0'.repeat(124)}`,
        '3',
        null,
      ]);
    });

    it('travels exactly for any decimal of up to 38 digits', async () => {
      const decimal = fc.record({
        digits: fc.stringMatching(/^[0-9]{1,38}$/),
        scale: fc.integer({ min: 0, max: 60 }),
        negative: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(decimal, { minLength: 1, maxLength: 50 }), async (decimals) => {
          const stored = decimals.map(
            ({ digits, scale, negative }) => `${negative ? '-' : ''}${digits}e-${scale}`,
          );
          const expected = decimals.map(({ digits, scale, negative }) =>
            driverText(digits, scale, negative),
          );
          expect(await roundTrip({ type: 'NUMBER' }, stored)).toEqual(expected);
        }),
        { numRuns: 40 },
      );
    });

    it('holds the infinities of old, which the driver prints as powers of ten', async () => {
      const power = `1${'0'.repeat(126)}`;
      expect(await roundTrip({ type: 'NUMBER', precision: 5 }, ['~', '-~'])).toEqual([
        power,
        '-1e126',
      ]);
    });

    it.each(['', '1e126', '1e-131', '1'.repeat(42), 'NaN', '1,5', '--1'])(
      'refuses to store %s',
      async (value) => {
        const attempt = roundTrip({ type: 'NUMBER', nullable: false }, [value]);
        await expect(attempt).rejects.toThrow(/\.C: /);
      },
    );

    it.each([
      [{ precision: 4, scale: 2 }, '99.99', '100'],
      [{ precision: 4, scale: 2 }, '-1.5', '1.555'],
      [{ precision: 3 }, '999', '1.5'],
      [{ scale: 0 }, '9'.repeat(38), '0.1'],
      [{ precision: 2, scale: -2 }, '9900', '9910'],
      [{ precision: 2, scale: 4 }, '.0099', '.01'],
    ])('keeps NUMBER%j within its declaration', async (declaration, fits, exceeds) => {
      expect(await roundTrip({ type: 'NUMBER', ...declaration }, [fits])).toEqual([fits]);
      await expect(roundTrip({ type: 'NUMBER', ...declaration }, [exceeds])).rejects.toThrow(
        /does not fit/,
      );
    });

    it('arrives as FLOAT too, and as a JavaScript number when the client wants one', async () => {
      expect(await roundTrip({ type: 'FLOAT' }, [0.1, '-1e10'])).toEqual(['.1', '-10000000000']);
      const { rows, metaData } = await connection.execute(`SELECT "C" FROM "V"."T${tables}"`);
      expect(rows).toEqual([[0.1], [-1e10]]);
      expect(metaData?.[0]).toMatchObject({ precision: 126, scale: -127 });
    });
  });

  describe('text', () => {
    it('travels exactly for any unicode of up to 4000 bytes', async () => {
      const text = fc.string({ unit: 'binary', maxLength: 1000 });
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (values) => {
          const expected = values.map((value) => (value === '' ? null : value));
          expect(await roundTrip({ type: 'VARCHAR2', length: 4000 }, values)).toEqual(expected);
        }),
        { numRuns: 25 },
      );
    });

    it('travels at the lengths where the encoding changes', async () => {
      const values = [1, 251, 252, 253, 254, 255, 256, 4000].map((length) => 'x'.repeat(length));

      expect(await roundTrip({ type: 'VARCHAR2', length: 4000 }, values)).toEqual(values);
    });

    it('is refused when it exceeds the column', async () => {
      const column: Omit<LocalColumn, 'name'> = { type: 'VARCHAR2', length: 2 };
      expect(await roundTrip(column, ['😀😀'])).toEqual(['😀😀']);
      await expect(roundTrip(column, ['abc'])).rejects.toThrow(/longer than 2 characters/);
    });

    it('pads CHAR with blanks to its length in characters', async () => {
      const values = ['a', '😀', 'ééééé', null, ''];
      const padded = ['a    ', '😀    ', 'ééééé', null, null];

      expect(await roundTrip({ type: 'CHAR', length: 5 }, values)).toEqual(padded);
    });
  });

  describe('dates', () => {
    const FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS';
    const days = ['2024-02-29T23:59:58', '0099-01-01T00:00:00', '9999-12-31T23:59:59'];
    const ancient = '-4712-01-01T00:00:00';

    it('print by TO_CHAR, with a leading blank or sign for SYYYY', async () => {
      const signed = await roundTrip({ type: 'DATE' }, [...days, ancient, null], to('SYYYY'));
      const plain = await roundTrip({ type: 'DATE' }, [...days, ancient], to('YYYY'));

      expect(signed).toEqual([...days.map((day) => ` ${day}`), ancient, null]);
      expect(plain).toEqual([...days, ancient.slice(1)]);
    });

    it('reach the driver as dates', async () => {
      expect(await roundTrip({ type: 'DATE' }, ['2024-02-29T23:59:58'])).toEqual(
        ['Thu Feb 29 2024 23:59:58 GMT+0000 (Coordinated Universal Time)'].map(
          () => new Date('2024-02-29T23:59:58Z'),
        ),
      );
      expect(
        await roundTrip({ type: 'TIMESTAMP', scale: 9 }, ['2024-02-29T23:59:58.987654321']),
      ).toEqual([new Date('2024-02-29T23:59:58.987Z')]);
    });

    it.each([1, 3, 6, 9])('print %i digits of a second, cut and not rounded', async (places) => {
      const values = ['2024-02-29T23:59:58.999999999', '2024-02-29T23:59:58.05', days[0] ?? ''];
      const printed = await roundTrip(
        { type: 'TIMESTAMP', scale: 9 },
        values,
        to('SYYYY', `.FF${places}`),
      );

      expect(printed).toEqual([
        ` ${days[0]}.${'9'.repeat(places)}`,
        ` ${days[0]}.${'05'.padEnd(places, '0').slice(0, places)}`,
        ` ${days[0]}.${'0'.repeat(places)}`,
      ]);
    });

    it.each(['2023-02-29T00:00:00', '2024-01-01', '2024-01-01T24:00:00', '0000-01-01T00:00:00'])(
      'refuse %s',
      async (value) => {
        await expect(roundTrip({ type: 'DATE' }, [value])).rejects.toThrow(/not a date/);
      },
    );

    it('refuse a finer fraction than the column keeps', async () => {
      const value = '2024-01-01T00:00:00.1234567';
      await expect(roundTrip({ type: 'TIMESTAMP' }, [value])).rejects.toThrow(/more than 6 digits/);
    });

    it('refuse formats that Oracle or this server would not take', async () => {
      const fractionOfDate = roundTrip({ type: 'DATE' }, days, to('YYYY', '.FF3'));
      const other = roundTrip({ type: 'DATE' }, days, `TO_CHAR("C", 'DD.MM.YYYY') AS "C"`);
      const number = roundTrip({ type: 'NUMBER' }, [1], to('YYYY'));

      await expect(fractionOfDate).rejects.toMatchObject({ errorNum: 1821 });
      await expect(other).rejects.toMatchObject({ errorNum: 1821 });
      await expect(number).rejects.toMatchObject({ errorNum: 1481 });
    });

    function to(year: string, fraction = ''): string {
      return `TO_CHAR("C", '${FORMAT.replace('YYYY', year)}${fraction}') AS "C"`;
    }
  });

  it.each<LocalType>(['NUMBER', 'FLOAT', 'VARCHAR2', 'CHAR', 'DATE', 'TIMESTAMP'])(
    '%s holds NULL unless the column refuses it',
    async (type) => {
      expect(await roundTrip({ type }, [null, ''])).toEqual([null, null]);
      await expect(roundTrip({ type, nullable: false }, [null])).rejects.toThrow(/cannot be NULL/);
    },
  );

  it('BFILE is listed, never read', async () => {
    const column: Omit<LocalColumn, 'name'> = { type: 'BFILE' };
    await expect(roundTrip(column, ['x'])).rejects.toMatchObject({ errorNum: 3115 });
  });
});
