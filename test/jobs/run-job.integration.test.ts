import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTaskContext } from '../../jobs/context.ts';
import { runJob } from '../../jobs/run-job.ts';
import { OraFerryError } from '../../shared/errors.ts';
import { createObjectStore } from '../../shared/gcs/store.ts';
import type { JobLedger } from '../../shared/ports/ledger.ts';
import { fillTable, type JobFixture, startJobFixture } from '../support/job-fixture.ts';

// Needs faults and rows of the past, which only the local server has; tables.integration.test.ts does not.
let fixture: JobFixture;

beforeAll(async () => {
  fixture = await startJobFixture();
  fillTable(fixture.database, 'HR', 'PEOPLE', 2_500);
  fillTable(fixture.database, 'HR', 'Odd Name.$#', 3);
  fillTable(fixture.database, 'HR', 'NOBODY', 0);
});
afterAll(() => fixture.close());

test('rows changed while the export runs do not show: the result is the state at the SCN', async () => {
  const { database } = fixture;
  fillTable(database, 'HR', 'LIVE', 5_000);
  const job = await fixture.enqueue(['HR.LIVE', 'HR.PEOPLE']);
  let changes = 0;
  const writer = setInterval(() => {
    changes++;
    database.insert('HR', 'LIVE', [[100_000 + changes, `new ${changes}`]]);
    database.update(
      'HR',
      'LIVE',
      ([id]) => id === String(changes),
      ([id]) => [id ?? null, 'changed'],
    );
    database.delete('HR', 'LIVE', ([id]) => id === String(5_000 - changes));
  }, 2);
  await fixture.run(job).finally(() => clearInterval(writer));

  const { job: done } = await fixture.detail(job);
  const scn = Number(done.scn);
  const expected = [...database.rowsAt('HR', 'LIVE', scn)].map(([id, name]) => ({
    ID: Number(id),
    NAME: name,
  }));
  const rows = await fixture.rows(job, 'HR', 'LIVE');
  expect(byId(rows)).toEqual(byId(expected));
  expect(database.currentScn()).toBeGreaterThan(scn + 10);
});

