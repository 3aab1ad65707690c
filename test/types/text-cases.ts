import fc from 'fast-check';
import type { Sample, TypeCase } from './type-case.ts';

/** Of the whole of Unicode but half surrogate pairs, which no character set of Oracle can hold. */
const characters = 'binary';

const nasty = [
  ' ',
  '  leading and trailing  ',
  '"quotes" \\ back/slash \b\f\n\r\t',
  '\u0000',
  '\u0001\u001f\u007f\u0080\u009f',
  '\u2028\u2029',
  '\ufeffbyte order mark',
  '\ufffd',
  '\ufffe\uffff',
  'e\u0301 is not \u00e9',
  '\u{1f6a2}\u{10000}\u{10ffff}',
  '\ud7ff\ue000',
  'null',
  'NaN',
];

/**
 * Text. '' is NULL but in a LOB; lengths count characters, of which a supplementary one is two in the national
 * character set.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (Character Data Types)
 */
export const textCases: readonly TypeCase[] = [
  text({ type: 'VARCHAR2', length: 200 }, { most: 200 }),
  text({ type: 'NVARCHAR2', length: 100 }, { most: 50 }),
  { ...text({ type: 'VARCHAR2', length: 32_767 }, { most: 60, long: 32_767 }), isOptional: true },
  padded('CHAR', (value) => [...value].length),
  padded('NCHAR', (value) => value.length),
  text({ type: 'LONG' }, { most: 60, long: 40_000 }),
  text({ type: 'CLOB' }, { most: 60, long: 5_000, empty: '', pieces: true }),
  text({ type: 'NCLOB' }, { most: 60, long: 5_000, empty: '', pieces: true }),
];

interface Lengths {
  readonly most: number;
  /** In bytes, of one in 200. */
  readonly long?: number;
  readonly empty?: string;
  /** Values may be read in pieces of 2^20 characters. */
  readonly pieces?: boolean;
}

function text(
  column: { type: TextType; length?: number },
  { most, long, empty, pieces }: Lengths,
): TypeCase {
  const length = column.length ? `(${column.length})` : '';
  const short = fc.string({ unit: characters, maxLength: most });
  const random = long
    ? fc.oneof({ weight: 199, arbitrary: short }, { weight: 1, arbitrary: longText(long) })
    : short;
  const sampleOf = (value: string): Sample => ({
    value,
    json: value === '' ? (empty ?? null) : value,
  });
  return {
    title: `${column.type}${length}`,
    column,
    bigQuery: 'STRING',
    random: random.map(sampleOf),
    boundaries: [
      '',
      ...nasty,
      ...(long ? longest(long) : []),
      ...(pieces ? inPieces(2 ** 20) : []),
    ].map(sampleOf),
  };
}

type TextType = 'VARCHAR2' | 'NVARCHAR2' | 'LONG' | 'CLOB' | 'NCLOB';

function longText(bytes: number): fc.Arbitrary<string> {
  return fc
    .record({
      part: fc.string({ unit: characters, minLength: 1, maxLength: 20 }),
      bytes: fc.integer({ min: 1, max: bytes }),
    })
    .map(({ part, bytes: most }) => part.repeat(Math.floor(most / Buffer.byteLength(part))) || 'x');
}

/** One piece, one and a character, and a piece that would end between the two halves of a character. */
function inPieces(length: number): string[] {
  const almost = 'c'.repeat(length - 1);
  return [`${almost}c`, `${almost}cc`, `${almost}\u{1f6a2}`, `${almost}\u{1f6a2}d`, almost];
}

/** Lengths at which a value is no longer sent whole. */
function longest(bytes: number): string[] {
  const lengths = [252, 253, 254, 1_023, 1_024, 1_025, 4_000, bytes].filter(
    (count) => count <= bytes,
  );
  return [
    ...lengths.map((count) => 'a'.repeat(count)),
    ...lengths.map((count) => `${'b'.repeat(count % 4)}${'\u{1f6a2}'.repeat(count / 4)}`),
  ];
}

/** CHAR and NCHAR are filled up with blanks, which belong to the value. */
function padded(type: 'CHAR' | 'NCHAR', lengthOf: (value: string) => number): TypeCase {
  const length = 20;
  const sampleOf = (value: string): Sample => ({
    value,
    json: value === '' ? null : value + ' '.repeat(length - lengthOf(value)),
  });
  return {
    title: `${type}(${length})`,
    column: { type, length },
    bigQuery: 'STRING',
    random: fc.string({ unit: characters, maxLength: length / 2 }).map(sampleOf),
    boundaries: [...nasty.filter((value) => lengthOf(value) <= length), 'x'.repeat(length), ''].map(
      sampleOf,
    ),
  };
}
