import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Storage } from '@google-cloud/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GcsServer, startGcs } from '../../../../infra/local/gcs/server.ts';

const quantum = 256 * 1024;
const bucket = 'exports';

let dir: string;
let server: GcsServer;
let storage: Storage;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'oraferry-gcs-'));
  server = await startGcs({ dir, buckets: [bucket, 'other'] });
  storage = new Storage({ apiEndpoint: server.url, projectId: 'p' });
});
afterEach(async () => {
  await server.close();
  await rm(dir, { recursive: true });
});

function api(path: string, init: RequestInit = {}) {
  return fetch(`${server.url}${path}`, { redirect: 'manual', ...init });
}

function insert(name: string, body: string, query = '') {
  const target = `name=${encodeURIComponent(name)}&uploadType=media${query}`;
  return api(`/upload/storage/v1/b/${bucket}/o?${target}`, { method: 'POST', body });
}

async function jsonOf(answer: Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await answer).json()) as Record<string, unknown>;
}

async function begin(name = 'part', query = ''): Promise<string> {
  const target = `uploadType=resumable&name=${name}${query}`;
  const answer = await api(`/upload/storage/v1/b/${bucket}/o?${target}`, { method: 'POST' });
  return answer.headers.get('location') ?? '';
}

async function put(uri: string, range: string, body = '') {
  const headers = { 'content-range': `bytes ${range}` };
  const answer = await fetch(uri, { method: 'PUT', headers, body, redirect: 'manual' });
  const { generation, error } = JSON.parse((await answer.text()) || '{}');
  return { status: answer.status, range: answer.headers.get('range'), generation, error };
}

