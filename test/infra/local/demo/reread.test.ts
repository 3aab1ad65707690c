import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Storage } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReader, type ManifestPart } from '../../../../infra/local/demo/reread.ts';
import { type GcsServer, startGcs } from '../../../../infra/local/gcs/server.ts';

const BUCKET = 'exports';
const PREFIX = 'demo/v000001-abcdefgh/';
let dir: string;
let gcs: GcsServer;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'reread-'));
  gcs = await startGcs({ dir, buckets: [BUCKET] });
});

afterAll(async () => {
  await gcs.close();
  rmSync(dir, { recursive: true });
});

describe('readTable', () => {
  it('finds nothing wrong with parts that are as the manifest says', async () => {
    const part = await upload('A.T/good', '{"N":1}\n{"N":2}\n', 2);
    const table = await read([part], 2);
    expect(table).toMatchObject({ problems: [], bytes: part.bytes });
  });

  it('tells a part with other rows than the manifest says', async () => {
    const part = await upload('A.T/short', '{"N":1}\n', 2);
    expect((await read([part], 2)).problems).toEqual(['A.T/short: rows 1, not 2']);
  });

  it('tells a part with other bytes than the manifest says', async () => {
    const part = await upload('A.T/other', '{"N":1}\n', 1);
    const { problems } = await read([{ ...part, crc32c: 'AAAAAA==', bytes: 7 }], 1);
    expect(problems).toEqual([
      `A.T/other: bytes ${part.bytes}, not 7`,
      `A.T/other: CRC32C ${part.crc32c}, not AAAAAA==`,
    ]);
  });

  it('tells a table whose rows are not the sum of its parts, or not those that Oracle counted', async () => {
    expect((await read([], 3, 3)).problems).toEqual(['A.T: its parts hold 0 rows']);
    expect((await read([], 0, 3)).problems).toEqual(['A.T: Oracle counted 3 rows, not 0']);
  });

  it.each([
    ['a line that is no JSON', '{"N":1\n'],
    ['a line that is no object', '1\n'],
    ['a last line that is cut', '{"N":1}'],
  ])('refuses %s', async (what, body) => {
    const part = await upload(`A.T/${what.length}`, body, 1);
    await expect(read([part], 1)).rejects.toThrow();
  });

  it('refuses another generation of a part', async () => {
    const part = await upload('A.T/newer', '{"N":1}\n', 1);
    await expect(read([{ ...part, generation: '1' }], 1)).rejects.toThrow('No such object');
  });
});

it('reads the manifest and counts all objects of the job', async () => {
  await save(`${PREFIX}_manifest.json`, Buffer.from('{"scn":"7","tables":[]}'));
  await save(`${PREFIX}other/x`, Buffer.from('{}'));
  await save('elsewhere/_manifest.json', Buffer.from('{}'));
  const reader = createReader(gcs.url, BUCKET, `${PREFIX}other/`);
  expect(await createReader(gcs.url, BUCKET, PREFIX).manifest()).toEqual({ scn: '7', tables: [] });
  expect(await reader.countObjects()).toBe(1);
});

function read(parts: ManifestPart[], rows: number, verified_rows = rows) {
  const reader = createReader(gcs.url, BUCKET, PREFIX);
  return reader.readTable({ owner: 'A', table: 'T', rows, verified_rows, parts });
}

async function upload(name: string, text: string, rows: number): Promise<ManifestPart> {
  const metadata = await save(PREFIX + name, gzipSync(text));
  const { size, crc32c, generation } = metadata;
  return {
    name,
    rows,
    bytes: Number(size),
    crc32c: String(crc32c),
    generation: String(generation),
  };
}

async function save(name: string, body: Buffer) {
  const file = new Storage({ apiEndpoint: gcs.url, projectId: 'local' }).bucket(BUCKET).file(name);
  await file.save(body, { resumable: true, chunkSize: 262_144, contentType: 'application/gzip' });
  return (await file.getMetadata())[0];
}
