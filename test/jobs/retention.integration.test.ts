import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyRetention } from '../../jobs/retention.ts';
import type { Job } from '../../shared/domain/job.ts';
import { fillTable, type JobFixture, startJobFixture } from '../support/job-fixture.ts';

let fixture: JobFixture;
let versions: Job[];
beforeAll(async () => {
  fixture = await startJobFixture();
  fillTable(fixture.database, 'HR', 'PEOPLE', 10);
  const first = await fixture.enqueue(['HR.PEOPLE'], { options: { retention: { versions: 1 } } });
  versions = [first];
  await fixture.run(first);
  for (const _ of [2, 3]) versions.push(await runNext(first));
});
afterAll(() => fixture.close());

const { signal } = new AbortController();

test('versions of the last 24 hours stay, however many', async () => {
  for (const job of versions) expect(await fixture.files(job)).toContain('_SUCCESS');
  expect(await deletedAt()).toEqual([undefined, undefined, undefined]);
});

test('a bucket that refuses to delete keeps no job from its success; _SUCCESS goes first', async () => {
  for (const job of versions) await age(job);
  const refused = fixture.backends.gcs.faults.inject({
    on: 'delete',
    action: { status: 403 },
    after: 1,
  });
  versions.push(await runNext(oldest()));
  expect(refused.consumed).toBe(1);
  expect((await fixture.detail(newest())).job.state).toBe('SUCCEEDED');
  const left = await fixture.files(oldest());
  expect(left).toContain('_manifest.json');
  expect(left).not.toContain('_SUCCESS');
  expect((await deletedAt())[0]).toBeUndefined();
});

test('one that was interrupted lacks its manifest before it lacks a part', async () => {
  const stop = new AbortController();
  const removed: string[] = [];
  const { objects, ledger, log } = fixture.context;
  const interrupted: typeof objects = {
    ...objects,
    async remove(bucket, name, generation) {
      await objects.remove(bucket, name, generation);
      removed.push(name);
      if (removed.length === 1) stop.abort();
    },
  };
  const { job } = await fixture.detail(newest());
  await applyRetention({ ledger, log, objects: interrupted }, job, stop.signal);
  expect(removed).toEqual([`${oldest().output.prefix}_manifest.json`]);
  expect((await fixture.files(oldest())).some((name) => name.endsWith('.gz'))).toBe(true);
});

test('the next success goes on with it, and deletes what has been superseded for a day', async () => {
  const { job } = await fixture.detail(newest());
  await applyRetention(fixture.context, job, signal);
  for (const gone of versions.slice(0, 2)) expect(await fixture.files(gone)).toEqual([]);
  // The third was superseded only now, by the fourth.
  for (const kept of versions.slice(2)) expect(await fixture.files(kept)).toContain('_SUCCESS');
  const deleted = await deletedAt();
  expect(deleted.map((time) => time !== undefined)).toEqual([true, true, false, false]);
  await applyRetention(fixture.context, job, signal);
  expect(await deletedAt()).toEqual(deleted);
});

test('without the option nothing is ever deleted', async () => {
  const { job } = await fixture.detail(newest());
  const { retention: _, ...options } = job.options;
  for (const version of versions) await age(version);
  await applyRetention(fixture.context, { ...job, options }, signal);
  expect(await fixture.files(versions[2] ?? oldest())).toContain('_SUCCESS');
});

async function runNext({ transportId }: Job): Promise<Job> {
  const job = await fixture.execute(transportId);
  expect(await fixture.run(job)).toBe('SUCCEEDED');
  return job;
}

/** As if it had ended two days before. */
async function age({ id }: Job): Promise<void> {
  const finishedAt = new Date(Date.now() - 48 * 3_600_000).toISOString();
  await fixture.db.doc(`jobs/${id}`).update({ finishedAt });
}

async function deletedAt(): Promise<(string | undefined)[]> {
  const details = await Promise.all(versions.map((job) => fixture.detail(job)));
  return details.map(({ job }) => job.outputDeletedAt);
}

function oldest(): Job {
  const [job] = versions;
  if (!job) throw new Error('There is no version');
  return job;
}

function newest(): Job {
  return versions.at(-1) ?? oldest();
}