test('a cut connection costs an attempt, not a row, and leaves no stray behind', async () => {
  const cut = fixture.backends.oracle.faults.cutAfterRows(1_200, 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE']);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(cut.consumed).toBe(1);
  expect(await fixture.files(job)).toContain('HR.PEOPLE/part-00000-a2.jsonl.gz');
  expect(await fixture.files(job)).not.toContain('HR.PEOPLE/part-00000-a1.jsonl.gz');
  expect(await fixture.rows(job, 'HR', 'PEOPLE')).toHaveLength(2500);
});

test('a table that fails for good leaves the others: a partial result without _SUCCESS', async () => {
  const fault = fixture.backends.oracle.faults.errorAtRow(1_500, 1722, 'invalid number', 'PEOPLE');
  const job = await fixture.enqueue([{ owner: 'HR', table: 'Odd Name.$#' }, 'HR.PEOPLE']);
  expect(await fixture.run(job)).toBe('PARTIALLY_SUCCEEDED');
  expect(fault.consumed).toBe(1);
  expect(await fixture.files(job)).toEqual([
    'HR.Odd%20Name%2E$%23/_load.json',
    'HR.Odd%20Name%2E$%23/_schema.json',
    'HR.Odd%20Name%2E$%23/part-00000-a1.jsonl.gz',
    '_manifest.json',
  ]);
  const manifest = JSON.parse(String(await fixture.read(job, '_manifest.json')));
  expect(manifest.failed).toMatchObject([{ table: 'PEOPLE', error: { code: 'ORACLE_ERROR' } }]);
  await expect(fixture.read(job, '../latest.json')).rejects.toThrow('ENOENT');
});

test('when the only table fails the job fails, with nothing left in the bucket', async () => {
  fixture.backends.oracle.faults.errorAtRow(2_000, 1722, 'invalid number', 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE']);
  expect(await fixture.run(job)).toBe('FAILED');
  const { job: failed, extractions } = await fixture.detail(job);
  expect(failed.error).toMatchObject({ code: 'ORACLE_ERROR' });
  expect(failed.error?.message).toContain('ORA-01722');
  expect(extractions[0]?.result?.state).toBe('FAILED');
  expect(await fixture.files(job)).toEqual([]);
});

test('a table whose rows are not as many as Oracle counted fails with both numbers', async () => {
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const { ledger } = fixture.context;
  const miscounting: JobLedger = {
    ...ledger,
    publishTable: (claim, plan) => ledger.publishTable(claim, { ...plan, countedRows: 2_501 }),
  };
  expect(await fixture.run(job, { ...fixture.context, ledger: miscounting })).toBe('FAILED');
  const { job: failed } = await fixture.detail(job);
  expect(failed.error).toMatchObject({
    code: 'VERIFICATION_FAILED',
    details: { exported_rows: 2500, counted_rows: 2501 },
  });
  expect(await fixture.files(job)).toEqual([]);
});

test('two tasks share the tables of a job, each exported once', async () => {
  const tables = Array.from({ length: 8 }, (_, index) => `SHARED.T${index}`);
  for (const name of tables) fillTable(fixture.database, 'SHARED', name.slice(7), 50);
  const job = await fixture.enqueue(tables);
  const other = createTaskContext(fixture.env);
  try {
    const states = await Promise.all([fixture.run(job), fixture.run(job, other)]);
    expect(states).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  } finally {
    await other.close();
  }
  const { splits } = await fixture.detail(job);
  expect(splits.map(({ state, attempt }) => `${state} ${attempt}`)).toEqual(
    Array(8).fill('DONE 1'),
  );
});

test('rule 6: two versions that end in the wrong order, or at once, leave latest.json at the higher', async () => {
  const options = { allow_concurrent: true };
  const first = await fixture.enqueue(['HR.PEOPLE'], { options });
  const [second, third, fourth] = [
    await fixture.execute(first.transportId),
    await fixture.execute(first.transportId),
    await fixture.execute(first.transportId),
  ];
  const latest = async () => JSON.parse(String(await fixture.read(first, '../latest.json')));
  expect(await fixture.run(second)).toBe('SUCCEEDED');
  expect(await fixture.run(first)).toBe('SUCCEEDED');
  expect(await latest()).toMatchObject({ version: 2, job_id: second.id });
  expect(await fixture.files(first)).toContain('_SUCCESS');
  const other = createTaskContext(fixture.env);
  try {
    await Promise.all([fixture.run(fourth), fixture.run(third, other)]);
  } finally {
    await other.close();
  }
  expect(await latest()).toMatchObject({ version: 4, prefix: fourth.output.prefix });
});

test('rule 1: a transport that is deleted and made again never meets the parts of the old one', async () => {
  const destination = { prefix: 'again' };
  const name = 'reborn';
  const old = await fixture.enqueue(['HR.PEOPLE'], { name, destination });
  expect(await fixture.run(old)).toBe('SUCCEEDED');
  const before = await fixture.files(old);
  await fixture.transports.remove('default', old.transportId);
  const job = await fixture.enqueue(['HR.PEOPLE'], { name, destination });
  expect([job.transportId === old.transportId, job.version]).toEqual([false, 2]);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(await fixture.files(old)).toEqual(before);
  expect(await fixture.rows(job, 'HR', 'PEOPLE')).toHaveLength(2_500);
  expect(JSON.parse(String(await fixture.read(job, '../latest.json'))).job_id).toBe(job.id);
});

test('latest.json never goes back to a lower version', async () => {
  const job = await fixture.enqueue(['HR.NOBODY']);
  const { bucket, prefix } = job.output;
  const name = prefix.replace(/v\d+-\w+\/$/, 'latest.json');
  const newer = JSON.stringify({ version: 7 });
  await fixture.context.objects.replace(bucket, name, newer, 'application/json', '0');
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(String(await fixture.read(job, '../latest.json'))).toBe(newer);
});

test('rule 4: an upload that a lost attempt left open gives birth to nothing once the job is swept', async () => {
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const { ledger, objects } = fixture.context;
  const stop = new AbortController();
  const left = Promise.withResolvers<{ bucket: string; name: string; uri: string }>();
  const dying: JobLedger = {
    ...ledger,
    async recordUpload(claim, name) {
      const { bucket, prefix } = job.output;
      const uri = await objects.beginUpload(bucket, prefix + name, 'application/gzip');
      await ledger.recordUpload(claim, name, uri);
      left.resolve({ bucket, name: prefix + name, uri });
      stop.abort(new Error('dead'));
      throw new OraFerryError('LEASE_LOST', 'dead');
    },
    releaseSplit: async () => undefined,
  };
  const victim = runJob({ ...fixture.context, ledger: dying }, job.id, stop.signal);
  await expect(victim).rejects.toThrow('dead');
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  const before = await fixture.files(job);
  expect(before).toContain('HR.PEOPLE/part-00000-a2.jsonl.gz');
  const late = objects.upload(await left.promise, bytes('late'), new AbortController().signal);
  await expect(late).rejects.toMatchObject({ code: 'GCS_UPLOAD_ERROR' });
  expect(await fixture.files(job)).toEqual(before);
});

test('rule 5: a finaliser that dies between its writes is followed by one that writes the same', async () => {
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const fault = fixture.backends.gcs.faults.inject({
    on: 'insert',
    action: { status: 403 },
    matches: (url) => url.includes('_SUCCESS'),
  });
  await expect(fixture.run(job)).rejects.toMatchObject({ code: 'GCS_ERROR' });
  expect(fault.consumed).toBe(1);
  const manifest = await fixture.read(job, '_manifest.json');
  expect(await fixture.files(job)).not.toContain('_SUCCESS');

  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(await fixture.read(job, '_manifest.json')).toEqual(manifest);
  expect(await fixture.files(job)).toContain('_SUCCESS');
});

test('a finaliser that Cloud Storage does not answer tries again instead of ending its task', async () => {
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const { config, log } = fixture.context;
  const retry = { attempts: 1, initialDelayMs: 1, maxDelayMs: 1 };
  const objects = createObjectStore(config, log, { retry });
  const fault = fixture.backends.gcs.faults.inject({
    on: 'insert',
    action: { status: 503 },
    matches: (url) => url.includes('_manifest.json'),
  });
  expect(await fixture.run(job, { ...fixture.context, objects })).toBe('SUCCEEDED');
  expect(fault.consumed).toBe(1);
});

test("a failure that may not be recorded any more leaves the task's other splits alone", async () => {
  fillTable(fixture.database, 'HR', 'BROKEN', 2_000);
  fixture.backends.oracle.faults.errorAtRow(1_500, 3113, 'end-of-file', 'BROKEN');
  const job = await fixture.enqueue(['HR.PEOPLE', 'HR.BROKEN']);
  const { ledger } = fixture.context;
  const stolen = Promise.withResolvers<void>();
  const thieving: JobLedger = {
    ...ledger,
    async failSplit(claim, error, final) {
      const split = fixture.db.doc(`jobs/${claim.jobId}/splits/${claim.splitId}`);
      await split.update({ holder: 'a task that died', attempt: claim.attempt + 1 });
      setTimeout(stolen.resolve, 500);
      return ledger.failSplit(claim, error, final);
    },
    async recordUpload(claim, name, uri) {
      if (name.includes('PEOPLE')) await stolen.promise;
      return ledger.recordUpload(claim, name, uri);
    },
  };
  expect(await fixture.run(job, { ...fixture.context, ledger: thieving })).toBe('SUCCEEDED');
  const { splits, extractions } = await fixture.detail(job);
  const attempts = extractions.map(({ id, table }) => [
    table,
    splits.find(({ extractionId }) => extractionId === id)?.attempt,
  ]);
  expect(attempts).toEqual([
    ['PEOPLE', 1],
    ['BROKEN', 3],
  ]);
});

test('a search for work that Firestore does not answer costs the other splits nothing', async () => {
  const job = await fixture.enqueue(['HR.PEOPLE', 'HR.NOBODY']);
  const { ledger } = fixture.context;
  const uploading = Promise.withResolvers<void>();
  const missed = Promise.withResolvers<void>();
  let misses = 0;
  const forgetful: JobLedger = {
    ...ledger,
    openQueue(...of) {
      const queue = ledger.openQueue(...of);
      let isUploading = false;
      void uploading.promise.then(() => {
        isUploading = true;
      });
      const next = async () => {
        if (!isUploading || misses++ > 0) return queue.next();
        setTimeout(missed.resolve, 500);
        throw new OraFerryError('STORE_ERROR', 'no answer', { retryable: true });
      };
      return { next };
    },
    async recordUpload(...of) {
      uploading.resolve();
      await missed.promise;
      return ledger.recordUpload(...of);
    },
  };
  expect(await fixture.run(job, { ...fixture.context, ledger: forgetful })).toBe('SUCCEEDED');
  expect(misses).toBeGreaterThan(0);
  const { splits } = await fixture.detail(job);
  expect(splits.map(({ attempt }) => attempt)).toEqual([1, 1]);
});

test('a cancelled job ends CANCELLED and leaves nothing in the bucket', async () => {
  const stall = fixture.backends.oracle.faults.stallAfterRows(1_000, 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const running = fixture.run(job);
  await until(async () => stall.consumed === 1);
  const askedAt = performance.now();
  await fixture.jobs.requestCancel('default', job.id);
  expect(await running).toBe('CANCELLED');
  expect(performance.now() - askedAt).toBeLessThan(30_000);
  const { extractions } = await fixture.detail(job);
  expect(extractions[0]?.result?.state).toBe('CANCELLED');
  expect(await fixture.files(job)).toEqual([]);
});

test('a bucket that refuses us at the end fails the job instead of leaving it open', async () => {
  const { faults } = fixture.backends.gcs;
  const listing = faults.inject({ on: 'list', action: { status: 403 }, after: 1, times: 2 });
  const job = await fixture.enqueue(['HR.PEOPLE']);
  expect(await fixture.run(job)).toBe('FAILED');
  expect(listing.consumed).toBe(2);
  const { job: failed } = await fixture.detail(job);
  expect(failed.error).toMatchObject({ code: 'GCS_ERROR' });
});

test('a bucket that refuses to delete a stray keeps the job PUBLISHING until it allows it', async () => {
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const { bucket, prefix } = job.output;
  const stray = 'HR.PEOPLE/part-00000-a9.jsonl.gz';
  await fixture.context.objects.create(bucket, prefix + stray, '', 'application/gzip');
  fixture.backends.gcs.faults.inject({ on: 'delete', action: { status: 403 } });
  await expect(fixture.run(job)).rejects.toMatchObject({ code: 'GCS_ERROR' });
  expect((await fixture.detail(job)).job.state).toBe('PUBLISHING');
  expect(await fixture.files(job)).not.toContain('_manifest.json');
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(await fixture.files(job)).not.toContain(stray);
});

test('a bucket that refuses to replace latest.json keeps the job PUBLISHING as well', async () => {
  const first = await fixture.enqueue(['HR.PEOPLE']);
  expect(await fixture.run(first)).toBe('SUCCEEDED');
  const next = await fixture.execute(first.transportId);
  const matches = (url: string) => url.includes('latest.json');
  fixture.backends.gcs.faults.inject({ on: 'insert', action: { status: 403 }, matches });
  await expect(fixture.run(next)).rejects.toMatchObject({ code: 'GCS_ERROR' });
  expect((await fixture.detail(next)).job.state).toBe('PUBLISHING');
  expect(await fixture.run(next)).toBe('SUCCEEDED');
});

test('a stopped task hands its work back, and another one finishes the job', async () => {
  const stall = fixture.backends.oracle.faults.stallAfterRows(1_000, 'PEOPLE');
  const job = await fixture.enqueue(['HR.PEOPLE']);
  const stop = new AbortController();
  const stopped = runJob(fixture.context, job.id, stop.signal);
  await until(async () => stall.consumed === 1);
  stop.abort(new Error('SIGTERM'));
  await expect(stopped).rejects.toThrow('SIGTERM');
  const { splits } = await fixture.detail(job);
  expect(splits.map(({ state }) => state)).toEqual(['PENDING']);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  expect(await fixture.rows(job, 'HR', 'PEOPLE')).toHaveLength(2500);
});

test('a job that is terminal is left alone', async () => {
  const job = await fixture.enqueue(['HR.NOBODY']);
  await fixture.jobs.requestCancel('default', job.id);
  expect(await fixture.run(job)).toBe('CANCELLED');
  expect(await fixture.files(job)).toEqual([]);
});

test('a job that does not exist is an error', async () => {
  const nowhere = runJob(fixture.context, 'nowhere', new AbortController().signal);
  await expect(nowhere).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
});

async function* bytes(text: string) {
  yield Buffer.from(text);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

function byId(rows: readonly unknown[]): unknown[] {
  return rows.toSorted((a, b) => (a as { ID: number }).ID - (b as { ID: number }).ID);
}
