import fc from 'fast-check';
import { type ExactJson, parseExact } from '../support/exact-json.ts';
import { isSameDouble, shortest } from './float-cases.ts';
import type { Sample, TypeCase } from './type-case.ts';

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

// JavaScript's own objects take this name for something else.
const names = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
  .filter((name) => name !== '__proto__');

/** Of the key 0, and of one that is as long as such keys may be. */
const shortestLogical = '*BAAAAAABgP4';
const longestLogical = logicalText(
  new Uint8Array(4).fill(0xff),
  Array(12).fill(new Uint8Array(240)),
);

export const otherCases: readonly TypeCase[] = [
  rowid('ROWID', physical()),
  rowid('UROWID', fc.oneof(physical(), logical())),
  boolean(),
  json(),
  vector('FLOAT32', fc.float({ noNaN: true, noDefaultInfinity: true }), [0, 1.5, 2 ** -149]),
  vector('FLOAT64', fc.double({ noNaN: true, noDefaultInfinity: true }), [0, 0.1, 5e-324]),
  vector('INT8', fc.integer({ min: -128, max: 127 }), [0, -127, 127]),
  xml(),
];

function asItIs(value: string): Sample {
  return { value, json: value };
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (Rowid Data Types) */
function rowid(type: 'ROWID' | 'UROWID', random: fc.Arbitrary<string>): TypeCase {
  const logicalEdges = type === 'UROWID' ? ['*BAEASbICwQL+', shortestLogical, longestLogical] : [];
  return {
    title: type,
    column: { type },
    bigQuery: 'STRING',
    random: random.map(asItIs),
    boundaries: [
      ...['AAAAAAAAAAAAAAAAAA', 'AAAR3sAAEAAAACXAAA', 'D/////AP/AAP///P//'],
      ...logicalEdges,
    ].map(asItIs),
  };
}

/** 32 bits of the data object in six letters, 10 of the file in three, 22 of the block in six, 16 of the row in three. */
function physical(): fc.Arbitrary<string> {
  const number = (bits: number, letters: number) =>
    fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }).map((value) => lettersOf(value, letters));
  return fc
    .tuple(number(32, 6), number(10, 3), number(22, 6), number(16, 3))
    .map((parts) => parts.join(''));
}

function lettersOf(value: bigint, count: number): string {
  const letters = Array.from({ length: count }, (_, index) =>
    base64.charAt(Number((value >> BigInt(6 * (count - 1 - index))) & 63n)),
  );
  return letters.join('');
}

/**
 * As seen in index-organized tables: a 4, the block that the row was once in, the parts of its key behind their
 * lengths, FE. https://tek-tips.com/threads/rowid-in-index-organized-tables.712430
 */
function logical(): fc.Arbitrary<string> {
  const part = fc.uint8Array({ minLength: 1, maxLength: 22 });
  return fc
    .tuple(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.array(part, { minLength: 1, maxLength: 3 }),
    )
    .map(([block, parts]) => logicalText(block, parts));
}

function logicalText(block: Uint8Array, parts: readonly Uint8Array[]): string {
  const key = parts.flatMap((part) => [part.length, ...part]);
  const bytes = Buffer.from([4, ...block, ...key, 0xfe]);
  return `*${bytes.toString('base64').replace(/=+$/, '')}`;
}

function boolean(): TypeCase {
  const sampleOf = (value: boolean): Sample => ({ value: String(value), json: value });
  return {
    title: 'BOOLEAN',
    column: { type: 'BOOLEAN' },
    bigQuery: 'BOOL',
    since: 23,
    random: fc.boolean().map(sampleOf),
    boundaries: [true, false].map(sampleOf),
  };
}

/** Texts of JSON with numbers of up to 38 digits and any amount of blanks between their tokens. */
function json(): TypeCase {
  const sampleOf = (value: string): Sample => ({ value, json: parseExact(value) });
  const { tree } = fc.letrec<{ tree: string; array: string; object: string }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalars(),
      tie('array'),
      tie('object'),
    ),
    array: fc.array(tie('tree'), { maxLength: 4 }).map((items) => `[ ${items.join(' ,\n ')} ]`),
    object: fc.dictionary(names, tie('tree'), { maxKeys: 4 }).map(objectText),
  }));
  return {
    title: 'JSON',
    column: { type: 'JSON' },
    bigQuery: 'JSON',
    since: 23,
    random: tree.map(sampleOf),
    boundaries: [
      'null',
      '""',
      '0',
      '[]',
      '{}',
      '{"a":{"b":[1,2,{"c":null}]}}',
      '12345678901234567890123456789012345678',
      '0.1234567890123456789012345678901234567',
      '"\\u0000\\ud83d\\udea2\\"\\\\\\/"',
      `${'['.repeat(100)}${']'.repeat(100)}`,
    ].map(sampleOf),
  };
}

function scalars(): fc.Arbitrary<string> {
  const digits = fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 37 })
    .map((list) => list.join(''));
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.integer({ min: 1, max: 9 }),
      digits,
      fc.integer({ max: 38, min: 0 }),
    )
    .map(([sign, first, rest, point]) => withPoint(sign, `${first}${rest}`, point));
  const text = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => JSON.stringify(value));
  return fc.oneof(number, text, fc.constantFrom('true', 'false', 'null'));
}

function withPoint(sign: string, digits: string, point: number): string {
  if (point === 0) return `${sign}0.${digits}`;
  return `${sign}${digits.slice(0, point)}${point < digits.length ? `.${digits.slice(point)}` : ''}`;
}

function objectText(members: Readonly<Record<string, string>>): string {
  const texts = Object.entries(members).map(([name, text]) => `${JSON.stringify(name)} :\t${text}`);
  return `{\r\n${texts.join(',')} }`;
}

function vector(
  format: 'FLOAT32' | 'FLOAT64' | 'INT8',
  element: fc.Arbitrary<number>,
  edges: readonly number[],
): TypeCase {
  const sampleOf = (elements: readonly number[]): Sample => {
    const plain = elements.map((number) => number + 0);
    return { value: JSON.stringify(plain), json: plain.map(shortest) };
  };
  return {
    title: `VECTOR(3, ${format})`,
    column: { type: 'VECTOR', dimensions: 3, format },
    bigQuery: 'ARRAY<FLOAT64>',
    since: 23,
    random: fc.array(element, { minLength: 3, maxLength: 3 }).map(sampleOf),
    boundaries: [sampleOf(edges), sampleOf(edges.map((number) => -number))],
    ofNull: [] satisfies ExactJson,
    isSame: isSameArray,
  };
}

function isSameArray(written: ExactJson, expected: ExactJson): boolean {
  if (!Array.isArray(written) || !Array.isArray(expected)) return false;
  return (
    written.length === expected.length &&
    written.every((element, index) => isSameDouble(element, expected[index]))
  );
}

/** Elements whose text says the same before and after a database has taken it apart. */
function xml(): TypeCase {
  const text = fc
    .string({ unit: 'grapheme-composite', minLength: 1, maxLength: 30 })
    .map((value) => value.replace(/[&<>"'\s]/g, 'x'));
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  return {
    title: 'XMLTYPE',
    column: { type: 'XMLTYPE' },
    bigQuery: 'STRING',
    random: fc
      .tuple(name, name, text, text)
      .map(([tag, inner, value, content]) =>
        asItIs(`<${tag} a="${value}"><${inner}>${content}</${inner}></${tag}>`),
      ),
    boundaries: ['<a/>', '<a>&lt;&amp;</a>', `<a>${'\u{1f6a2}'.repeat(1_000)}</a>`].map(asItIs),
  };
}
