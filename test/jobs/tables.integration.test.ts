import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { LocalColumn } from '../../infra/local/oracle/database.ts';
import { type JobFixture, startJobFixture } from '../support/job-fixture.ts';
import { openSourceDatabase, type SourceDatabase } from '../support/source-database.ts';

let source: SourceDatabase;
let owner: string;
let fixture: JobFixture;

const columns: LocalColumn[] = [
  { name: 'ID', type: 'NUMBER', precision: 10, scale: 0, nullable: false },
  { name: 'NAME', type: 'VARCHAR2', length: 100 },
];

beforeAll(async () => {
  source = await openSourceDatabase();
  owner = source.owner;
  fixture = await startJobFixture(source.environment);
  await createTable('PEOPLE', 2_500);
  await createTable('Odd Name.$#', 3);
  await createTable('NOBODY', 0);
  return close;
});

async function close(): Promise<void> {
  await fixture.close();
  await source.close();
}

async function createTable(name: string, rows: number): Promise<void> {
  await source.createTable({ name, columns });
  const ids = Array.from({ length: rows }, (_, index) => index + 1);
  await source.insert(
    name,
    ids.map((id) => [id, `row ${id}`]),
  );
}

test('every table of a job travels into verified parts, then manifest, _SUCCESS and latest.json', async () => {
  const odd = { owner, table: 'Odd Name.$#' };
  const job = await fixture.enqueue([`${owner}.PEOPLE`, odd, `${owner}.NOBODY`]);
  expect(await fixture.run(job)).toBe('SUCCEEDED');

  const files = [
    `${owner}.NOBODY/_load.json`,
    `${owner}.NOBODY/_schema.json`,
    `${owner}.Odd%20Name%2E$%23/_load.json`,
    `${owner}.Odd%20Name%2E$%23/_schema.json`,
    `${owner}.Odd%20Name%2E$%23/part-00000-a1.jsonl.gz`,
    `${owner}.PEOPLE/_load.json`,
    `${owner}.PEOPLE/_schema.json`,
    `${owner}.PEOPLE/part-00000-a1.jsonl.gz`,
    '_SUCCESS',
    '_manifest.json',
  ];
  expect(await fixture.files(job)).toEqual(files.toSorted());
  const manifest = JSON.parse(String(await fixture.read(job, '_manifest.json')));
  expect(manifest).toMatchObject({
    job_id: job.id,
    version: 1,
    state: 'SUCCEEDED',
    consistency: 'scn',
    tables: [
      { table: 'PEOPLE', rows: 2500, verified_rows: 2500 },
      { table: 'Odd Name.$#', rows: 3, verified_rows: 3 },
      { table: 'NOBODY', rows: 0, verified_rows: 0, parts: [] },
    ],
    failed: [],
  });
  const rows = await fixture.rows(job, owner, 'PEOPLE');
  expect(rows).toHaveLength(2500);
  expect(rows).toContainEqual({ ID: 2500, NAME: 'row 2500' });
  const latest = JSON.parse(String(await fixture.read(job, '../latest.json')));
  expect(latest).toMatchObject({ version: 1, prefix: job.output.prefix });
});

test('a second version lies beside the first and moves latest.json', async () => {
  const first = await fixture.enqueue([`${owner}.PEOPLE`]);
  await fixture.run(first);
  const second = await fixture.execute(first.transportId);
  await fixture.run(second);
  expect(second.version).toBe(2);
  expect(await fixture.files(first)).toContain('_SUCCESS');
  expect(await fixture.files(second)).toContain('_SUCCESS');
  const latest = JSON.parse(String(await fixture.read(second, '../latest.json')));
  expect(latest).toMatchObject({ version: 2, job_id: second.id });
});

test('tables that change all the while are exported as they were at one moment', async () => {
  await createTable('EARLIER', 1_000);
  await createTable('LATER', 1_000);
  const job = await fixture.enqueue([`${owner}.LATER`, `${owner}.EARLIER`]);
  const writer = startWriter();
  await fixture.run(job).finally(writer.stop);

  const [earlier = [], later = []] = await Promise.all(
    ['EARLIER', 'LATER'].map((table) => fixture.rows(job, owner, table)),
  );
  expect(await writer.written).toBeGreaterThan(later.length - 1_000);
  expect([0, 1]).toContain(earlier.length - later.length);
});

/** Adds rows one by one, each to EARLIER and then to LATER. */
function startWriter() {
  const stop = new AbortController();
  async function write(): Promise<number> {
    let id = 1_000;
    while (!stop.signal.aborted) {
      id++;
      await source.insert('EARLIER', [[id, 'new']]);
      await sleep(1);
      await source.insert('LATER', [[id, 'new']]);
      await sleep(1);
    }
    return id - 1_000;
  }
  return { written: write(), stop: () => stop.abort() };
}
