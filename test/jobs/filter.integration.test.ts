import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../shared/domain/job.ts';
import { type JobFixture, startJobFixture } from '../support/job-fixture.ts';
import { loadFile } from '../support/load-job.ts';

let fixture: JobFixture;

beforeAll(async () => {
  fixture = await startJobFixture();
  fixture.database.createTable({
    owner: 'HR',
    name: 'PEOPLE',
    comment: 'Who works here',
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 10, scale: 0, nullable: false },
      { name: 'COUNTRY', type: 'CHAR', length: 3 },
      { name: 'HIRED', type: 'TIMESTAMP WITH TIME ZONE', scale: 3 },
      { name: 'PAY', type: 'NUMBER' },
    ],
    columnComments: { COUNTRY: 'ISO 3166-1' },
  });
  const rows = Array.from({ length: 2_500 }, (_, index) => [
    index + 1,
    ['DE', 'FR', null][index % 3] ?? null,
    `20${String(index % 50).padStart(2, '0')}-06-30T23:30:00.5-02:00`,
    `${index}.000000000000000000001`,
  ]);
  fixture.database.insert('HR', 'PEOPLE', rows);
});
afterAll(() => fixture.close());

const people = { owner: 'HR', table: 'PEOPLE', columns: ['ID'] };

test('the rows that are exported are those that Oracle counts and that the conditions choose', async () => {
  const where = [
    { column: 'COUNTRY', op: 'in', value: ['FR', 'PL'] },
    // An offset away the day is another one.
    { column: 'HIRED', op: '>=', value: '2030-07-01T01:30:00.500Z' },
    { column: 'PAY', op: '!=', value: '1.000000000000000000001' },
  ];
  const job = await fixture.enqueue([{ ...people, where }]);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  const expected = Array.from({ length: 2_500 }, (_, index) => index)
    .filter((index) => index % 3 === 1 && index % 50 >= 30)
    .map((index) => ({ ID: index + 1 }));
  expect(await fixture.rows(job, 'HR', 'PEOPLE')).toEqual(expected);
  const manifest = await readJson(job, '_manifest.json');
  const { length } = expected;
  expect(manifest.tables).toMatchObject([{ rows: length, verified_rows: length }]);
});

test('conditions that choose nothing leave a table without parts and without load jobs', async () => {
  const where = [
    { column: 'COUNTRY', op: 'is_null' },
    { column: 'COUNTRY', op: '!=', value: 'DE' },
  ];
  const job = await fixture.enqueue([{ ...people, where }]);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(await fixture.files(job)).toEqual([
    'HR.PEOPLE/_load.json',
    'HR.PEOPLE/_schema.json',
    '_SUCCESS',
    '_manifest.json',
  ]);
  expect(await readJson(job, 'HR.PEOPLE/_load.json')).toEqual({ requests: [] });
});

test('conditions that do not fit the table fail the job before anything is written', async () => {
  const where = [
    { column: 'HIRED', op: '=', value: '2030-07-01' },
    { column: 'ID', op: 'like', value: '1%' },
  ];
  const unknown = [{ column: 'id', op: 'is_null' }];
  for (const [conditions, code, message] of [
    [where, 'VALIDATION_ERROR', 'HIRED =: "2030-07-01" is not a time with its offset'],
    [unknown, 'TABLE_NOT_FOUND', 'HR.PEOPLE has no column id'],
  ] as const) {
    const job = await fixture.enqueue([{ ...people, where: conditions }]);
    expect(await fixture.run(job)).toBe('FAILED');
    const { job: failed } = await fixture.detail(job);
    expect(failed.error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await fixture.files(job)).toEqual([]);
  }
});

test('load jobs name the committed parts and the schema beside them, which bears the comments', async () => {
  const destination = { prefix: 'exports', dataset: 'my-project.hr' };
  const job = await fixture.enqueue(['HR.PEOPLE'], {
    destination,
    options: { number_default: 'BIGNUMERIC', time_zones: 'region' },
  });
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  const schema = await readJson(job, 'HR.PEOPLE/_schema.json');
  expect(schema.description).toBe('Who works here');
  expect(schema.fields).toEqual([
    { name: 'ID', type: 'INT64', mode: 'REQUIRED' },
    { name: 'COUNTRY', type: 'STRING', mode: 'NULLABLE', description: 'ISO 3166-1' },
    { name: 'HIRED', type: 'TIMESTAMP', mode: 'NULLABLE' },
    { name: 'HIRED__tz', type: 'STRING', mode: 'NULLABLE' },
    { name: 'PAY', type: 'BIGNUMERIC', mode: 'NULLABLE' },
  ]);
  const manifest = await readJson(job, '_manifest.json');
  const [{ load, parts }] = manifest.tables;
  const { requests } = loadFile.parse(await readJson(job, load));
  expect(requests.map(({ configuration }) => configuration.load)).toMatchObject([
    {
      destinationTable: { projectId: 'my-project', datasetId: 'hr', tableId: 'PEOPLE' },
      sourceUris: [`gs://${job.output.bucket}/${job.output.prefix}${parts[0].name}`],
      schema: { fields: schema.fields },
      writeDisposition: 'WRITE_TRUNCATE',
    },
  ]);
});

async function readJson(job: Job, name: string) {
  return JSON.parse(String(await fixture.read(job, name)));
}
