import fc from 'fast-check';
import type { Sample, TypeCase } from './type-case.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html (RAW, BLOB) */
export const byteCases: readonly TypeCase[] = [
  bytes({ type: 'RAW', length: 2_000 }, { long: 2_000 }),
  { ...bytes({ type: 'RAW', length: 32_767 }, { long: 32_767 }), isOptional: true },
  bytes({ type: 'LONG RAW' }, { long: 40_000 }),
  bytes({ type: 'BLOB' }, { long: 5_000, empty: '', pieces: 2 ** 20 }),
];

interface Lengths {
  readonly long: number;
  readonly empty?: string;
  /** Values may be read in pieces of this length. */
  readonly pieces?: number;
}

function bytes(
  column: { type: 'RAW' | 'LONG RAW' | 'BLOB'; length?: number },
  { long, empty, pieces }: Lengths,
): TypeCase {
  const short = fc.uint8Array({ maxLength: 40 });
  const longer = fc
    .record({
      part: fc.uint8Array({ minLength: 1, maxLength: 50 }),
      length: fc.integer({ min: 1, max: long }),
    })
    .map(({ part, length }) => new Uint8Array(length).map((_, at) => part[at % part.length] ?? 0));
  const lengths = [
    ...[0, 1, 2, 3, 4, 253, 254, 255, 1_023, 1_024, 1_025, 1_026, long],
    ...(pieces ? [pieces - 1, pieces, pieces + 1, 2 * pieces + 2] : []),
  ];
  const edges = [
    ...lengths.map((length) => new Uint8Array(length).fill(0xff)),
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
    Uint8Array.of(0),
  ];
  const sampleOf = (value: Uint8Array): Sample => ({
    value: hexOf(value),
    json: value.length === 0 ? (empty ?? null) : base64Of(value),
  });
  return {
    title: column.length ? `${column.type}(${column.length})` : column.type,
    column,
    bigQuery: 'BYTES',
    random: fc
      .oneof({ weight: 199, arbitrary: short }, { weight: 1, arbitrary: longer })
      .map(sampleOf),
    boundaries: edges.map(sampleOf),
  };
}

function hexOf(value: Uint8Array): string {
  return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** https://www.rfc-editor.org/rfc/rfc4648#section-4 */
function base64Of(value: Uint8Array): string {
  let text = '';
  for (let at = 0; at < value.length; at += 3) {
    const [first = 0, second, third] = value.subarray(at, at + 3);
    const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    const letters = [18, 12, 6, 0].map((shift) => alphabet.charAt((bits >> shift) & 63));
    if (third === undefined) letters[3] = '=';
    if (second === undefined) letters[2] = '=';
    text += letters.join('');
  }
  return text;
}
