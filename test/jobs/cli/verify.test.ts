import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Storage } from '@google-cloud/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GcsServer, startGcs } from '../../../infra/local/gcs/server.ts';
import { checkOutput } from '../../../jobs/cli/check-output.ts';
import { openOutput } from '../../../jobs/cli/output.ts';
import { createExport, type ExportFixture, lineOf } from './export-fixture.ts';

let made: ExportFixture;
beforeEach(async () => {
  made = await createExport();
});
afterEach(() => made.close());

const lines = (...text: string[]) => gzipSync(`${text.join('\n')}\n`);
const threeLines = [0, 1, 2].map(lineOf).join('');

describe('an export in a folder', () => {
  it('is intact when all is as the manifest says', async () => {
    const findings = await check(made.manifest);
    expect(findings).toMatchObject({ intact: true, problems: [], failed: [], listed: true });
    expect(findings.tables.map(({ table, rows, parts }) => [table, rows, parts])).toEqual([
      ['EMPLOYEES', 5, 2],
      ['A %', 4, 1],
      ['EMPTY', 0, 0],
    ]);
  });

  it('is intact with another member of gzip in a part, for they count as one content', async () => {
    const [first, second, third] = [0, 1, 2].map((id) => gzipSync(lineOf(id)));
    await made.rewritePart(
      Buffer.concat([first, second, third].filter((one) => one !== undefined)),
    );
    expect(await problems()).toEqual([]);
  });

  const damage: [string, () => Promise<void>, (string | RegExp)[]][] = [
    ['a missing part', () => made.remove(made.part), ['is missing']],
    [
      'a flipped bit',
      async () => {
        const body = await made.read(made.part);
        body[body.length - 6] = (body[body.length - 6] ?? 0) ^ 1;
        await made.write(made.part, body);
      },
      [/^CRC32C .{8}, not .{8}$/, 'the gzip stream is damaged (incorrect data check)'],
    ],
    [
      'a part that was cut off',
      async () => made.write(made.part, (await made.read(made.part)).subarray(0, -3)),
      [/^bytes \d+, not \d+$/, /^CRC32C/, 'the gzip stream is cut off'],
    ],
    [
      'a trailer that was never written',
      async () => made.rewritePart((await made.read(made.part)).subarray(0, -8)),
      ['the gzip stream is cut off'],
    ],
    ['an empty part', () => made.rewritePart(Buffer.alloc(0)), ['the gzip stream is cut off']],
    [
      'text behind the gzip stream',
      () => made.rewritePart(Buffer.concat([gzipSync(threeLines), Buffer.from('more')])),
      ['the gzip stream is damaged (incorrect header check)'],
    ],
    [
      'zeros behind the gzip stream, as a disk leaves them',
      () => made.rewritePart(Buffer.concat([gzipSync(threeLines), Buffer.alloc(600_000)])),
      ['600000 bytes follow the end of the gzip stream'],
    ],
    [
      'a part that was never compressed',
      () => made.rewritePart(Buffer.from(threeLines)),
      ['the gzip stream is damaged (incorrect header check)'],
    ],
    [
      'a row too few',
      () => made.rewritePart(gzipSync(lineOf(0) + lineOf(1))),
      ['rows 2, not 3', 'bytes uncompressed 56, not 84'],
    ],
    [
      'a line without its end',
      () => made.rewritePart(gzipSync(threeLines.slice(0, -1))),
      ['the last line has no line feed', 'rows 2, not 3', 'bytes uncompressed 83, not 84'],
    ],
    [
      'lines that are no objects',
      () => made.rewritePart(lines('[1]', 'null', '{"ID":')),
      ['line 1 and 2 more are not a JSON object', /^bytes uncompressed/],
    ],
    [
      'an empty line',
      () => made.rewritePart(gzipSync(`${lineOf(0)}\n${lineOf(1)}`)),
      ['line 2 is not a JSON object', /^bytes uncompressed/],
    ],
    [
      'a field too many, one too few and one of another name',
      () => made.rewritePart(lines('{"ID":1,"NAME":"a","X":1}', '{"ID":1}', '{"ID":1,"name":2}')),
      ['line 1 and 2 more are without exactly the fields of the schema', /^bytes uncompressed/],
    ],
    [
      'a line that is not UTF-8',
      () =>
        made.rewritePart(
          gzipSync(
            Buffer.concat([
              Buffer.from(lineOf(0) + lineOf(1)),
              Buffer.from('{"\xff":1}\n', 'latin1'),
            ]),
          ),
        ),
      ['line 3 is not UTF-8', /^bytes uncompressed/],
    ],
  ];

  it.each(damage)('with %s is not intact', async (_, spoil, expected) => {
    await spoil();
    const found = await problems();
    const ofPart = found.map((problem) => problem.replace(`${made.part}: `, ''));
    expect(ofPart).toEqual(
      expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
    );
    expect(found.every((problem) => problem.startsWith(`${made.part}: `))).toBe(true);
  });

  const disagreement: [string, () => Promise<void>, string[]][] = [
    [
      'rows that are not the sum of the parts',
      () => made.editManifest((manifest) => manifest.tables[0].parts.pop()),
      [
        'HR.EMPLOYEES: its parts hold 3 rows, not 5',
        'HR.EMPLOYEES/part-00001-a2.jsonl.gz: is not in the manifest',
      ],
    ],
    [
      'rows that Oracle did not count',
      () =>
        made.editManifest(({ tables }) => {
          tables[0].verified_rows = 6;
        }),
      ['HR.EMPLOYEES: Oracle counted 6 rows, not 5'],
    ],
    [
      'a part that is named twice',
      () =>
        made.editManifest(({ tables: [{ parts }] }) => {
          parts[1] = parts[0];
        }),
      [
        'HR.EMPLOYEES: its parts hold 6 rows, not 5',
        'HR.EMPLOYEES/part-00000-a1.jsonl.gz: the manifest names it more than once',
        'HR.EMPLOYEES/part-00001-a2.jsonl.gz: is not in the manifest',
      ],
    ],
    [
      'no schema',
      () => made.remove('HR.EMPTY/_schema.json'),
      ['HR.EMPTY/_schema.json: is missing'],
    ],
    [
      'a schema that is none',
      () => made.write('HR.EMPTY/_schema.json', '{"fields":{}}'),
      [
        'HR.EMPTY/_schema.json: The schema is not of the known form: fields: Invalid input: expected array, received object',
      ],
    ],
    ['no load jobs', () => made.remove('HR.EMPTY/_load.json'), ['HR.EMPTY/_load.json: is missing']],
    [
      'load jobs that are cut off',
      () => made.write('HR.EMPTY/_load.json', '{"requests"'),
      ['HR.EMPTY/_load.json: is no JSON'],
    ],
    [
      'no _SUCCESS',
      () => made.remove('_SUCCESS'),
      ['_SUCCESS: is missing, although the export succeeded'],
    ],
    [
      '_SUCCESS beside failed tables',
      () =>
        made.editManifest((manifest) => {
          manifest.state = 'PARTIALLY_SUCCEEDED';
        }),
      ['_SUCCESS: is there, although tables failed'],
    ],
    [
      'strays',
      async () => {
        await made.write('HR.EMPLOYEES/part-00000-a9.jsonl.gz', 'x');
        await made.write('notes.txt', 'x');
      },
      [
        'HR.EMPLOYEES/part-00000-a9.jsonl.gz: is not in the manifest',
        'notes.txt: is not in the manifest',
      ],
    ],
  ];

  it.each(disagreement)('with %s is not intact', async (_, spoil, expected) => {
    await spoil();
    expect(await problems()).toEqual(expected);
  });

  it('names the tables that the job itself reported as failed', async () => {
    await made.remove('_SUCCESS');
    await made.editManifest((manifest) => {
      manifest.state = 'PARTIALLY_SUCCEEDED';
      manifest.failed = [{ owner: 'HR', table: 'JOBS', error: null }];
    });
    expect(await check(made.manifest)).toMatchObject({ intact: true, failed: ['HR.JOBS'] });
  });

  it.each([
    ['is missing', () => made.remove('_manifest.json'), 'There is no manifest'],
    ['is cut off', () => made.write('_manifest.json', '{"job_id":'), 'The manifest is no JSON'],
    ['lacks a field', () => made.editManifest((manifest) => delete manifest.tables), 'tables'],
    [
      'names an object elsewhere',
      () =>
        made.editManifest(({ tables }) => {
          tables[0].schema = '../../etc/passwd';
        }),
      'is no name below the prefix',
    ],
  ])('cannot be read when its manifest %s', async (_, spoil, message) => {
    await spoil();
    await expect(check(made.manifest)).rejects.toThrow(message);
  });
});

