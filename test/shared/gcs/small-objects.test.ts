import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ObjectStoreOptions } from '../../../shared/gcs/store.ts';
import { bucket, type Fixture, startFixture } from './fixture.ts';

const name = 'exports/nightly/latest.json';
const json = 'application/json';
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

describe('a small object', () => {
  test('whose answer was lost is created once, and the second attempt learns it', async () => {
    const fault = fixture.server.faults.inject({ on: 'insert', action: 'lose-answer' });
    const stored = await fixture.store.create(bucket, name, '{"a":1}', json);
    expect(fault.consumed).toBe(1);
    expect(await Array.fromAsync(fixture.store.list(bucket, name))).toEqual([stored]);
  });

  test('whose answer was lost is replaced once', async () => {
    const first = await fixture.store.create(bucket, name, 'one', json);
    const fault = fixture.server.faults.inject({ on: 'insert', action: 'lose-answer' });
    const second = await fixture.store.replace(bucket, name, 'two', json, first.generation);
    expect(fault.consumed).toBe(1);
    expect(await fixture.store.read(bucket, name)).toEqual({
      body: 'two',
      generation: second.generation,
    });
  });

  test('that is never answered counts as created when it is there', async () => {
    const lost = fixture.server.faults.inject({ on: 'insert', action: 'lose-answer' });
    const down = fixture.server.faults.inject({ on: 'insert', action: { status: 503 }, times: 5 });
    await expect(fixture.store.create(bucket, name, 'x', json)).resolves.toMatchObject({ name });
    expect([lost.consumed, down.consumed]).toEqual([1, 5]);
  });

  test('that never arrives is a retryable error', async () => {
    const fault = fixture.server.faults.inject({ on: 'insert', action: { status: 503 }, times: 9 });
    await expect(fixture.store.create(bucket, name, 'x', json)).rejects.toMatchObject({
      code: 'GCS_UPLOAD_ERROR',
      retryable: true,
      cause: { code: 503 },
    });
    expect(fault.consumed).toBe(6);
    expect(await fixture.store.read(bucket, name)).toBeUndefined();
  });

  test('whose lost predecessor was replaced by another writer is refused', async () => {
    await fixture.store.create(bucket, name, 'foreign', json);
    const fault = fixture.server.faults.inject({ on: 'insert', action: { status: 503 } });
    await expect(fixture.store.replace(bucket, name, 'ours', json, '0')).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: `The object ${name} was changed by another writer.`,
    });
    expect(fault.consumed).toBe(1);
  });

  test('is not called ours when reading it back fails', async () => {
    await fixture.store.create(bucket, name, 'x', json);
    const fault = fixture.server.faults.inject({ on: 'get', action: { status: 503 }, times: 6 });
    await expect(fixture.store.create(bucket, name, 'x', json)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(fault.consumed).toBe(6);
  });

  test('is written again when the request stalls', async () => {
    await restart({ stallMs: 200 });
    const fault = fixture.server.faults.inject({ on: 'insert', action: 'stall' });
    await expect(fixture.store.create(bucket, name, 'x', json)).resolves.toMatchObject({ name });
    expect(fault.consumed).toBe(1);
  });

  test('that is damaged on its way is refused by its checksum and leaves nothing', async () => {
    const fault = fixture.server.faults.inject({ on: 'insert', action: 'corrupt' });
    await expect(fixture.store.create(bucket, name, 'x', json)).rejects.toThrow();
    expect(fault.consumed).toBe(1);
    expect(await fixture.store.read(bucket, name)).toBeUndefined();
  });

  test.each(['stall', 'lose-answer', { status: 500 }] as const)(
    'is read in spite of %j',
    async (action) => {
      await restart({ stallMs: 200 });
      await fixture.store.create(bucket, name, 'x'.repeat(300_000), json);
      const fault = fixture.server.faults.inject({ on: 'media', action });
      const read = await fixture.store.read(bucket, name);
      expect(read?.body).toHaveLength(300_000);
      expect(fault.consumed).toBe(1);
    },
  );

  test.each(['stall', 'lose-answer', { status: 500 }] as const)(
    'is opened in spite of %j',
    async (action) => {
      await restart({ stallMs: 200 });
      await fixture.store.create(bucket, name, 'x', json);
      const fault = fixture.server.faults.inject({ on: 'media', action });
      const content = await fixture.store.open(bucket, name, never);
      expect(Buffer.concat(await Array.fromAsync(content ?? [])).toString()).toBe('x');
      expect(fault.consumed).toBe(1);
    },
  );

  test('that was damaged in the bucket ends before its last piece', async () => {
    await fixture.store.create(bucket, name, 'x'.repeat(300_000), json);
    writeFileSync(join(fixture.dir, bucket, name), `y${'x'.repeat(299_999)}`);
    const content = await fixture.store.open(bucket, name, never);
    let received = 0;
    const reading = async () => {
      for await (const piece of content ?? []) received += piece.length;
    };
    await expect(reading()).rejects.toThrow('damaged');
    expect(received).toBeLessThan(300_000);
  });

  test('is not kept open for a reader who has stopped taking it', async () => {
    await fixture.store.create(bucket, name, 'x'.repeat(32_000_000), json);
    const content = await fixture.storeWith({ stallMs: 200 }).open(bucket, name, never);
    let received = 0;
    const reading = async () => {
      for await (const piece of content ?? []) {
        if (received === 0) await delay(600);
        received += piece.length;
      }
    };
    await expect(reading()).rejects.toThrow();
    expect(received).toBeLessThan(32_000_000);
  });

  test('that nobody reads any more is let go', async () => {
    await fixture.store.create(bucket, name, 'x'.repeat(8_000_000), json);
    const gone = new AbortController();
    const content = await fixture.store.open(bucket, name, gone.signal);
    gone.abort();
    await expect(Array.fromAsync(content ?? [])).rejects.toThrow();
  });

  test('is deleted when the first answer was lost', async () => {
    const { generation } = await fixture.store.create(bucket, name, 'x', json);
    const fault = fixture.server.faults.inject({ on: 'delete', action: 'lose-answer' });
    await fixture.store.remove(bucket, name, generation);
    expect(fault.consumed).toBe(1);
    expect(await fixture.store.read(bucket, name)).toBeUndefined();
  });

  test('that may not be deleted says which right is missing', async () => {
    const { generation } = await fixture.store.create(bucket, name, 'x', json);
    fixture.server.faults.inject({ on: 'delete', action: { status: 403 } });
    await expect(fixture.store.remove(bucket, name, generation)).rejects.toMatchObject({
      code: 'GCS_ERROR',
      retryable: false,
      message: `Our service account may not delete from the bucket ${bucket}: grant it roles/storage.objectAdmin there.`,
    });
  });
});

