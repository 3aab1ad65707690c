import { expect, it } from 'vitest';
import type { PageRequest } from '../../../shared/ports/stores.ts';
import { planningJob, present, type Stores } from '../../support/stores.ts';

/** How a JobStore pages the tables of a job. */
export function jobTables(open: () => Stores): void {
  it('reads the tables of a page, and the splits of these alone', async () => {
    const stores = open();
    const { id } = await planningJob(stores);
    await writeTables(
      stores,
      id,
      [0, 1, 2, 3, 4].map(() => 8_000),
    );
    const tables = (page: PageRequest) => stores.jobs.extractions('default', id, page);
    const first = await tables({ pageSize: 2 });
    expect(first.job.id).toBe(id);
    expect(first.total).toBe(5);
    expect(first.items).toMatchObject([
      { extraction: { id: 'x0', position: 0 }, splitsDone: 1, rows: 10, parts: 1 },
      { extraction: { id: 'x1', position: 1 }, splitsDone: 1, rows: 11, parts: 1 },
    ]);
    const pageToken = present(first.nextPageToken);
    const second = await tables({ pageSize: 100, pageToken });
    // Tables of very many splits make a page shorter, but never empty.
    expect(second.items.map(({ extraction }) => extraction.id)).toEqual(['x2', 'x3']);
    const last = await tables({ pageSize: 100, pageToken: present(second.nextPageToken) });
    expect([last.items.length, last.nextPageToken]).toEqual([1, undefined]);
    const foreign = stores.jobs.extractions('blue', id, { pageSize: 1 });
    await expect(foreign).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  });

  it('a table of more splits than a page may read is a page of its own', async () => {
    const stores = open();
    const { id } = await planningJob(stores);
    await writeTables(stores, id, [30_000, 30_000]);
    const { items, nextPageToken } = await stores.jobs.extractions('default', id, { pageSize: 9 });
    expect(items.map(({ extraction }) => extraction.id)).toEqual(['x0']);
    const pageToken = present(nextPageToken);
    const next = await stores.jobs.extractions('default', id, { pageSize: 9, pageToken });
    expect(next.items.map(({ extraction }) => extraction.id)).toEqual(['x1']);
    expect(next.nextPageToken).toBeUndefined();
  });
}

/** Tables that say to have so many splits, of which one is committed. */
async function writeTables({ db }: Stores, jobId: string, splits: readonly number[]) {
  const job = db.doc(`jobs/${jobId}`);
  for (const [position, splitsTotal] of splits.entries()) {
    const id = `x${position}`;
    const table = { owner: 'SH', table: id, position, kind: 'table', phase: 'READING' };
    const plan = { epoch: 1, failures: 0, columns: [], splitsTotal };
    await job
      .collection('extractions')
      .doc(id)
      .set({ ...table, ...plan });
    const part = { name: 'p', rows: position + 10, bytes: 1, bytesUncompressed: 1 };
    const done = { state: 'DONE', attempt: 1, failures: 0, uploads: [], parts: [part] };
    const split = { extractionId: id, epoch: 1, position: 0, range: { kind: 'whole' } };
    await job
      .collection('splits')
      .doc(id)
      .set({ ...split, ...done });
  }
}
