import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillTable, type JobFixture, startJobFixture } from '../support/job-fixture.ts';

let fixture: JobFixture;
beforeAll(async () => {
  fixture = await startJobFixture();
});
afterAll(() => fixture.close());

test('a synonym is exported under its own name, with the rows of the table behind it', async () => {
  const { database } = fixture;
  fillTable(database, 'HR', 'PEOPLE', 12);
  database.createSynonym({
    owner: 'PUBLIC',
    name: 'EVERYBODY',
    target: { owner: 'APP', name: 'staff' },
  });
  database.createSynonym({
    owner: 'APP',
    name: 'staff',
    target: { owner: 'HR', name: 'PEOPLE' },
  });
  const where = [{ column: 'ID', op: '<=', value: 10 }];
  const job = await fixture.enqueue([
    'PUBLIC.EVERYBODY',
    { owner: 'APP', table: 'staff', where },
    'HR.PEOPLE',
  ]);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(await fixture.rows(job, 'PUBLIC', 'EVERYBODY')).toHaveLength(12);
  expect(await fixture.rows(job, 'APP', 'staff')).toHaveLength(10);
  const manifest = JSON.parse(String(await fixture.read(job, '_manifest.json')));
  expect(manifest.tables).toMatchObject([
    { owner: 'PUBLIC', table: 'EVERYBODY', rows: 12, verified_rows: 12 },
    { owner: 'APP', table: 'staff', rows: 10, verified_rows: 10 },
    { owner: 'HR', table: 'PEOPLE', rows: 12, verified_rows: 12 },
  ]);
  expect(await fixture.files(job)).toContain('PUBLIC.EVERYBODY/_schema.json');
});

test('a synonym that leads nowhere fails the job with the reason', async () => {
  const target = { owner: 'X', name: 'Y' };
  fixture.database.createSynonym({ owner: 'HR', name: 'FAR', target: { ...target, link: 'MOON' } });
  fixture.database.createSynonym({ owner: 'HR', name: 'GONE', target });
  const job = await fixture.enqueue(['HR.FAR', 'HR.GONE']);
  expect(await fixture.run(job)).toBe('FAILED');
  const { error } = (await fixture.detail(job)).job;
  expect(error?.message).toContain('HR.FAR leads through the database link MOON');
  expect(error?.message).toContain('HR.GONE');
});

test('names with blanks, dots, $ # % and quotes, of any case, are exported', async () => {
  const names = ['Mixed Case', 'dot.ted', '$#%', "it's", 'ÄÖ 日本', 'a/b', 'per%2Fcent'];
  for (const name of names) fillTable(fixture.database, 'Odd Owner', name, 2);
  const tables = names.map((table) => ({ owner: 'Odd Owner', table }));
  const job = await fixture.enqueue(tables);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  for (const name of names) {
    expect(await fixture.rows(job, 'Odd Owner', name), name).toHaveLength(2);
  }
});
