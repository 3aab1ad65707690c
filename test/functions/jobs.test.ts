import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFirestore } from '../../shared/firestore/client.ts';
import { extractions, jobs, splits } from '../../shared/firestore/documents.ts';
import { type Api, keys, startApi, transportNamed } from './api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

test('a job shows its tables with the sums of what is committed', async () => {
  const { job } = await executed('detailed');
  await writePlan(job.id);
  const { status, body } = await api.call('GET', `/api/jobs/${job.id}`, { key: keys.reader });
  expect(status).toBe(200);
  expect(body).toEqual({
    ...job,
    state: 'RUNNING',
    scn: '9007199254740993',
    consistency: 'scn',
    started_at: '2026-01-02T03:04:05.000Z',
    extractions: [
      {
        owner: 'HR',
        table: 'EMPLOYEES',
        state: 'RUNNING',
        scn: '9007199254740993',
        epoch: 1,
        consistency: 'scn',
        split_method: null,
        rows: 5,
        rows_expected: 8,
        verified_rows: null,
        bytes: 50,
        bytes_uncompressed: 500,
        parts: 1,
        splits_done: 1,
        splits_total: 2,
        attempts: 3,
        error: null,
      },
    ],
    extractions_total: 1,
    extractions_next: null,
  });
});

test('a failed job and its failed table give their errors', async () => {
  const { job } = await executed('failing');
  await writePlan(job.id);
  const error = { code: 'TABLE_NOT_FOUND' as const, message: 'gone', details: { table: 'X' } };
  const db = createFirestore(api.config);
  await jobs(db).doc(job.id).update({ state: 'FAILED', error });
  await extractions(db, job.id).doc('e').update({ phase: 'FAILED', error });
  await db.terminate();
  const { body } = await api.call('GET', `/api/jobs/${job.id}`);
  expect(body).toMatchObject({ state: 'FAILED', error });
  expect(body.extractions[0]).toMatchObject({ state: 'FAILED', error });
});

test('the status is null before any job, then the newest one, or the one that is asked for', async () => {
  const { body: transport } = await api.call('POST', '/api/transport', {
    body: transportNamed('statuses'),
  });
  const path = `/api/transport/${transport.id}`;
  expect((await api.call('GET', `${path}/status`)).body).toEqual({ job: null });
  const first = (await api.call('POST', `${path}/execute`)).body.job;
  await api.call('POST', `/api/jobs/${first.id}/cancel`);
  const second = (await api.call('POST', `${path}/execute`)).body.job;
  const newest = await api.call('GET', `${path}/status`);
  const none = { extractions: [], extractions_total: 0, extractions_next: null };
  expect(newest.body.job).toEqual({ ...second, ...none });
  const asked = await api.call('GET', `${path}/status?job=${first.id}`);
  expect(asked.body.job).toMatchObject({ id: first.id, state: 'CANCELLED', version: 1 });
  const { job: foreign } = await executed('of-another-transport');
  const missing = await api.call('GET', `${path}/status?job=${foreign.id}`);
  expect(missing.body.code).toBe('JOB_NOT_FOUND');
});

test('jobs are listed newest first, by transport and by state', async () => {
  const { job } = await executed('listed');
  await api.call('POST', `/api/jobs/${job.id}/cancel`);
  const { body: next } = await api.call('POST', `/api/transport/${job.transport_id}/execute`);
  const list = async (query: string) =>
    (await api.call('GET', `/api/jobs?transport_id=${job.transport_id}${query}`)).body;
  expect(ids(await list(''))).toEqual([next.job.id, job.id]);
  expect(ids(await list('&state=CANCELLED'))).toEqual([job.id]);
  const page = await list('&page_size=1');
  expect(ids(page)).toEqual([next.job.id]);
  const rest = await list(`&page_size=1&page_token=${page.next_page_token}`);
  expect([ids(rest), rest.next_page_token]).toEqual([[job.id], null]);
  const wrong = await api.call('GET', '/api/jobs?state=DONE&colour=red');
  expect(wrong.body.details.problems).toHaveLength(2);
});

test('jobs are listed by the time of their creation, written in any zone', async () => {
  const { job } = await executed('timed');
  const list = async (query: string) =>
    (await api.call('GET', `/api/jobs?transport_id=${job.transport_id}&${query}`)).body;
  const at = encodeURIComponent(job.created_at.replace('Z', '+00:00'));
  const later = new Date(Date.parse(job.created_at) + 1).toISOString();
  expect(ids(await list(`created_after=${at}`))).toEqual([job.id]);
  expect(ids(await list(`created_after=${later}`))).toEqual([]);
  expect(ids(await list(`created_before=${at}`))).toEqual([]);
  expect(ids(await list(`created_after=${at}&created_before=${later}`))).toEqual([job.id]);
  // The second is in the year 10000 in UTC, which as text comes before all others.
  for (const time of ['yesterday', '9999-12-31T23:59:59-05:00']) {
    const wrong = await list(`created_before=${time}`);
    expect(wrong.details.problems[0].field).toBe('query.created_before');
  }
});

test('a page token is refused when it was changed, or belongs to another list', async () => {
  const { job } = await executed('paged');
  await api.call('POST', `/api/jobs/${job.id}/cancel`);
  await api.call('POST', `/api/transport/${job.transport_id}/execute`);
  const path = `/api/jobs?transport_id=${job.transport_id}&page_size=1`;
  const { body } = await api.call('GET', path);
  const token = body.next_page_token;
  expect(ids((await api.call('GET', `${path}&page_token=${token}`)).body)).toEqual([job.id]);
  const refused = [
    `${path}&page_token=${token}A`,
    `${path}&page_token=${token.slice(0, -1)}`,
    `${path}&state=CANCELLED&page_token=${token}`,
    `/api/jobs?page_token=${token}`,
    `/api/transport?page_token=${token}`,
  ];
  for (const one of refused) {
    const answer = await api.call('GET', one);
    expect([one, answer.status, answer.body.code]).toEqual([one, 400, 'VALIDATION_ERROR']);
  }
});