describe('an export in a bucket', () => {
  let dir: string;
  let gcs: GcsServer;
  let storage: Storage;
  const manifest = 'gs://exports/a/nightly/v000012-3f9c01ab/_manifest.json';
  const prefix = 'a/nightly/v000012-3f9c01ab/';

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'oraferry-verify-'));
    gcs = await startGcs({ dir, buckets: ['exports'], pageSize: 3 });
    storage = new Storage({ apiEndpoint: gcs.url, projectId: 'p' });
    for (const name of made.names.filter((one) => one !== '_manifest.json')) await save(name);
    const generations = new Map<string, string>();
    const [files] = await storage.bucket('exports').getFiles();
    for (const { name, metadata } of files) generations.set(name, String(metadata.generation));
    await made.editManifest(({ tables }) => {
      for (const { parts } of tables) {
        for (const part of parts) part.generation = generations.get(prefix + part.name);
      }
    });
    await save('_manifest.json');
  });
  afterEach(async () => {
    await gcs.close();
    await rm(dir, { recursive: true });
  });

  async function save(name: string): Promise<void> {
    const file = storage.bucket('exports').file(prefix + name);
    await file.save(await made.read(name), { resumable: false });
  }

  it('is intact when all is as the manifest says', async () => {
    expect(await check(manifest, gcs.url)).toMatchObject({ intact: true, listed: true });
  });

  it('is not intact when another object took the place of a part, be it the same', async () => {
    await save(made.part);
    expect(await problems(manifest, gcs.url)).toEqual([
      expect.stringMatching(/a1\.jsonl\.gz: is of generation \d+, not \d+: another object took/),
    ]);
  });

  it('is not intact when a part is gone and a stray has come', async () => {
    await storage
      .bucket('exports')
      .file(prefix + made.part)
      .delete();
    await storage.bucket('exports').file(`${prefix}stray`).save('x', { resumable: false });
    expect(await problems(manifest, gcs.url)).toEqual([
      `${made.part}: is missing`,
      'stray: is not in the manifest',
    ]);
  });

  it('is read again where a connection broke or Cloud Storage was busy', async () => {
    const fault = gcs.faults.inject({ on: 'media', action: { status: 503 }, times: 2 });
    const lost = gcs.faults.inject({ on: 'media', action: 'lose-answer', after: 3 });
    expect(await problems(manifest, gcs.url)).toEqual([]);
    expect([fault.consumed, lost.consumed]).toEqual([2, 1]);
  });

  it('cannot be verified by one who may not read it', async () => {
    gcs.faults.inject({ on: 'media', action: { status: 403 } });
    await expect(check(manifest, gcs.url)).rejects.toMatchObject({ code: 'GCS_ERROR' });
  });
});

