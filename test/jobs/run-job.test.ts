import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillTable, type JobFixture, startJobFixture } from '../support/job-fixture.ts';

let fixture: JobFixture;

beforeAll(async () => {
  fixture = await startJobFixture();
  fillTable(fixture.database, 'HR', 'PEOPLE', 2_500);
  fillTable(fixture.database, 'HR', 'Odd Name.$#', 3);
  fillTable(fixture.database, 'HR', 'NOBODY', 0);
});
afterAll(() => fixture.close());

test('every table of a job travels into verified parts, then manifest, _SUCCESS and latest.json', async () => {
  const job = await fixture.enqueue([
    'HR.PEOPLE',
    { owner: 'HR', table: 'Odd Name.$#' },
    'HR.NOBODY',
  ]);
  expect(await fixture.run(job)).toBe('SUCCEEDED');

  expect(await fixture.files(job)).toEqual([
    'HR.NOBODY/_schema.json',
    'HR.Odd%20Name%2E$%23/_schema.json',
    'HR.Odd%20Name%2E$%23/part-00000-a1.jsonl.gz',
    'HR.PEOPLE/_schema.json',
    'HR.PEOPLE/part-00000-a1.jsonl.gz',
    '_SUCCESS',
    '_manifest.json',
  ]);
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
  const rows = await fixture.rows(job, 'HR', 'PEOPLE');
  expect(rows).toHaveLength(2500);
  expect(rows[2499]).toEqual({ ID: 2500, NAME: 'row 2500' });
  const latest = JSON.parse(String(await fixture.read(job, '../latest.json')));
  expect(latest).toMatchObject({ version: 1, prefix: job.output.prefix });
});

test('a second version lies beside the first and moves latest.json', async () => {
  const first = await fixture.enqueue(['HR.PEOPLE']);
  await fixture.run(first);
  const second = await fixture.execute(first.transportId);
  await fixture.run(second);
  expect(second.version).toBe(2);
  expect(await fixture.files(first)).toContain('_SUCCESS');
  expect(await fixture.files(second)).toContain('_SUCCESS');
  const latest = JSON.parse(String(await fixture.read(second, '../latest.json')));
  expect(latest).toMatchObject({ version: 2, job_id: second.id });
});
