import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Job } from '../../shared/domain/job.ts';
import { parseExact } from '../support/exact-json.ts';
import { type JobFixture, startJobFixture } from '../support/job-fixture.ts';
import { openSourceDatabase, type SourceDatabase } from '../support/source-database.ts';
import { refusalsOfRow, refusalsOfSchema } from './bigquery.ts';
import { type GoldenTable, goldenTables } from './golden/tables.ts';

// golden.md beside the files says of every line why it must be as it is.

let database: SourceDatabase;
let fixture: JobFixture;
let job: Job;

beforeAll(async () => {
  database = await openSourceDatabase();
  if (isOlder()) return () => database.close();
  for (const golden of goldenTables) await fill(golden);
  fixture = await startJobFixture(database.environment);
  job = await runJob({ time_zones: 'region' });
  return async () => {
    await fixture.close();
    await database.close();
  };
});
beforeEach((context) => context.skip(isOlder(), 'this database does not have every type'));

/** True for a real Oracle that has no BOOLEAN, JSON and VECTOR. */
function isOlder(): boolean {
  return database.isReal && database.release < 23;
}

async function fill({ table, rows }: GoldenTable): Promise<void> {
  await database.createTable(table);
  const values = rows.map((row) => table.columns.map(({ name }) => row[name] ?? null));
  await database.insert(table.name, values);
}

async function runJob(options: object): Promise<Job> {
  const tables = goldenTables.map(({ table }) => ({ owner: database.owner, table: table.name }));
  const queued = await fixture.enqueue(tables, { options });
  await fixture.run(queued);
  return (await fixture.detail(queued)).job;
}

async function manifestEntry(table: string) {
  const { tables } = JSON.parse(String(await fixture.read(job, '_manifest.json')));
  return tables.find((entry: { table: string }) => entry.table === table);
}

/** The parts of a table one after the other, as a consumer reads them. */
async function exportOf(table: string): Promise<string> {
  const { parts } = await manifestEntry(table);
  const bytes: Buffer[] = [];
  for (const { name } of parts) bytes.push(gunzipSync(await fixture.read(job, name)));
  return Buffer.concat(bytes).toString();
}

/** The schema, as if its table lay with the user of the local database. */
async function schemaOf(table: string): Promise<string> {
  const schema = String(await fixture.read(job, (await manifestEntry(table)).schema));
  return schema.replace(JSON.stringify(database.owner), '"FERRY"');
}

function golden(file: string): Promise<string> {
  return readFile(new URL(`golden/${file}`, import.meta.url), 'utf8');
}

describe.each([
  { table: 'GOLDEN', file: 'golden' },
  { table: 'Golden $2', file: 'golden-2' },
])('the export of "$table"', ({ table, file }) => {
  test('is what was written down for it by hand, byte for byte', async () => {
    expect(job.state).toBe('SUCCEEDED');
    expect(await exportOf(table)).toBe(await golden(`${file}.jsonl`));
  });

  test('has the schema that was written down for it', async () => {
    expect(await schemaOf(table)).toBe(await golden(`${file}.schema.json`));
  });

  test('is taken by BigQuery, row by row, with its schema', async () => {
    const { fields } = JSON.parse(await golden(`${file}.schema.json`));
    expect(refusalsOfSchema(fields)).toEqual([]);
    const lines = (await golden(`${file}.jsonl`)).trimEnd().split('\n');
    const rows = lines.map((line) => parseExact(line) as Parameters<typeof refusalsOfRow>[1]);
    expect(rows.flatMap((row) => refusalsOfRow(fields, row))).toEqual([]);
  });
});

test('a replaced character is counted in the manifest, by field', async () => {
  expect((await manifestEntry('GOLDEN')).replacements).toEqual({ WORDS: 1 });
  expect((await manifestEntry('Golden $2')).replacements).toEqual({});
});

test('with on_replacement "fail" it fails its table, and the other one is exported', async () => {
  const { state, outcome } = await runJob({ on_replacement: 'fail' });
  expect([state, outcome]).toEqual([
    'PARTIALLY_SUCCEEDED',
    expect.objectContaining({ state: 'PARTIALLY_SUCCEEDED' }),
  ]);
});