describe('the unmodified client', () => {
  test('uploads resumably in chunks, lists, downloads and deletes', async () => {
    const file = storage.bucket(bucket).file('a/b c.bin');
    const content = randomBytes(2 * quantum + 77);
    const options = { chunkSize: quantum, metadata: { contentType: 'application/gzip' } };
    await pipeline([content], file.createWriteStream(options));
    expect(await readFile(join(dir, bucket, 'a/b c.bin'))).toEqual(content);
    const [files] = await storage.bucket(bucket).getFiles({ prefix: 'a/' });
    expect(files.map(({ name, metadata }) => [name, metadata.contentType])).toEqual([
      ['a/b c.bin', 'application/gzip'],
    ]);
    const [downloaded] = await storage.bucket(bucket).file('a/b c.bin').download({ end: 9 });
    expect(downloaded).toEqual(content.subarray(0, 10));
    await file.delete();
    expect(await file.exists()).toEqual([false]);
  });

  test('is refused with Google’s errors', async () => {
    await expect(storage.bucket('unknown').getMetadata()).rejects.toMatchObject({
      code: 404,
      message: 'The specified bucket does not exist.',
      errors: [{ reason: 'notFound', domain: 'global' }],
    });
    const file = storage.bucket(bucket).file('x');
    await file.save('1', { resumable: false });
    const again = { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } };
    await expect(file.save('2', again)).rejects.toMatchObject({ code: 412 });
    await expect(file.delete({ ifGenerationMatch: 1 })).rejects.toMatchObject({ code: 412 });
    expect((await storage.bucket(bucket).getMetadata())[0].name).toBe(bucket);
  });

  test('finds a list cut into pages complete', async () => {
    await server.close();
    server = await startGcs({ dir, buckets: [bucket], pageSize: 2 });
    for (const name of ['c', 'a', 'e', 'b', 'd']) await insert(name, name);
    const { items, nextPageToken } = await jsonOf(api(`/storage/v1/b/${bucket}/o`));
    expect(items).toHaveLength(2);
    expect(nextPageToken).toBe('2');
    const client = new Storage({ apiEndpoint: server.url, projectId: 'p' });
    const [files] = await client.bucket(bucket).getFiles();
    expect(files.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('a resumable session', () => {
  test('keeps whole 256 KiB of an unfinished upload and says so', async () => {
    const uri = await begin();
    expect(await put(uri, '*/*')).toMatchObject({ status: 308, range: null });
    const answer = await put(uri, `0-${quantum + 99}/*`, 'x'.repeat(quantum + 100));
    expect(answer).toMatchObject({ status: 308, range: `bytes=0-${quantum - 1}` });
    expect(await put(uri, '*/*')).toMatchObject({ status: 308, range: `bytes=0-${quantum - 1}` });
  });

  test('skips bytes that it has, and refuses a gap', async () => {
    const uri = await begin();
    await put(uri, `0-${quantum - 1}/*`, 'a'.repeat(quantum));
    expect(await put(uri, `${quantum + 5}-${quantum + 5}/*`, 'x')).toMatchObject({ status: 400 });
    const overlap = `${'b'.repeat(10)}cd`;
    const range = `${quantum - 10}-${quantum + 1}/${quantum + 2}`;
    expect(await put(uri, range, overlap)).toMatchObject({ status: 200 });
    expect(await readFile(join(dir, bucket, 'part'), 'utf8')).toBe(`${'a'.repeat(quantum)}cd`);
  });

  test('tells the object to whoever asks again', async () => {
    const uri = await begin();
    const done = await put(uri, '0-2/3', 'abc');
    expect(done).toMatchObject({ status: 200, generation: expect.stringMatching(/^\d+$/) });
    expect(await put(uri, '*/3')).toEqual(done);
    expect(await put(uri, '0-2/3', 'abc')).toEqual(done);
    expect((await fetch(uri, { method: 'DELETE' })).status).toBe(410);
    expect(await readFile(join(dir, bucket, 'part'), 'utf8')).toBe('abc');
  });

  test('completes an upload whose bytes are all there when it is asked with the size', async () => {
    const uri = await begin();
    await put(uri, `0-${quantum - 1}/*`, 'a'.repeat(quantum));
    expect(await put(uri, `*/${quantum}`)).toMatchObject({ status: 200 });
  });

  test('that was cancelled never creates its object', async () => {
    const uri = await begin();
    await put(uri, `0-${quantum - 1}/*`, 'a'.repeat(quantum));
    expect((await fetch(uri, { method: 'DELETE' })).status).toBe(499);
    expect(await put(uri, `*/${quantum}`)).toMatchObject({ status: 499 });
    expect(await put(uri, `${quantum}-${quantum}/${quantum + 1}`, 'b')).toMatchObject({
      status: 499,
    });
    expect(await readdir(join(dir, bucket))).toEqual([]);
  });

  test('cancelled while its last bytes arrive does not create its object', async () => {
    const uri = await begin();
    const answered = new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(uri, {
        method: 'PUT',
        headers: {
          'content-range': `bytes 0-${quantum}/${quantum + 1}`,
          'content-length': quantum + 1,
        },
      });
      outgoing.on('error', reject).on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      outgoing.write('a'.repeat(quantum), () => {
        fetch(uri, { method: 'DELETE' }).then(() => outgoing.end('b'), reject);
      });
    });
    expect(await answered).toBe(499);
    expect(await readdir(join(dir, bucket))).toEqual([]);
  });

  test('checks its precondition at the end, and is dead when that fails', async () => {
    const uri = await begin('part', '&ifGenerationMatch=0');
    await insert('part', 'foreign');
    expect(await put(uri, '0-0/1', 'x')).toMatchObject({
      status: 412,
      error: { errors: [{ reason: 'conditionNotMet' }] },
    });
    expect(await put(uri, '*/1')).toMatchObject({ status: 410 });
    expect(await readFile(join(dir, bucket, 'part'), 'utf8')).toBe('foreign');
  });

  test('that nobody began is not found', async () => {
    const uri = (await begin()).replace(/upload_id=.*/, 'upload_id=none');
    expect(await put(uri, '*/*')).toMatchObject({ status: 404 });
  });
});

describe('an object', () => {
  test('gets a higher generation with every write, and is replaced only at the expected one', async () => {
    const first = await jsonOf(insert('x', '1'));
    const second = await jsonOf(insert('x', '2', `&ifGenerationMatch=${first['generation']}`));
    expect(Number(second['generation'])).toBeGreaterThan(Number(first['generation']));
    expect((await insert('x', '3', `&ifGenerationMatch=${first['generation']}`)).status).toBe(412);
    const stale = await api(`/storage/v1/b/${bucket}/o/x?generation=${first['generation']}`);
    expect(stale.status).toBe(404);
  });

  test('has the checksum of the published test vector', async () => {
    // https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4: 32 bytes of zeroes give aa 36 91 8a, least byte first.
    const resource = await jsonOf(insert('zeroes', '\0'.repeat(32)));
    expect(Buffer.from(String(resource['crc32c']), 'base64').toString('hex')).toBe('8a9136aa');
  });

  test('with another checksum than its content is refused', async () => {
    const boundary = 'cut';
    const metadata = JSON.stringify({ name: 'x', crc32c: 'AAAAAA==' });
    const parts = [metadata, 'content'].map((part) => `--${boundary}\r\na: b\r\n\r\n${part}\r\n`);
    const answer = await api(`/upload/storage/v1/b/${bucket}/o?uploadType=multipart`, {
      method: 'POST',
      headers: { 'content-type': `multipart/related; boundary=${boundary}` },
      body: `${parts.join('')}--${boundary}--`,
    });
    expect(answer.status).toBe(400);
    expect(await readdir(join(dir, bucket))).toEqual([]);
  });

  test.each(['../other/x', '/etc/x', 'a/../../x', '..', '.', 'a//b', 'a/', 'nul\0'])(
    'named %j is refused and touches nothing',
    async (name) => {
      expect((await insert(name, 'x')).status).toBe(400);
      const session = await api(
        `/upload/storage/v1/b/${bucket}/o?uploadType=resumable&name=${encodeURIComponent(name)}`,
        { method: 'POST' },
      );
      expect(session.status).toBe(400);
      expect(await readdir(join(dir, 'other'))).toEqual([]);
      expect(await readdir(join(dir, bucket))).toEqual([]);
    },
  );

  test('that does not exist cannot be read, whatever lies beside the bucket', async () => {
    await writeFile(join(dir, 'secret'), 'secret');
    for (const name of ['..%2Fsecret', '%2e%2e%2fsecret', '%2Fetc%2Fpasswd']) {
      expect((await api(`/storage/v1/b/${bucket}/o/${name}?alt=media`)).status).toBe(404);
    }
    expect((await api('/storage/v1/b/..%2F/o')).status).toBe(404);
  });

  test('cannot stand where a folder is needed', async () => {
    expect((await insert('a', 'x')).status).toBe(200);
    expect((await insert('a/b', 'x')).status).toBe(400);
  });
});

describe('the server', () => {
  test.each([
    ['GET', '/elsewhere', 404],
    ['PATCH', `/storage/v1/b/${bucket}`, 404],
    ['GET', `/storage/v1/b/${bucket}/o/%zz`, 400],
    ['PUT', `/upload/storage/v1/b/${bucket}/o?upload_id=x`, 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect((await api(path, { method })).status).toBe(status);
  });

  test('leaves nothing but objects in its folder when it closes', async () => {
    await put(await begin('unfinished'), `0-${quantum - 1}/*`, 'a'.repeat(quantum));
    await put(await begin('finished'), '0-0/1', 'x');
    await server.close();
    expect((await readdir(dir)).toSorted()).toEqual([bucket, 'other']);
    expect(await readdir(join(dir, bucket))).toEqual(['finished']);
    server = await startGcs({ dir, buckets: [bucket] });
  });

  test('refuses a port that is taken', async () => {
    const second = startGcs({ dir, buckets: [bucket], port: server.port });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
