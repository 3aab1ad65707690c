import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createGzipStage } from '../../jobs/gzip.ts';

const mebibyte = 1024 * 1024;

describe('the gzip stage', () => {
  it('gives back every byte, counts both sides, and makes the same bytes every time', async () => {
    const chunks = [
      randomBytes(3 * mebibyte),
      Buffer.from('small'),
      Buffer.alloc(2 * mebibyte, 'x'),
    ];
    const plain = Buffer.concat(chunks);
    const compress = async () => {
      const { stream, counts } = createGzipStage(1);
      const [bytes] = await Promise.all([
        buffer(stream),
        pipeline(
          chunks.map((chunk) => Buffer.from(chunk)),
          stream,
        ),
      ]);
      expect(counts).toEqual({ bytesIn: plain.byteLength, bytesOut: bytes.byteLength });
      return bytes;
    };
    const first = await compress();
    expect(gunzipSync(first).equals(plain)).toBe(true);
    expect((await compress()).equals(first)).toBe(true);
  });

  it('makes a valid file of nothing', async () => {
    const { stream } = createGzipStage(6);
    stream.end();
    expect(gunzipSync(await buffer(stream))).toHaveLength(0);
  });

  it('takes the memory of large chunks over, and leaves the pool of small ones alone', async () => {
    const { stream } = createGzipStage(1);
    const large = Buffer.alloc(mebibyte, 'a');
    const small = Buffer.from('b');
    stream.write(large);
    stream.end(small);
    expect(gunzipSync(await buffer(stream))).toHaveLength(mebibyte + 1);
    expect(large.byteLength).toBe(0);
    expect(small.toString()).toBe('b');
  });

  it('stops taking chunks when nobody reads', async () => {
    const { stream, counts } = createGzipStage(1);
    const stop = new AbortController();
    async function* endless() {
      for (;;) yield randomBytes(mebibyte);
    }
    const writing = pipeline(endless(), stream, { signal: stop.signal });
    let before = -1;
    while (counts.bytesIn !== before) {
      before = counts.bytesIn;
      await sleep(150);
    }
    expect(counts.bytesIn).toBeGreaterThan(0);
    expect(counts.bytesIn).toBeLessThanOrEqual(8 * mebibyte);
    stop.abort();
    await expect(writing).rejects.toThrow('aborted');
  });

  it('goes on when a slow reader has read', async () => {
    const { stream, counts } = createGzipStage(1);
    const chunks = Array.from({ length: 16 }, () => randomBytes(mebibyte));
    const plain = Buffer.concat(chunks);
    const writing = pipeline(chunks, stream);
    const read: Buffer[] = [];
    for await (const bytes of stream) {
      await sleep(1);
      read.push(bytes);
    }
    await writing;
    expect(gunzipSync(Buffer.concat(read)).equals(plain)).toBe(true);
    expect(counts.bytesIn).toBe(plain.byteLength);
  });

  it('ends its thread when it is destroyed in the middle', async () => {
    const { stream } = createGzipStage(9);
    stream.write(randomBytes(8 * mebibyte));
    const closed = once(stream, 'close');
    stream.destroy();
    await closed;
    expect(stream.readableEnded).toBe(false);
    await expect(stream.iterator().next()).rejects.toThrow(/Premature close/);
  });

  it('fails for a level that zlib does not know', async () => {
    const { stream } = createGzipStage(42);
    await expect(buffer(stream)).rejects.toThrow(/level/);
  });
});
