import { randomUUID } from 'node:crypto';
import { CRC32C } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../shared/ports/objects.ts';

export interface ObjectStoreUnderTest {
  readonly store: ObjectStore;
  /** An existing bucket; what else lies in it does not matter. */
  readonly bucket: string;
  close(): Promise<void>;
}

/** What every ObjectStore does, whatever stands behind it. */
export function objectStoreContract(start: () => Promise<ObjectStoreUnderTest>): void {
  const json = 'application/json';
  const never = new AbortController().signal;

  describe('the contract of an object store', () => {
    let underTest: ObjectStoreUnderTest;
    let store: ObjectStore;
    let bucket: string;
    const prefix = `contract/${randomUUID()}`;

    beforeAll(async () => {
      underTest = await start();
      ({ store, bucket } = underTest);
    });
    afterAll(() => underTest.close());

    async function upload(name: string, ...pieces: Buffer[]) {
      const uri = await store.beginUpload(bucket, name, 'application/gzip');
      return store.upload({ bucket, name, uri }, streamOf(pieces), never);
    }

    test('an existing bucket passes the check, an unknown one fails by its name', async () => {
      await expect(store.checkBucket(bucket)).resolves.toBeUndefined();
      await expect(store.checkBucket(`no-${randomUUID()}`)).rejects.toMatchObject({
        code: 'GCS_ERROR',
        retryable: false,
        message: expect.stringContaining('does not exist'),
      });
    });

    test('an uploaded stream is read back byte for byte', async () => {
      const name = `${prefix}/text.jsonl`;
      const stored = await upload(name, Buffer.from('grün '), Buffer.from(''), Buffer.from('日本'));
      expect(stored).toEqual({
        name,
        bytes: 12,
        crc32c: crc32cOf(Buffer.from('grün 日本')),
        generation: expect.stringMatching(/^\d+$/),
      });
      expect(await store.read(bucket, name)).toEqual({
        body: 'grün 日本',
        generation: stored.generation,
      });
    });

    test('beginning an upload creates nothing, and cancelling it keeps it so', async () => {
      const name = `${prefix}/cancelled`;
      const uri = await store.beginUpload(bucket, name, json);
      expect(await store.read(bucket, name)).toBeUndefined();
      await store.cancelUpload(uri);
      await store.cancelUpload(uri);
      await expect(
        store.upload({ bucket, name, uri }, streamOf([Buffer.from('late')]), never),
      ).rejects.toMatchObject({ code: 'GCS_UPLOAD_ERROR', retryable: true });
      expect(await store.read(bucket, name)).toBeUndefined();
    });

    test('cancelling an upload that is complete leaves its object', async () => {
      const name = `${prefix}/complete`;
      const uri = await store.beginUpload(bucket, name, json);
      await store.upload({ bucket, name, uri }, streamOf([Buffer.from('done')]), never);
      await store.cancelUpload(uri);
      expect(await store.read(bucket, name)).toMatchObject({ body: 'done' });
    });

    test('an upload does not replace an object', async () => {
      const name = `${prefix}/taken`;
      const uri = await store.beginUpload(bucket, name, json);
      await store.create(bucket, name, 'first', json);
      await expect(
        store.upload({ bucket, name, uri }, streamOf([Buffer.from('second')]), never),
      ).rejects.toMatchObject({ code: 'GCS_UPLOAD_ERROR' });
      expect(await store.read(bucket, name)).toMatchObject({ body: 'first' });
    });

    test('an upload of nothing is refused and creates nothing', async () => {
      const name = `${prefix}/empty`;
      await expect(upload(name)).rejects.toMatchObject({
        code: 'GCS_UPLOAD_ERROR',
        retryable: false,
        message: expect.stringContaining('nothing to upload'),
      });
      expect(await store.read(bucket, name)).toBeUndefined();
    });

    test('creating the same object twice answers the same, another body is refused', async () => {
      const name = `${prefix}/created`;
      const first = await store.create(bucket, name, '{"a":1}', json);
      expect(await store.create(bucket, name, '{"a":1}', json)).toEqual(first);
      await expect(store.create(bucket, name, '{"a":2}', json)).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
      });
      expect(await store.read(bucket, name)).toMatchObject({ body: '{"a":1}' });
    });

    test('an object without content can be created', async () => {
      const stored = await store.create(bucket, `${prefix}/_SUCCESS`, '', 'text/plain');
      expect(stored).toMatchObject({ bytes: 0, crc32c: 'AAAAAA==' });
      expect(await store.read(bucket, `${prefix}/_SUCCESS`)).toMatchObject({ body: '' });
    });

    test('an object is replaced only when it is still the one that was read', async () => {
      const name = `${prefix}/latest.json`;
      const first = await store.replace(bucket, name, 'one', json, '0');
      const second = await store.replace(bucket, name, 'two', json, first.generation);
      expect(BigInt(second.generation)).toBeGreaterThan(BigInt(first.generation));
      await expect(
        store.replace(bucket, name, 'three', json, first.generation),
      ).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
      await expect(store.replace(bucket, name, 'three', json, '0')).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
      });
      expect(await store.read(bucket, name)).toEqual({
        body: 'two',
        generation: second.generation,
      });
    });

    test('only the named generation is deleted, and it may be gone already', async () => {
      const name = `${prefix}/removed`;
      const first = await store.replace(bucket, name, 'one', json, '0');
      const second = await store.replace(bucket, name, 'two', json, first.generation);
      await store.remove(bucket, name, first.generation);
      expect(await store.read(bucket, name)).toMatchObject({ body: 'two' });
      await store.remove(bucket, name, second.generation);
      await store.remove(bucket, name, second.generation);
      expect(await store.read(bucket, name)).toBeUndefined();
    });

    test('a list holds all objects of its prefix, in the order of their names', async () => {
      const names = ['b/2', 'b/10', 'a', 'b.c'].map((name) => `${prefix}/list/${name}`);
      const created = await Promise.all(
        names.map((name) => store.create(bucket, name, name, json)),
      );
      await store.create(bucket, `${prefix}/lisu`, 'beside', json);
      const listed = await Array.fromAsync(store.list(bucket, `${prefix}/list/`));
      expect(listed).toEqual(created.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
      expect(await Array.fromAsync(store.list(bucket, `${prefix}/none/`))).toEqual([]);
    });

    test.each(['HR%2EX%20Y.T$A#/part-00001-a1.jsonl.gz', 'ä 日本/?&=+:@"\'\\', '...'])(
      'the name %j survives upload, reading, listing and deletion',
      async (odd) => {
        const name = `${prefix}/odd/${odd}`;
        const stored = await upload(name, Buffer.from('x'));
        expect(stored.name).toBe(name);
        expect(await store.read(bucket, name)).toMatchObject({ body: 'x' });
        expect(await Array.fromAsync(store.list(bucket, name))).toEqual([stored]);
        await store.remove(bucket, name, stored.generation);
        expect(await store.read(bucket, name)).toBeUndefined();
      },
    );

    test('the content of an object comes in pieces, and nothing of one that is not there', async () => {
      const name = `${prefix}/large`;
      const text = 'grün'.repeat(400_000);
      await store.create(bucket, name, text, json);
      const content = await store.open(bucket, name, never);
      const pieces = await Array.fromAsync(content ?? []);
      expect(pieces.length).toBeGreaterThan(1);
      expect(Buffer.concat(pieces).toString() === text).toBe(true);
      expect(await store.open(bucket, `${name}r`, never)).toBeUndefined();
    });

    test('writing to an unknown bucket fails by its name', async () => {
      const unknown = `no-${randomUUID()}`;
      const error = {
        code: 'GCS_ERROR',
        retryable: false,
        message: expect.stringContaining(unknown),
      };
      await expect(store.beginUpload(unknown, 'x', json)).rejects.toMatchObject(error);
      await expect(store.create(unknown, 'x', 'x', json)).rejects.toMatchObject(error);
      await expect(Array.fromAsync(store.list(unknown, 'x'))).rejects.toMatchObject(error);
    });
  });
}

/** The checksum as the client's package computes it. */
export function crc32cOf(bytes: Buffer): string {
  const crc32c = new CRC32C();
  crc32c.update(bytes);
  return crc32c.toString();
}

export async function* streamOf(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}
