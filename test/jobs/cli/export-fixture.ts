import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { crc32c, encodeCrc32c } from '../../../infra/local/gcs/crc32c.ts';

/** An export as it lies in a bucket, made without the product's code, to be damaged by tests. */
export interface ExportFixture {
  readonly folder: string;
  readonly manifest: string;
  /** Names of all objects, relative to the prefix. */
  readonly names: readonly string[];
  /** The first part of the first table: three rows. */
  readonly part: string;
  write(name: string, content: string | Uint8Array): Promise<void>;
  read(name: string): Promise<Buffer>;
  remove(name: string): Promise<void>;
  /** Changes what the manifest says. */
  editManifest(edit: (manifest: EditedManifest) => void): Promise<void>;
  /** Puts another object in the part's place, of which the manifest knows bytes and CRC32C. */
  rewritePart(body: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests change the manifest in every way.
type EditedManifest = any;

const names = {
  employees: ['HR.EMPLOYEES/part-00000-a1.jsonl.gz', 'HR.EMPLOYEES/part-00001-a2.jsonl.gz'],
  odd: 'HR.A%20%25/part-00000-a1.jsonl.gz',
};

/** Two tables with rows, one of them with a name full of percent signs, and an empty one. */
export async function createExport(): Promise<ExportFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'oraferry-export-'));
  const files = exportFiles();
  const write = async (name: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  };
  for (const [name, content] of Object.entries(files)) await write(name, content);
  const part = names.employees[0] ?? '';
  const read = (name: string) => readFile(join(folder, name));
  const fixture: ExportFixture = {
    folder,
    manifest: join(folder, '_manifest.json'),
    names: Object.keys(files),
    part,
    write,
    read,
    remove: (name) => rm(join(folder, name)),
    async editManifest(edit) {
      const manifest = JSON.parse(String(await read('_manifest.json')));
      edit(manifest);
      await write('_manifest.json', JSON.stringify(manifest));
    },
    async rewritePart(body) {
      await write(part, body);
      await fixture.editManifest((manifest) => {
        Object.assign(manifest.tables[0].parts[0], digestOf(body));
      });
    },
    close: () => rm(folder, { recursive: true }),
  };
  return fixture;
}

function exportFiles(): Record<string, string | Uint8Array> {
  const employees = names.employees.map((name, index) => partOf(name, index === 0 ? 3 : 2));
  const odd = [partOf(names.odd, 4)];
  const tables = [
    tableOf('EMPLOYEES', 'HR.EMPLOYEES', employees),
    tableOf('A %', 'HR.A%20%25', odd),
    tableOf('EMPTY', 'HR.EMPTY', []),
  ];
  const manifest = {
    job_id: '3f9c01ab',
    transport: 'nightly',
    version: 12,
    state: 'SUCCEEDED',
    tables: tables.map(({ entry }) => entry),
    failed: [],
  };
  return {
    ...Object.fromEntries([...employees, ...odd].map(({ entry, body }) => [entry.name, body])),
    ...Object.assign({}, ...tables.map(({ files }) => files)),
    '_manifest.json': JSON.stringify(manifest),
    _SUCCESS: '',
  };
}

function partOf(name: string, rows: number) {
  const lines = Array.from({ length: rows }, (_, id) => lineOf(id)).join('');
  const body = gzipSync(lines);
  const sizes = { ...digestOf(body), bytes_uncompressed: Buffer.byteLength(lines) };
  return { body, entry: { name, rows, ...sizes, generation: '1' } };
}

/** A line of any table of the fixture. */
export function lineOf(id: number): string {
  return `${JSON.stringify({ ID: id, NAME: `żółw ${id}` })}\n`;
}

function digestOf(body: Uint8Array) {
  return { bytes: body.length, crc32c: encodeCrc32c(crc32c(body)) };
}

function tableOf(table: string, folder: string, parts: { readonly entry: { rows: number } }[]) {
  const rows = parts.reduce((sum, { entry }) => sum + entry.rows, 0);
  const entries = parts.map(({ entry }) => entry);
  const schema = `${folder}/_schema.json`;
  const load = `${folder}/_load.json`;
  const fields = [{ name: 'ID' }, { name: 'NAME' }];
  return {
    entry: { owner: 'HR', table, rows, verified_rows: rows, schema, load, parts: entries },
    files: { [schema]: JSON.stringify({ fields }), [load]: '{"requests":[]}' },
  };
}
