import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { watchUtf8 } from '../../../../../infra/local/data/own/utf8.ts';

async function watch(chunks: readonly Buffer[]) {
  const lines: number[] = [];
  const handed: Buffer[] = [];
  const source = (async function* () {
    yield* chunks;
  })();
  for await (const piece of watchUtf8(source, (line) => lines.push(line))) handed.push(piece);
  return { lines, handed };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...chunks, bytes.subarray(at)].filter((chunk) => chunk.length > 0);
}

const sizes = fc.array(fc.nat({ max: 7 }), { maxLength: 30 });

it('hands on every byte of a text, cut between characters, and finds nothing wrong', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), sizes, async (text, at) => {
      const bytes = Buffer.from(text.toWellFormed());
      const { lines, handed } = await watch(cut(bytes, at));
      expect(lines).toEqual([]);
      expect(Buffer.concat(handed)).toEqual(bytes);
      expect(handed.every((piece) => isUtf8(piece))).toBe(true);
    }),
  );
});

it('names the line of the first byte that is none, however the bytes come', async () => {
  const bad = fc.constantFrom(
    [0xff],
    [0xc3],
    [0x80],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x9f],
  );
  const before = fc.array(fc.constantFrom('a', 'ż', '🚢', '\n', '\r\n'), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      before,
      bad,
      fc.constantFrom('', '\nż'),
      sizes,
      async (text, wrong, end, at) => {
        const start = text.join('');
        const bytes = Buffer.concat([Buffer.from(start), Buffer.from(wrong), Buffer.from(end)]);
        const { lines, handed } = await watch(cut(bytes, at));
        expect(lines).toEqual([start.split('\n').length]);
        expect(Buffer.concat(handed)).toEqual(bytes);
      },
    ),
  );
});
