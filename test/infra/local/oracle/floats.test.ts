import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useColumn, VERSIONS } from './fixture.ts';

describe.each(VERSIONS)('on %s', (version) => {
  const { roundTrip } = useColumn(version);

  const special = [0, 1, -1, Number.NaN, Infinity, -Infinity];
  const doubles = [...special, Number.MAX_VALUE, -Number.MIN_VALUE, 2 ** -1022, 0.1];
  const floats = [...special, 2 ** -149, -(2 ** -126), Math.fround(3.4028234e38), Math.fround(0.1)];

  it('BINARY_DOUBLE and BINARY_FLOAT arrive exactly at the ends of their range', async () => {
    expect(await roundTrip({ type: 'BINARY_DOUBLE' }, doubles)).toEqual(doubles);
    expect(await roundTrip({ type: 'BINARY_FLOAT' }, floats)).toEqual(floats);
  });

  it('any double and any float arrive exactly, zero without a sign', async () => {
    const unsigned = (value: number) => (value === 0 ? 0 : value);
    const lists = fc.tuple(fc.array(fc.double(), LIST), fc.array(fc.float(), LIST));
    await fc.assert(
      fc.asyncProperty(lists, async ([anyDoubles, anyFloats]) => {
        const sent = await roundTrip({ type: 'BINARY_DOUBLE' }, anyDoubles);
        expect(sent).toEqual(anyDoubles.map(unsigned));
        expect(await roundTrip({ type: 'BINARY_FLOAT' }, anyFloats)).toEqual(
          anyFloats.map(unsigned),
        );
      }),
      { numRuns: 10 },
    );
  });

  it('are rounded to what the type holds, as text too, and NULL is NULL', async () => {
    const values = ['.1', '+1.', '1e3', null];
    expect(await roundTrip({ type: 'BINARY_FLOAT' }, values)).toEqual([
      Math.fround(0.1),
      1,
      1000,
      null,
    ]);
  });

  it.each(['1e39', 'x', '0x10', 'nan', ' '])('BINARY_FLOAT refuses %j', async (value) => {
    await expect(roundTrip({ type: 'BINARY_FLOAT' }, [value])).rejects.toThrow(
      /not a BINARY_FLOAT/,
    );
  });
});

const LIST = { minLength: 100, maxLength: 200 };