test('a job that has not begun is cancelled at once, with its execution', async () => {
  const { job } = await executed('cancelled');
  const { status, body } = await api.call('POST', `/api/jobs/${job.id}/cancel`, { body: {} });
  expect([status, body.job.state]).toEqual([202, 'CANCELLED']);
  expect(body.job.finished_at).not.toBeNull();
  while ((await api.context.launcher.state(job.execution)) === 'RUNNING') await delay(20);
  expect(await api.context.launcher.state(job.execution)).toBe('CANCELLED');
  expect((await api.call('POST', `/api/jobs/${job.id}/cancel`)).body.job.state).toBe('CANCELLED');
});

test('a running job is asked to stop, and one that publishes goes on', async () => {
  const { job } = await executed('stopping');
  await writePlan(job.id);
  const { body } = await api.call('POST', `/api/jobs/${job.id}/cancel`);
  expect(body.job.state).toBe('CANCELLING');
  expect(await api.context.launcher.state(job.execution)).toBe('RUNNING');
  const db = createFirestore(api.config);
  await jobs(db).doc(job.id).update({ state: 'PUBLISHING' });
  await db.terminate();
  const late = await api.call('POST', `/api/jobs/${job.id}/cancel`);
  expect([late.status, late.body.details.state]).toEqual([409, 'PUBLISHING']);
});

test('a cancel does not depend on Cloud Run', async () => {
  const cut = await startApi();
  const { body: transport } = await cut.call('POST', '/api/transport', {
    body: transportNamed('cut-off'),
  });
  const { body } = await cut.call('POST', `/api/transport/${transport.id}/execute`);
  await cut.cloudRun.close();
  const cancelled = await cut.call('POST', `/api/jobs/${body.job.id}/cancel`);
  expect([cancelled.status, cancelled.body.job.state]).toEqual([202, 'CANCELLED']);
  expect(cut.log.join()).toContain('The execution of a cancelled job was not cancelled');
  await cut.close();
});

test('a job whose output retention has deleted says so, and so does its missing manifest', async () => {
  const { job } = await executed('outdated');
  const db = createFirestore(api.config);
  const outputDeletedAt = '2026-03-04T05:06:07.000Z';
  await jobs(db).doc(job.id).update({ state: 'SUCCEEDED', outputDeletedAt });
  await db.terminate();
  const { body } = await api.call('GET', '/api/jobs?state=SUCCEEDED');
  expect(body.jobs).toMatchObject([{ id: job.id, output_deleted_at: outputDeletedAt }]);
  const manifest = await api.call('GET', `/api/jobs/${job.id}/manifest`);
  expect([manifest.status, manifest.body.code]).toEqual([404, 'NOT_FOUND']);
  expect(manifest.body.message).toContain('retention');
});

test("another tenant's jobs do not exist", async () => {
  const { job } = await executed('private');
  const path = `/api/jobs/${job.id}`;
  const key = keys.other;
  const attempts = [
    await api.call('GET', path, { key }),
    await api.call('POST', `${path}/cancel`, { key }),
    await api.call('GET', `${path}/manifest`, { key }),
    await api.call('GET', `${path}/extractions`, { key }),
  ];
  expect(attempts.map(({ body }) => body.code)).toEqual(attempts.map(() => 'JOB_NOT_FOUND'));
  expect((await api.call('GET', '/api/jobs', { key })).body.jobs).toEqual([]);
  expect((await api.call('GET', path)).body.state).toBe('QUEUED');
});

async function executed(name: string) {
  const { body } = await api.call('POST', '/api/transport', { body: transportNamed(name) });
  const answer = await api.call('POST', `/api/transport/${body.id}/execute`);
  return { job: answer.body.job };
}

/** Writes what the job program would have: one table of two splits, the first of them committed. */
async function writePlan(id: string): Promise<void> {
  const db = createFirestore(api.config);
  const scn = '9007199254740993';
  await jobs(db).doc(id).update({
    state: 'RUNNING',
    epoch: 1,
    scn,
    consistency: 'scn',
    startedAt: '2026-01-02T03:04:05.000Z',
  });
  await extractions(db, id).doc('e').set({
    owner: 'HR',
    table: 'EMPLOYEES',
    kind: 'table',
    position: 0,
    phase: 'READING',
    epoch: 1,
    failures: 0,
    scn,
    consistency: 'scn',
    columns: [],
    countedRows: 8,
    splitsTotal: 2,
  });
  const range = { kind: 'whole' } as const;
  const split = { extractionId: 'e', epoch: 1, range, failures: 0, uploads: [] };
  const part = { name: 'p', rows: 5, bytes: 50, bytesUncompressed: 500 };
  await splits(db, id)
    .doc('s-0')
    .set({
      ...split,
      position: 0,
      state: 'DONE',
      attempt: 2,
      parts: [{ ...part, crc32c: 'AAAAAA==', generation: '1' }],
    });
  await splits(db, id)
    .doc('s-1')
    .set({ ...split, position: 1, state: 'CLAIMED', attempt: 1, parts: [] });
  await db.terminate();
}

function ids({ jobs: items }: { jobs: { id: string }[] }): string[] {
  return items.map(({ id }) => id);
}
