import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requireModestJson } from '../../../functions/http/json-caps.ts';

const refusal = (text: string): string => {
  try {
    requireModestJson(text);
    return 'taken';
  } catch (error) {
    return String(error);
  }
};

test('JSON of up to 16 levels and 5000 members in one place is taken', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const list = (members: number) =>
    JSON.stringify(Array.from({ length: members }, () => ({ a: 1 })));
  expect([refusal(nested(16)), refusal(list(5_000))]).toEqual(['taken', 'taken']);
  expect(refusal(nested(17))).toContain('16 levels');
  expect(refusal(list(5_001))).toContain('5000 members');
});

test('more than 100,000 values in all are too many to say of each what is wrong with it', () => {
  const lists = (count: number) => JSON.stringify(Array(count).fill(Array(999).fill(0)));
  expect(refusal(lists(100))).toBe('taken');
  expect(refusal(lists(101))).toContain('100000 values');
});

test('a name that comes twice in one object is refused in every spelling', () => {
  expect(refusal('{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}')).toBe('taken');
  for (const text of ['{"a":1,"a":1}', '[{"x":{"a":1,"b":[{}],"\\u0061":2}}]']) {
    expect(refusal(text)).toContain('twice');
  }
});

test('__proto__ is refused as a name and taken as a value', () => {
  expect(refusal('{"a":"__proto__","b":["__proto__"]}')).toBe('taken');
  for (const text of ['{"__proto__":{}}', '{"a":[{"\\u005f_proto__":1}]}']) {
    expect(refusal(text)).toContain('__proto__');
  }
});

test('half a surrogate pair, which no store keeps as it came, is refused as name and as value', () => {
  expect(refusal('{"\\ud83d\\ude00":["\\uD83D\\uDE00","\\\\ud800","é"]}')).toBe('taken');
  for (const text of [
    '{"a":"x\\ud800"}',
    '["\\uDFFF"]',
    '{"\\ude00\\ud83d":1}',
    '"\\ud83d\\\\ude00"',
  ]) {
    expect([text, refusal(text)]).toEqual([text, expect.stringContaining('surrogate')]);
  }
});

test('whatever JSON.stringify writes is taken, and no text is too much', () => {
  const shallow = fc.jsonValue({ maxDepth: 8 });
  fc.assert(
    fc.property(shallow, (value) => {
      const text = JSON.stringify(value);
      fc.pre(!text.includes('__proto__'));
      expect(refusal(text)).toBe('taken');
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => typeof refusal(text) === 'string'),
  );
});

test('text of a mebibyte is looked through once, however hostile', () => {
  const hostile = ['"\\'.repeat(500_000), `"${'\\\\'.repeat(500_000)}`, '{"'.repeat(300_000)];
  expect(hostile.map(refusal)).toEqual(['taken', 'taken', expect.any(String)]);
});
