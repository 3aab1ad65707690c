import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OraFerryError } from '../../../shared/errors.ts';
import type { ObjectStoreOptions } from '../../../shared/gcs/store.ts';
import { crc32cOf, streamOf } from '../../contract/object-store.ts';
import { bucket, chunkBytes, type Fixture, KiB, startFixture } from './fixture.ts';

const name = 'exports/nightly/part-00001-a1.jsonl.gz';
const never = new AbortController().signal;

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.close());

async function restart(options: Partial<ObjectStoreOptions>) {
  await fixture.close();
  fixture = await startFixture(options);
}

/** Uploads the content in pieces of 60 KiB, which fit no boundary. */
async function upload(content: Buffer, signal = never) {
  const uri = await fixture.store.beginUpload(bucket, name, 'application/gzip');
  return fixture.store.upload({ bucket, name, uri }, streamOf(cut(content)), signal);
}

function cut(content: Buffer, size = 60 * KiB): Buffer[] {
  return Array.from({ length: Math.ceil(content.length / size) }, (_, index) =>
    content.subarray(index * size, (index + 1) * size),
  );
}

async function expectStored(content: Buffer) {
  const bytes = await readFile(join(fixture.dir, bucket, name));
  expect(digest(bytes)).toBe(digest(content));
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function expectNothingStored() {
  expect(await fixture.store.read(bucket, name)).toBeUndefined();
}

const threeChunks = randomBytes(3 * chunkBytes - 1000);
const oneChunk = threeChunks.subarray(0, 1000);

describe('an upload goes on', () => {
  test('after three 503 on one chunk', async () => {
    const fault = fixture.server.faults.inject({ on: 'chunk', action: { status: 503 }, times: 3 });
    const stored = await upload(threeChunks);
    expect(stored).toMatchObject({ bytes: threeChunks.length, crc32c: crc32cOf(threeChunks) });
    expect(fault.consumed).toBe(3);
    await expectStored(threeChunks);
  });

  test('through more failures than one chunk may have', async () => {
    const perChunk = [0, 1, 2].map((chunk) =>
      fixture.server.faults.inject({
        on: 'chunk',
        action: { status: 503 },
        times: 4,
        after: chunk,
      }),
    );
    await upload(threeChunks);
    expect(perChunk.map((fault) => fault.consumed)).toEqual([4, 4, 4]);
    await expectStored(threeChunks);
  });

  test.each([408, 429, 500, 502, 504])('after status %i, also on the question', async (status) => {
    const chunk = fixture.server.faults.inject({ on: 'chunk', action: { status } });
    const query = fixture.server.faults.inject({ on: 'query', action: { status } });
    await upload(threeChunks);
    expect([chunk.consumed, query.consumed]).toEqual([1, 1]);
    await expectStored(threeChunks);
  });

  test('after a connection that was reset in the middle of a chunk', async () => {
    await restart({ chunkBytes: 2 * chunkBytes });
    const fault = fixture.server.faults.inject({
      on: 'chunk',
      action: { resetAfter: chunkBytes + 1000 },
    });
    await upload(threeChunks);
    expect(fault.consumed).toBe(1);
    await expectStored(threeChunks);
  });

  test('from where a chunk was kept in part', async () => {
    await restart({ chunkBytes: 4 * chunkBytes });
    const large = randomBytes(7 * chunkBytes + 1);
    const faults = [0, 0, 0].map(() =>
      fixture.server.faults.inject({ on: 'chunk', action: { keepOnly: chunkBytes } }),
    );
    await upload(large);
    expect(faults.map((fault) => fault.consumed)).toEqual([1, 1, 1]);
    await expectStored(large);
  });

  test('after a chunk of which nothing was kept', async () => {
    const fault = fixture.server.faults.inject({ on: 'chunk', action: { keepOnly: 0 }, times: 2 });
    await upload(threeChunks);
    expect(fault.consumed).toBe(2);
    await expectStored(threeChunks);
  });

  test('after a request that stalled', async () => {
    await restart({ stallMs: 200 });
    const fault = fixture.server.faults.inject({ on: 'chunk', action: 'stall', after: 1 });
    await upload(threeChunks);
    expect(fault.consumed).toBe(1);
    expect(fixture.logged.join()).toContain('No progress for 200 ms');
    await expectStored(threeChunks);
  });

  test('after the answer to a chunk was lost, without sending it twice', async () => {
    const lost = fixture.server.faults.inject({ on: 'chunk', action: 'lose-answer' });
    // Would meet a fourth chunk request.
    const fourth = fixture.server.faults.inject({ on: 'chunk', action: { status: 403 }, after: 2 });
    await upload(threeChunks);
    expect([lost.consumed, fourth.consumed]).toEqual([1, 0]);
    await expectStored(threeChunks);
  });

  test('when the answer to its beginning was lost', async () => {
    const fault = fixture.server.faults.inject({ on: 'session', action: 'lose-answer' });
    await upload(oneChunk);
    expect(fault.consumed).toBe(1);
    await expectStored(oneChunk);
  });
});

describe('the end of an upload', () => {
  test('whose answer was lost is learnt from the session', async () => {
    const fault = fixture.server.faults.inject({ on: 'chunk', action: 'lose-answer', after: 2 });
    const stored = await upload(threeChunks);
    expect(fault.consumed).toBe(1);
    expect(stored.generation).toBe((await fixture.store.read(bucket, name))?.generation);
  });

  test.each([404, 410, 412])(
    'whose answer was lost is settled by comparing CRC32C when the session answers %i',
    async (status) => {
      const lost = fixture.server.faults.inject({ on: 'chunk', action: 'lose-answer', after: 2 });
      const query = fixture.server.faults.inject({ on: 'query', action: { status } });
      const stored = await upload(threeChunks);
      expect([lost.consumed, query.consumed]).toEqual([1, 1]);
      expect(stored).toEqual({
        name,
        bytes: threeChunks.length,
        crc32c: crc32cOf(threeChunks),
        generation: (await fixture.store.read(bucket, name))?.generation,
      });
    },
  );

  test('rule 2: that is never answered is settled by comparing CRC32C', async () => {
    const lost = fixture.server.faults.inject({ on: 'chunk', action: 'lose-answer' });
    const query = fixture.server.faults.inject({ on: 'query', action: { status: 503 }, times: 5 });
    await expect(upload(oneChunk)).resolves.toMatchObject({ crc32c: crc32cOf(oneChunk) });
    expect([lost.consumed, query.consumed]).toEqual([1, 5]);
  });

  test('stays a failure when nobody can tell how it ended', async () => {
    const lost = fixture.server.faults.inject({ on: 'chunk', action: 'lose-answer' });
    const query = fixture.server.faults.inject({ on: 'query', action: { status: 503 }, times: 5 });
    const stat = fixture.server.faults.inject({ on: 'get', action: { status: 503 }, times: 6 });
    await expect(upload(oneChunk)).rejects.toMatchObject({
      code: 'GCS_UPLOAD_ERROR',
      retryable: true,
    });
    expect([lost.consumed, query.consumed, stat.consumed]).toEqual([1, 5, 6]);
  });

  test('rule 2: is refused while the name holds a foreign object, which stays', async () => {
    const uri = await fixture.store.beginUpload(bucket, name, 'application/gzip');
    await fixture.store.create(bucket, name, 'foreign', 'text/plain');
    await expect(
      fixture.store.upload({ bucket, name, uri }, streamOf([oneChunk]), never),
    ).rejects.toMatchObject({
      code: 'GCS_UPLOAD_ERROR',
      message: `The upload of ${name} cannot go on: the name is taken.`,
    });
    expect(await fixture.store.read(bucket, name)).toMatchObject({ body: 'foreign' });
  });

  test('with other bytes than were sent is an error, and they are deleted', async () => {
    const fault = fixture.server.faults.inject({ on: 'chunk', action: 'corrupt', after: 1 });
    await expect(upload(threeChunks)).rejects.toMatchObject({
      code: 'GCS_UPLOAD_ERROR',
      retryable: true,
      message: `The object ${name} was damaged on its way.`,
    });
    expect(fault.consumed).toBe(1);
    await expectNothingStored();
  });

  test('with other bytes than were sent is an error also when they cannot be deleted', async () => {
    fixture.server.faults.inject({ on: 'chunk', action: 'corrupt' });
    const kept = fixture.server.faults.inject({ on: 'delete', action: { status: 403 } });
    await expect(upload(oneChunk)).rejects.toMatchObject({ code: 'GCS_UPLOAD_ERROR' });
    expect(kept.consumed).toBe(1);
    expect(fixture.logged.join()).toContain('A damaged object could not be deleted');
  });
});

describe('an upload fails', () => {
  test('when one chunk failed six times', async () => {
    const fault = fixture.server.faults.inject({ on: 'chunk', action: { status: 503 }, times: 9 });
    await expect(upload(threeChunks)).rejects.toMatchObject({
      code: 'GCS_UPLOAD_ERROR',
      retryable: true,
      message: `Cloud Storage did not write to the bucket ${bucket}: it answered 503.`,
      cause: { status: 503 },
    });
    expect(fault.consumed).toBe(6);
    await expectNothingStored();
  });

  test.each([404, 410])('at once when its session is gone (%i)', async (status) => {
    const fault = fixture.server.faults.inject({ on: 'chunk', action: { status }, times: 2 });
    await expect(upload(threeChunks)).rejects.toMatchObject({
      code: 'GCS_UPLOAD_ERROR',
      retryable: true,
    });
    expect(fault.consumed).toBe(1);
  });

  test.each([
    [401, 'no valid credentials'],
    [403, 'grant it roles/storage.objectAdmin'],
  ])('at once when it is not allowed (%i), saying what to do', async (status, advice) => {
    const fault = fixture.server.faults.inject({ on: 'chunk', action: { status }, times: 2 });
    await expect(upload(oneChunk)).rejects.toMatchObject({
      code: 'GCS_ERROR',
      retryable: false,
      message: expect.stringContaining(advice),
    });
    expect(fault.consumed).toBe(1);
  });

  test('when Cloud Storage claims bytes that were never sent', async () => {
    const uri = await fixture.store.beginUpload(bucket, name, 'application/gzip');
    const source = streamOf(cut(threeChunks));
    await fetch(uri, {
      method: 'PUT',
      headers: { 'content-range': `bytes 0-${2 * chunkBytes - 1}/*` },
      body: threeChunks.subarray(0, 2 * chunkBytes),
      redirect: 'manual',
    });
    await expect(fixture.store.upload({ bucket, name, uri }, source, never)).rejects.toMatchObject({
      code: 'GCS_UPLOAD_ERROR',
      cause: { name: 'SessionError' },
    });
  });

  test('with the error of its source', async () => {
    const uri = await fixture.store.beginUpload(bucket, name, 'application/gzip');
    const reason = new OraFerryError('SNAPSHOT_TOO_OLD', 'gone');
    async function* failing() {
      yield threeChunks;
      throw reason;
    }
    const failed = fixture.store.upload({ bucket, name, uri }, failing(), never);
    await expect(failed).rejects.toBe(reason);
    await expectNothingStored();
  });

  test('without naming a host in its message', async () => {
    fixture.server.faults.inject({ on: 'chunk', action: { resetAfter: 1 }, times: 9 });
    const error = await upload(oneChunk).catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: 'GCS_UPLOAD_ERROR' });
    expect((error as Error).message).not.toMatch(/127\.0\.0\.1|localhost|http/);
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  test('rule 4: after its session was cancelled in the middle, and no object appears', async () => {
    const uri = await fixture.store.beginUpload(bucket, name, 'application/gzip');
    async function* cancelledMidway() {
      yield threeChunks.subarray(0, 2 * chunkBytes);
      await fixture.store.cancelUpload(uri);
      yield threeChunks.subarray(2 * chunkBytes);
    }
    await expect(
      fixture.store.upload({ bucket, name, uri }, cancelledMidway(), never),
    ).rejects.toMatchObject({ code: 'GCS_UPLOAD_ERROR' });
    await expectNothingStored();
  });
});

describe('an abort', () => {
  const reason = new OraFerryError('CANCELLED', 'The job was cancelled.');

  test('before the upload is answered with its reason', async () => {
    await expect(upload(oneChunk, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expectNothingStored();
  });

  test('ends a request that is under way', async () => {
    await restart({ stallMs: 60_000 });
    const stalled = fixture.server.faults.inject({ on: 'chunk', action: 'stall' });
    const controller = new AbortController();
    const failed = expect(upload(threeChunks, controller.signal)).rejects.toBe(reason);
    await vi.waitUntil(() => stalled.consumed === 1);
    controller.abort(reason);
    await failed;
  });

  test('ends the wait before a retry', async () => {
    const retry = { attempts: 6, initialDelayMs: 60_000, maxDelayMs: 60_000 };
    await restart({ retry });
    fixture.server.faults.inject({ on: 'chunk', action: { status: 503 } });
    const controller = new AbortController();
    const failed = expect(upload(oneChunk, controller.signal)).rejects.toBe(reason);
    await vi.waitUntil(() => fixture.logged.some((line) => line.includes('503')));
    controller.abort(reason);
    await failed;
  });

  test('does not wait for a source that hangs, but tells a resting one to end', async () => {
    const controller = new AbortController();
    const uri = await fixture.store.beginUpload(bucket, name, 'application/gzip');
    let ended = false;
    const hanging: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => undefined),
        async return() {
          ended = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const target = { bucket, name, uri };
    const failed = expect(fixture.store.upload(target, hanging, controller.signal)).rejects.toBe(
      reason,
    );
    controller.abort(reason);
    await failed;
    expect(ended).toBe(true);
  });
});

describe('a source', () => {
  test('is not pulled on after an abort while a chunk was gathered', async () => {
    const controller = new AbortController();
    const uri = await fixture.store.beginUpload(bucket, name, 'application/gzip');
    let pulled = 0;
    async function* slow() {
      for (;;) {
        await sleep(2);
        pulled += 1;
        yield oneChunk;
      }
    }
    const target = { bucket, name, uri };
    const failed = fixture.store.upload(target, slow(), controller.signal);
    await vi.waitUntil(() => pulled > 3);
    controller.abort(new Error('enough'));
    await expect(failed).rejects.toThrow('enough');
    const before = pulled;
    await sleep(50);
    expect(pulled).toBeLessThanOrEqual(before + 1);
  });
});

describe('memory', () => {
  test('is bounded: a source is not pulled while one chunk is sent and the next is full', async () => {
    await restart({ stallMs: 60_000 });
    const controller = new AbortController();
    const stalled = fixture.server.faults.inject({ on: 'chunk', action: 'stall', after: 2 });
    const uri = await fixture.store.beginUpload(bucket, name, 'application/gzip');
    const piece = randomBytes(16 * KiB);
    let pulled = 0;
    async function* endless() {
      for (;;) {
        pulled += piece.length;
        yield piece;
      }
    }
    const target = { bucket, name, uri };
    const failed = expect(
      fixture.store.upload(target, endless(), controller.signal),
    ).rejects.toThrow('enough');
    await vi.waitUntil(() => stalled.consumed === 1);
    await sleep(50);
    // Two chunks are stored; the third is stalled and the fourth is gathered.
    expect(pulled).toBe(4 * chunkBytes);
    controller.abort(new Error('enough'));
    await failed;
  });
});

describe('any content', () => {
  test('around the chunk boundaries arrives as it was', async () => {
    const seed = randomInt(2 ** 31);
    process.stdout.write(`seed of the upload property: ${seed}\n`);
    const near = (boundary: number) =>
      fc.integer({ min: Math.max(1, boundary - 2), max: Math.min(boundary + 2, 3 * chunkBytes) });
    const sizes = fc.oneof(
      ...[0, 1, 2, 3].map((chunks) => near(chunks * chunkBytes)),
      fc.integer({ min: 1, max: 3 * chunkBytes }),
    );
    const pieces = fc.oneof(fc.constant(chunkBytes), fc.integer({ min: 1000, max: 300 * KiB }));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(sizes, pieces, async (size, pieceSize) => {
        run += 1;
        const object = `property/${run}`;
        const content = randomBytes(size);
        const uri = await fixture.store.beginUpload(bucket, object, 'application/gzip');
        const target = { bucket, name: object, uri };
        const stored = await fixture.store.upload(target, streamOf(cut(content, pieceSize)), never);
        expect(stored).toMatchObject({ bytes: size, crc32c: crc32cOf(content) });
        const bytes = await readFile(join(fixture.dir, bucket, object));
        expect(digest(bytes)).toBe(digest(content));
      }),
      { seed, numRuns: 40 },
    );
  });
});
