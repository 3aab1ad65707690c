import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutTypes } from '../../../../shared/oracle/splits/key-values.ts';

function cuts(dataType: string, min: string, max: string, splits: number): string[] {
  const type = cutTypes.find(({ pattern }) => pattern.test(dataType));
  if (!type) throw new Error(`${dataType} is not cut`);
  return type.cuts(min, max, splits);
}

describe('numbers', () => {
  it.each([
    ['0', '100', 4, ['25', '50', '75']],
    ['-100', '100', 4, ['-50', '0', '50']],
    ['1', '2', 4, ['1.25', '1.5', '1.75']],
    ['.5', '10.5', 2, ['5']],
    ['-.3', '-.1', 2, ['-0.2']],
    ['7', '7', 4, []],
    [`1${'0'.repeat(125)}`, `3${'0'.repeat(125)}`, 2, [`2${'0'.repeat(125)}`]],
    [
      '12345678901234567890123456789012345678',
      '12345678901234567890123456789012345680',
      2,
      ['12345678901234567890123456789012345679'],
    ],
    ['-1e126', '5', 3, []],
    ['1', '~', 3, []],
  ])('from %s to %s in %s parts are cut at %j', (min, max, splits, expected) => {
    expect(cuts('NUMBER', min, max, splits)).toEqual(expected);
  });

  it('are cut at increasing values above the least and not above the greatest', () => {
    const integer = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n });
    fc.assert(
      fc.property(integer, integer, fc.integer({ min: 2, max: 100 }), (a, b, splits) => {
        const [min, max] = a < b ? [a, b] : [b, a];
        fc.pre(max - min >= BigInt(splits));
        const found = cuts('NUMBER', String(min), String(max), splits).map(BigInt);
        expect(found).toHaveLength(splits - 1);
        expect(
          [min, ...found, max].every((cut, i, all) => i === 0 || cut > (all[i - 1] ?? cut)),
        ).toBe(true);
      }),
    );
  });
});

describe('times', () => {
  it.each([
    [
      'DATE',
      ' 2024-01-01T00:00:00',
      ' 2024-01-05T00:00:00',
      4,
      ['2024-01-02T00:00:00', '2024-01-03T00:00:00', '2024-01-04T00:00:00'],
    ],
    [
      'TIMESTAMP(6)',
      ' 2024-01-01T00:00:00',
      ' 2024-01-01T00:00:04',
      2,
      ['2024-01-01T00:00:02.000000000'],
    ],
    ['DATE', ' 2024-01-01T00:00:00', ' 2024-01-01T00:00:01', 4, []],
    ['DATE', ' 9999-12-31T23:59:58', ' 9999-12-31T23:59:59', 2, []],
    ['DATE', '-4712-01-01T00:00:00', ' 0003-01-01T00:00:00', 2, ['0002-01-01T00:00:00']],
    ['DATE', '0000-00-00T00:00:00', ' 2024-01-01T00:00:00', 2, []],
  ])('%s from %s to %s in %s parts are cut at %j', (type, min, max, splits, expected) => {
    expect(cuts(type, min, max, splits)).toEqual(expected);
  });

  it.each(['TIMESTAMP(6) WITH TIME ZONE', 'TIMESTAMP(6) WITH LOCAL TIME ZONE', 'VARCHAR2', 'RAW'])(
    'of %s are left alone',
    (dataType) => {
      expect(cutTypes.some(({ pattern }) => pattern.test(dataType))).toBe(false);
    },
  );
});
