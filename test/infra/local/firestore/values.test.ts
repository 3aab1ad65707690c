import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareNames, compareStrings } from '../../../../infra/local/firestore/values.ts';

it('compares strings as their UTF-8 bytes compare', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, text, (prefix, a, b) => {
      const [left, right] = [prefix + a, prefix + b];
      const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(compareStrings(left, right))).toBe(bytes);
    }),
  );
});

it('compares document names segment by segment', () => {
  const names = ['c/a', 'c/a/d/b', 'c/a-b', 'c/a-b/d/a', 'c/b', 'c-d/a'];
  const shuffled = fc.shuffledSubarray(names, { minLength: names.length });
  fc.assert(
    fc.property(shuffled, (some) => {
      expect(some.toSorted(compareNames)).toEqual(names);
    }),
  );
});
