import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFirestore } from '../../shared/firestore/client.ts';
import { extractions, splits } from '../../shared/firestore/documents.ts';
import { type Api, keys, startApi, transportNamed } from './api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

test('a job shows its first hundred tables and where the others are, which come in pages in their order', async () => {
  const { job } = await executed('wide');
  await writeTables(job.id, 205);
  const path = `/api/jobs/${job.id}`;
  const { body } = await api.call('GET', path);
  expect(tablesOf(body)).toEqual(tableNames(0, 100));
  expect(body.extractions_total).toBe(205);
  const second = (await api.call('GET', body.extractions_next)).body;
  expect([tablesOf(second), second.extractions_total]).toEqual([tableNames(100, 200), 205]);
  const rest = `${path}/extractions?page_token=${second.next_page_token}`;
  const last = (await api.call('GET', rest)).body;
  expect([tablesOf(last), last.next_page_token]).toEqual([tableNames(200, 205), null]);
  expect(tablesOf((await api.call('GET', `${path}/extractions`)).body)).toEqual(tableNames(0, 50));
  const all = (await api.call('GET', `${path}/extractions?page_size=1000`)).body;
  expect(tablesOf(all)).toEqual(tableNames(0, 205));
  expect(all.extractions.map(({ rows }: { rows: number }) => rows)).toEqual([...Array(205).keys()]);
  expect(all.extractions[204]).toEqual(last.extractions.at(-1));
  const status = await api.call('GET', `/api/transport/${job.transport_id}/status`);
  expect(status.body.job).toEqual(body);
});

test('a page of the tables of a job costs no more reads when the job has more tables', async () => {
  const readsFor = async (tables: number) => {
    const { job } = await executed(`of-${tables}`);
    await writeTables(job.id, tables);
    const { requests } = api.firestore;
    const before = requests.reads;
    await api.call('GET', `/api/jobs/${job.id}/extractions?page_size=10`);
    return requests.reads - before;
  };
  expect(await readsFor(240)).toBe(await readsFor(11));
});

test('a token for the tables of a job is of no use for another job, nor to another tenant', async () => {
  const { job } = await executed('one-wide');
  await writeTables(job.id, 2);
  const { job: other } = await executed('other-wide');
  await writeTables(other.id, 2);
  const pageOf = (id: string) => `/api/jobs/${id}/extractions?page_size=1`;
  const { next_page_token: token } = (await api.call('GET', pageOf(job.id))).body;
  for (const path of [pageOf(other.id), '/api/jobs?page_size=1', `${pageOf(job.id)}0`]) {
    const at = `${path}&page_token=${path.endsWith('10') ? `${token}A` : token}`;
    expect((await api.call('GET', at)).body.code).toBe('VALIDATION_ERROR');
  }
  const key = keys.other;
  const foreign = await api.call('GET', `${pageOf(job.id)}&page_token=${token}`, { key });
  expect(foreign.body.code).toBe('JOB_NOT_FOUND');
});

async function executed(name: string) {
  const { body } = await api.call('POST', '/api/transport', { body: transportNamed(name) });
  const answer = await api.call('POST', `/api/transport/${body.id}/execute`);
  return { job: answer.body.job };
}

/** Tables of one committed split each, of 0, 1, 2 … rows; their documents lie in another order. */
async function writeTables(id: string, count: number): Promise<void> {
  const db = createFirestore(api.config);
  const batch = db.batch();
  for (let position = 0; position < count; position++) {
    const extractionId = `e${count - position}`;
    batch.set(extractions(db, id).doc(extractionId), {
      owner: 'HR',
      table: `T${position}`,
      kind: 'table',
      position,
      phase: 'READ',
      epoch: 2,
      failures: 0,
      columns: [],
      splitsTotal: 1,
    });
    const part = { name: 'p', bytes: 1, bytesUncompressed: 1, crc32c: 'AAAAAA==', generation: '1' };
    const split = { extractionId, position: 0, range: { kind: 'whole' }, attempt: 1 } as const;
    const rest = { failures: 0, uploads: [], parts: [{ ...part, rows: position }] };
    batch.set(splits(db, id).doc(`${extractionId}-2`), {
      ...split,
      ...rest,
      epoch: 2,
      state: 'DONE',
    });
    // Of a plan that was given up.
    const before = { ...split, ...rest, epoch: 1, state: 'SUPERSEDED' } as const;
    batch.set(splits(db, id).doc(`${extractionId}-1`), before);
  }
  await batch.commit();
  await db.terminate();
}

function tablesOf({ extractions: items }: { extractions: { table: string }[] }): string[] {
  return items.map(({ table }) => table);
}

function tableNames(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `T${from + index}`);
}