describe('an export behind a web server', () => {
  it('is read from beside its manifest, the query included; strays cannot be seen', async () => {
    await made.write('stray', 'x');
    const asked: string[] = [];
    let busy = 1;
    const server = createServer((request, response) => {
      const [path = '', query = ''] = (request.url ?? '').split('?');
      asked.push(query);
      const name = decodeURIComponent(path.replace('/x/', ''));
      if (name === made.part && busy-- > 0) response.writeHead(503).end();
      else {
        const send = (body: Buffer) => response.end(body);
        made.read(name).then(send, () => response.writeHead(404).end());
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x/_manifest.json?key=k`;
      expect(await check(url)).toMatchObject({ intact: true, listed: false });
      await made.remove(made.part);
      expect(await problems(url)).toEqual([`${made.part}: is missing`]);
      expect(new Set(asked)).toEqual(new Set(['key=k']));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

it.each([
  'ftp://host/_manifest.json',
  'gs://bucket/prefix/',
  'https://host/latest.json',
  'folder/',
])('%s names no manifest', (text) => {
  expect(openOutput(text, undefined)).toBeUndefined();
});

async function check(manifest: string, apiEndpoint?: string) {
  const output = openOutput(manifest, apiEndpoint);
  if (!output) throw new Error(`${manifest} names no manifest`);
  return checkOutput(output);
}

async function problems(manifest = made.manifest, apiEndpoint?: string): Promise<string[]> {
  const findings = await check(manifest, apiEndpoint);
  const all = [...findings.tables.flatMap((table) => table.problems), ...findings.problems];
  expect(findings.intact).toBe(all.length === 0);
  return all;
}