describe('a list', () => {
  test('of several pages goes on after a page that failed', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `list/${index}`);
    for (const each of names) await fixture.store.create(bucket, each, each, json);
    const fault = fixture.server.faults.inject({ on: 'list', action: { status: 503 }, after: 1 });
    const listed = await Array.fromAsync(fixture.store.list(bucket, 'list/'));
    expect(listed.map((object) => object.name)).toEqual(names);
    expect(fault.consumed).toBe(1);
  });
});

describe('cancelling an upload', () => {
  test.each([{ status: 503 }, 'lose-answer', 'stall'] as const)(
    'is repeated after %j, until the session cannot create its object',
    async (action) => {
      await restart({ stallMs: 200 });
      const uri = await fixture.store.beginUpload(bucket, name, json);
      const fault = fixture.server.faults.inject({ on: 'cancel', action });
      await fixture.store.cancelUpload(uri);
      expect(fault.consumed).toBe(1);
      expect((await put(uri)).status).toBe(499);
    },
  );

  test('accepts a session that nobody knows any more', async () => {
    const uri = await fixture.store.beginUpload(bucket, name, json);
    const unknown = new URL(uri);
    unknown.searchParams.set('upload_id', 'forgotten');
    await expect(fixture.store.cancelUpload(unknown.href)).resolves.toBeUndefined();
  });

  test.each([true, false])('that is refused is over when the object exists: %s', async (exists) => {
    const uri = await fixture.store.beginUpload(bucket, name, json);
    if (exists) await put(uri);
    fixture.server.faults.inject({ on: 'cancel', action: { status: 400 } });
    const cancelled = fixture.store.cancelUpload(uri);
    if (exists) await expect(cancelled).resolves.toBeUndefined();
    else await expect(cancelled).rejects.toMatchObject({ code: 'GCS_ERROR', retryable: false });
  });

  test('fails when it cannot be known', async () => {
    const uri = await fixture.store.beginUpload(bucket, name, json);
    const fault = fixture.server.faults.inject({ on: 'cancel', action: { status: 503 }, times: 9 });
    await expect(fixture.store.cancelUpload(uri)).rejects.toMatchObject({
      code: 'GCS_ERROR',
      retryable: true,
    });
    expect(fault.consumed).toBe(6);
  });
});

describe('a bucket', () => {
  test.each([
    [401, 'Check the service account or the application-default credentials'],
    [403, 'grant it roles/storage.objectAdmin'],
    [400, 'HTTP 400'],
  ])('that answers %i fails the check at once, saying what to do', async (status, advice) => {
    const fault = fixture.server.faults.inject({ on: 'list', action: { status }, times: 2 });
    await expect(fixture.store.checkBucket(bucket)).rejects.toMatchObject({
      code: 'GCS_ERROR',
      retryable: false,
      message: expect.stringContaining(advice),
    });
    expect(fault.consumed).toBe(1);
  });

  test('that cannot be reached fails retryably, naming no host', async () => {
    const { store } = fixture;
    await fixture.close();
    fixture = await startFixture();
    const error = await store.checkBucket(bucket).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'GCS_ERROR', retryable: true, cause: expect.any(Error) });
    expect((error as Error).message).not.toMatch(/127\.0\.0\.1|http/);
  });
});

/** A whole upload in one request. */
function put(uri: string): Promise<Response> {
  const headers = { 'content-range': 'bytes 0-0/1' };
  return fetch(uri, { method: 'PUT', headers, body: 'x' });
}
