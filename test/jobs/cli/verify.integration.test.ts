import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkOutput } from '../../../jobs/cli/check-output.ts';
import { openOutput } from '../../../jobs/cli/output.ts';
import type { Job } from '../../../shared/domain/job.ts';
import { fillTable, type JobFixture, startJobFixture } from '../../support/job-fixture.ts';

/** What a job really writes, read by what a consumer really runs. */

let fixture: JobFixture;
let job: Job;
beforeAll(async () => {
  fixture = await startJobFixture({ ORAFERRY_MIN_SPLIT_BYTES: '1' });
  fillTable(fixture.database, 'HR', 'PEOPLE', 5_000);
  fillTable(fixture.database, 'HR', 'a b %.c', 3);
  fillTable(fixture.database, 'HR', 'EMPTY', 0);
  const tables = ['PEOPLE', 'a b %.c', 'EMPTY'].map((table) => ({ owner: 'HR', table }));
  job = await fixture.enqueue([...tables, 'HR.MISSING']);
  await fixture.run(job);
});
afterAll(() => fixture.close());

test('a job that succeeded in part is intact, in the bucket and in a copy of it', async () => {
  const { bucket, prefix } = job.output;
  const inBucket = await check(`gs://${bucket}/${prefix}_manifest.json`);
  expect(inBucket).toMatchObject({
    job_id: job.id,
    state: 'PARTIALLY_SUCCEEDED',
    intact: true,
    problems: [],
    failed: ['HR.MISSING'],
  });
  expect(inBucket?.tables).toMatchObject([
    { table: 'PEOPLE', rows: 5_000, verified_rows: 5_000, problems: [] },
    { table: 'a b %.c', rows: 3, problems: [] },
    { table: 'EMPTY', rows: 0, parts: 0, problems: [] },
  ]);
  const copy = await check(join(fixture.folder(job), '_manifest.json'));
  expect(copy).toEqual({ ...inBucket, manifest: copy?.manifest });
});

test('a job that succeeded is intact, and so is what lies beside it: nothing', async () => {
  const whole = await fixture.enqueue(['HR.PEOPLE', 'HR.EMPTY']);
  expect(await fixture.run(whole)).toBe('SUCCEEDED');
  const { bucket, prefix } = whole.output;
  const findings = await check(`gs://${bucket}/${prefix}_manifest.json`);
  expect(findings).toMatchObject({ state: 'SUCCEEDED', intact: true, failed: [] });
});

function check(manifest: string) {
  const output = openOutput(manifest, fixture.context.config.gcs.api_endpoint);
  return output && checkOutput(output);
}
