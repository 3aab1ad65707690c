import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createTaskContext, type TaskContext } from '../../jobs/context.ts';
import { runJob } from '../../jobs/run-job.ts';
import type { Job } from '../../shared/domain/job.ts';
import { fillTable, type JobFixture, startJobFixture } from '../support/job-fixture.ts';

let fixture: JobFixture;
const contexts: TaskContext[] = [];

beforeAll(async () => {
  fixture = await startJobFixture({ ORAFERRY_ATTEMPTS: '2' });
  fillTable(fixture.database, 'HR', 'PEOPLE', 10);
  fixture.database.createTable({
    owner: 'HR',
    name: 'PICTURES',
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 5, scale: 0 },
      { name: 'LINK', type: 'BFILE' },
    ],
  });
});
afterEach(() => Promise.all(contexts.splice(0).map((context) => context.close())));
afterAll(() => fixture.close());

test('a wrong password fails the job with what to do, and the password is in no record', async () => {
  const context = contextWith({ ORACLE_PASSWORD: 'not-the-password' });
  const job = await fixture.enqueue(['HR.PEOPLE']);
  expect(await fixture.run(job, context)).toBe('FAILED');
  const failed = await reasonOf(job);
  expect(failed.code).toBe('ORACLE_AUTHENTICATION_ERROR');
  expect(failed.message).toContain('ORA-01017');
  expect(JSON.stringify(failed)).not.toContain('not-the-password');
});

test('a listener that is down fails the job after the retries', async () => {
  const { faults } = fixture.backends.oracle;
  // A context of its own, because an open session would outlive the listener.
  const context = contextWith({});
  await faults.refuse(true);
  const job = await fixture.enqueue(['HR.PEOPLE']);
  expect(await fixture.run(job, context).finally(() => faults.refuse(false))).toBe('FAILED');
  expect((await reasonOf(job)).code).toBe('ORACLE_CONNECTION_ERROR');
});

test('unknown tables and unsupported columns fail their own tables, each named, and no other', async () => {
  const job = await fixture.enqueue(['HR.PEOPLE', 'HR.NOWHERE', 'hr.people', 'HR.PICTURES']);
  expect(await fixture.run(job)).toBe('PARTIALLY_SUCCEEDED');
  const { job: ended, extractions } = await fixture.detail(job);
  expect(extractions.map(({ result, error }) => [result?.state, error?.code])).toEqual([
    ['SUCCEEDED', undefined],
    ['FAILED', 'TABLE_NOT_FOUND'],
    ['FAILED', 'TABLE_NOT_FOUND'],
    ['FAILED', 'UNSUPPORTED_TYPE'],
  ]);
  expect(extractions[3]?.error?.message).toContain(
    'HR.PICTURES.LINK (BFILE). Name them in exclude_columns to export the rest.',
  );
  expect(ended.error?.message).toContain('3 of 4 tables failed; the first: ');
  expect(await fixture.rows(job, 'HR', 'PEOPLE')).toHaveLength(10);
  const manifest = JSON.parse(String(await fixture.read(job, '_manifest.json')));
  expect(manifest.failed).toMatchObject([
    { table: 'NOWHERE', error: { code: 'TABLE_NOT_FOUND' } },
    { table: 'people', error: { code: 'TABLE_NOT_FOUND' } },
    { table: 'PICTURES', error: { code: 'UNSUPPORTED_TYPE' } },
  ]);
});

test('when no table can be exported the job fails before a byte is written, all of them named', async () => {
  const job = await fixture.enqueue(['HR.NOWHERE', 'hr.people', 'HR.PICTURES']);
  expect(await fixture.run(job)).toBe('FAILED');
  const { message, details } = await reasonOf(job);
  expect(message).toContain('HR.NOWHERE');
  expect(message).toContain('hr.people');
  expect(message).toContain('LINK');
  const { problems } = details as { problems: { code: string }[] };
  expect(problems.map(({ code }) => code).toSorted()).toEqual([
    'TABLE_NOT_FOUND',
    'TABLE_NOT_FOUND',
    'UNSUPPORTED_TYPE',
  ]);
});

test('a job of thousands of unknown tables fails with the first of them named and the rest counted', async () => {
  const tables = Array.from({ length: 3_000 }, (_, index) => `NOT_GRANTED.TABLE_${index}`);
  const job = await fixture.enqueue(tables);
  expect(await fixture.run(job)).toBe('FAILED');
  const { message, details } = await reasonOf(job);
  expect(message).toContain('2980 more tables');
  expect(details).toMatchObject({ problems: { length: 20 }, problems_total: 3_000 });
});

test('a cancel ends a count that is under way', async () => {
  const stall = fixture.backends.oracle.faults.stallAfterRows(0, 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const running = fixture.run(job);
  await expect.poll(() => stall.consumed, { timeout: 10_000 }).toBe(1);
  await fixture.jobs.requestCancel('default', job.id);
  expect(await running).toBe('CANCELLED');
});

test('a task that is told to stop leaves a count that is under way', async () => {
  const stall = fixture.backends.oracle.faults.stallAfterRows(0, 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const stop = new AbortController();
  const stopped = runJob(fixture.context, job.id, stop.signal);
  await expect.poll(() => stall.consumed, { timeout: 10_000 }).toBe(1);
  stop.abort(new Error('SIGTERM'));
  await expect(stopped).rejects.toThrow('SIGTERM');
  expect(await fixture.run(job)).toBe('SUCCEEDED');
});

test('the way out of an unsupported type is to exclude the column', async () => {
  fixture.database.insert('HR', 'PICTURES', [[1, null]]);
  const table = { owner: 'HR', table: 'PICTURES', exclude_columns: ['LINK'] };
  const job = await fixture.enqueue([table]);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(await fixture.rows(job, 'HR', 'PICTURES')).toEqual([{ ID: 1 }]);
});

test('a bucket that does not exist fails the job before anything is read', async () => {
  const destination = { bucket: 'no-such-bucket' };
  const job = await fixture.enqueue(['HR.PEOPLE'], { destination });
  expect(await fixture.run(job)).toBe('FAILED');
  const { code, message } = await reasonOf(job);
  expect(code).toBe('GCS_ERROR');
  expect(message).toContain('no-such-bucket');
});

test('rule 8: one SCN per table when the transport says so', async () => {
  fillTable(fixture.database, 'HR', 'MORE', 5);
  const options = { snapshot: 'table' };
  const job = await fixture.enqueue(['HR.PEOPLE', 'HR.MORE'], { options });
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  const manifest = JSON.parse(String(await fixture.read(job, '_manifest.json')));
  expect(manifest).toMatchObject({ scn: null, consistency: 'scn-per-table' });
  expect(manifest.tables.map(({ scn }: { scn: string }) => scn)).toEqual([
    expect.stringMatching(/^\d+$/),
    expect.stringMatching(/^\d+$/),
  ]);
});

test('without verification nothing is counted, and the manifest says so', async () => {
  const job = await fixture.enqueue(['HR.PEOPLE'], { options: { verify: 'none' } });
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  const manifest = JSON.parse(String(await fixture.read(job, '_manifest.json')));
  expect(manifest.tables).toMatchObject([{ rows: 10, verified_rows: null }]);
});

function contextWith(environment: Record<string, string>): TaskContext {
  const context = createTaskContext({ ...fixture.env, ...environment });
  contexts.push(context);
  return context;
}

async function reasonOf(job: Job) {
  expect(await fixture.files(job)).toEqual([]);
  const { job: failed } = await fixture.detail(job);
  if (!failed.error) throw new Error('the job has no error');
  return failed.error;
}
