import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReader, createWriter } from '../../../../infra/local/oracle/bytes.ts';
import { encodeDateTime } from '../../../../infra/local/oracle/datetimes.ts';
import {
  createPacketSplitter,
  frameResponse,
  readData,
} from '../../../../infra/local/oracle/packets.ts';

describe('a response', () => {
  const part = fc.uint8Array({ maxLength: 1200 }).map((bytes) => Buffer.from(bytes));

  it('survives being cut into packets, and they into chunks', () => {
    const sdu = fc.integer({ min: 512, max: 700 });
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 4 }),
        sdu,
        fc.integer({ min: 1, max: 99 }),
        roundTrip,
      ),
    );
  });

  it.each([501, 502, 503, 1003, 1004])('of %i bytes ends where packets meet', (size) => {
    roundTrip([Buffer.alloc(size, 7)], 512, 64);
  });

  function roundTrip(parts: Buffer[], sdu: number, chunk: number): void {
    const framed = frameResponse(parts, { sdu, endOfResponse: true });
    const splitter = createPacketSplitter();
    splitter.useLargeLengths();
    const packets: Buffer[] = [];
    for (let at = 0; at < framed.length; at += chunk) {
      const received = splitter.packets(framed.subarray(at, at + chunk));
      packets.push(...[...received].map(({ bytes }) => bytes));
    }
    const payload = Buffer.concat(packets.map((packet) => readData(packet).payload));

    expect(payload).toEqual(Buffer.concat([...parts, Buffer.of(29)]));
    expect(packets.every((packet) => packet.length <= sdu)).toBe(true);
    expect(packets.map((packet) => packet.readUInt16BE(8) === 0x2000)).toEqual(
      packets.map((_, index) => index === packets.length - 1),
    );
  }
});

it('a packet shorter than its own header is refused', () => {
  const splitter = createPacketSplitter();

  expect(() => [...splitter.packets(Buffer.alloc(8))]).toThrow(RangeError);
});

it('a writer keeps what was written when it grows, whatever is written then', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value));
  const integers = fc.array(fc.maxSafeNat(), { maxLength: 20 });
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 9 }), integers, texts, (blocks, numbers, strings) => {
      const writer = createWriter(1);
      for (const block of blocks)
        writer
          .u8(block.length & 0xff)
          .u16(block.length)
          .bytes(block);
      writer.ub(...numbers);
      for (const text of strings) writer.text(text).str(text);
      const reader = createReader(writer.view());

      for (const block of blocks) {
        expect([reader.u8(), reader.u16()]).toEqual([block.length & 0xff, block.length]);
        expect(reader.bytes() ?? Buffer.alloc(0)).toEqual(block);
      }
      expect(numbers.map(() => reader.ub())).toEqual(numbers);
      for (const text of strings) {
        expect(reader.text()).toBe(text);
        expect(reader.ub() > 0 ? reader.text() : '').toBe(text);
      }
      expect(reader.remaining()).toBe(0);
      expect(() => reader.u8()).toThrow(RangeError);
    }),
  );
});

/** https://docs.oracle.com/en/database/oracle/oracle-call-interface/23/lnoci/data-types.html */
it('a DATE has the bytes of the example in the documentation', () => {
  expect([...encodeDateTime('1992-11-30T15:17:00')]).toEqual([119, 192, 11, 30, 16, 18, 1]);
});
