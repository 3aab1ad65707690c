import { expect, it } from 'vitest';
import {
  executeRequest,
  inputOf,
  present,
  type StoreServer,
  storesOn,
} from '../../support/stores.ts';

/** What every TransportStore must do. */
export function transportStoreContract(start: () => Promise<StoreServer>): void {
  const open = storesOn(start);

  it('gives back what was created, and nothing that is only the store’s', async () => {
    const { transports } = open();
    const created = await transports.create('default', inputOf('nightly', { labels: { a: 'b' } }));
    expect(created).toMatchObject({ name: 'nightly', latestVersion: 0, labels: { a: 'b' } });
    expect(created.createdAt).toBe(created.updatedAt);
    expect(await transports.get('default', created.id)).toEqual(created);
  });

  it('of 20 concurrent creates with one name, one wins', async () => {
    const { transports } = open();
    const creates = Array.from({ length: 20 }, () => transports.create('default', inputOf('one')));
    const results = await Promise.allSettled(creates);
    const refusals = results.filter(({ status }) => status === 'rejected');
    expect(refusals).toHaveLength(19);
    for (const refusal of refusals) expect(refusal).toMatchObject({ reason: { code: 'CONFLICT' } });
    expect((await transports.list('default', { pageSize: 50 })).items).toHaveLength(1);
  });

  it('a name that is used again after a delete continues its versions', async () => {
    const { transports, jobs } = open();
    const first = await transports.create('default', inputOf('again'));
    const { job } = await jobs.enqueue(executeRequest(first.id));
    await jobs.requestCancel('default', job.id);
    await transports.remove('default', first.id);
    const second = await transports.create('default', inputOf('again'));
    expect(second.latestVersion).toBe(1);
    const next = await jobs.enqueue(executeRequest(second.id));
    expect(next.job.version).toBe(2);
    expect(next.job.output.prefix).not.toBe(job.output.prefix);
  });

  it('a name stays with the tenant whose objects lie in its folder, also after a delete', async () => {
    const { transports, jobs } = open();
    const { id } = await transports.create('red', inputOf('folder'));
    const { job } = await jobs.enqueue({ ...executeRequest(id), tenant: 'red' });
    const taken = { code: 'CONFLICT' };
    await expect(transports.create('blue', inputOf('folder'))).rejects.toMatchObject(taken);
    await jobs.requestCancel('red', job.id);
    await transports.remove('red', id);
    await expect(transports.create('blue', inputOf('folder'))).rejects.toMatchObject(taken);
    expect((await transports.create('red', inputOf('folder'))).latestVersion).toBe(1);
  });

  it('replaces the definition, keeps what is not part of it, and changes the etag', async () => {
    const { transports, jobs } = open();
    const before = await transports.create('default', inputOf('kept'));
    const { job } = await jobs.enqueue(executeRequest(before.id));
    const input = inputOf('kept', { tables: ['SH.COSTS'] });
    const after = await transports.replace('default', before.id, input, before.etag);
    expect(after).toMatchObject({ ...input, id: before.id, createdAt: before.createdAt });
    expect(after.latestVersion).toBe(1);
    expect(after.etag).not.toBe(before.etag);
    expect(await transports.get('default', before.id)).toEqual(after);
    // The running job is still known: the transport stays busy.
    await expect(jobs.enqueue(executeRequest(before.id))).rejects.toMatchObject({
      details: { job_id: job.id },
    });
  });

  it('refuses a change on the ground of an old etag', async () => {
    const { transports } = open();
    const { id, etag } = await transports.create('default', inputOf('etag'));
    await transports.replace('default', id, inputOf('etag'));
    const refusal = { code: 'PRECONDITION_FAILED' };
    await expect(transports.replace('default', id, inputOf('etag'), etag)).rejects.toMatchObject(
      refusal,
    );
    await expect(transports.remove('default', id, etag)).rejects.toMatchObject(refusal);
  });

  it('refuses another name, because a name is a folder', async () => {
    const { transports } = open();
    const { id } = await transports.create('default', inputOf('before'));
    await expect(transports.replace('default', id, inputOf('after'))).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('is not deleted while a job runs, and can be afterwards', async () => {
    const { transports, jobs } = open();
    const { id } = await transports.create('default', inputOf('busy'));
    const { job } = await jobs.enqueue(executeRequest(id));
    await expect(transports.remove('default', id)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { job_id: job.id },
    });
    await jobs.requestCancel('default', job.id);
    await transports.remove('default', id);
    await expect(transports.get('default', id)).rejects.toMatchObject({
      code: 'TRANSPORT_NOT_FOUND',
    });
    expect(await jobs.get('default', job.id)).toMatchObject({ state: 'CANCELLED' });
  });

  it('pages stay whole, newest first, while documents are added', async () => {
    const { transports } = open();
    for (let n = 0; n < 5; n++) await transports.create('default', inputOf(`t${n}`));
    const names: string[] = [];
    let pageToken: string | undefined;
    do {
      const request = pageToken === undefined ? { pageSize: 2 } : { pageSize: 2, pageToken };
      const page = await transports.list('default', request);
      names.push(...page.items.map(({ name }) => name));
      pageToken = page.nextPageToken;
      await transports.create('default', inputOf(`late${names.length}`));
    } while (pageToken !== undefined);
    expect(names).toEqual(['t4', 't3', 't2', 't1', 't0']);
  });

  it('a page that takes more than one look holds as many as were asked for', async () => {
    const { transports } = open();
    for (let n = 0; n < 60; n++) await transports.create('default', inputOf(`t${n}`));
    const first = await transports.list('default', { pageSize: 55 });
    const pageToken = present(first.nextPageToken);
    const rest = await transports.list('default', { pageSize: 55, pageToken });
    expect([first.items.length, rest.items.length, rest.nextPageToken]).toEqual([55, 5, undefined]);
    expect(new Set([...first.items, ...rest.items].map(({ name }) => name)).size).toBe(60);
  });

  it('a page of large documents ends early, so that no list fills the memory', async () => {
    const { transports } = open();
    const tables = Array.from({ length: 4_000 }, (_, n) => `SH.${'T'.repeat(95)}${n}`);
    for (let n = 0; n < 20; n++) await transports.create('default', inputOf(`t${n}`, { tables }));
    const sizes: number[] = [];
    const names = new Set<string>();
    let pageToken: string | undefined;
    do {
      const request = { pageSize: 1000, ...(pageToken !== undefined && { pageToken }) };
      const page = await transports.list('default', request);
      sizes.push(page.items.length);
      for (const { name } of page.items) names.add(name);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    expect(names.size).toBe(20);
    expect(Math.max(...sizes)).toBeLessThan(20);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(20);
  });

  it.each([
    ['no token at all', '???'],
    ['JSON of another form', encode(['2026-01-01T00:00:00.000Z'])],
    ['a path in place of an id', encode(['2026-01-01T00:00:00.000Z', 'a/b'])],
    ['a place without its checksum', encode(['2026-01-01T00:00:00.000Z', 'f'.repeat(32)])],
    ['JSON but no list', encode({ a: 1 })],
  ])('a page token that is %s is refused as such', async (_, pageToken) => {
    const { transports } = open();
    await expect(transports.list('default', { pageSize: 2, pageToken })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });

  it('tenants do not see each other', async () => {
    const { transports } = open();
    const { id } = await transports.create('red', inputOf('mine'));
    const refusal = { code: 'TRANSPORT_NOT_FOUND' };
    await expect(transports.get('blue', id)).rejects.toMatchObject(refusal);
    await expect(transports.replace('blue', id, inputOf('mine'))).rejects.toMatchObject(refusal);
    await expect(transports.remove('blue', id)).rejects.toMatchObject(refusal);
    expect((await transports.list('blue', { pageSize: 5 })).items).toEqual([]);
    expect((await transports.list('red', { pageSize: 5 })).items).toHaveLength(1);
  });

  it.each(['', 'x', '.', '__id__', 'a/b', 'a/b/c', '%', 'f'.repeat(2000)])(
    'there is no transport with the id %j',
    async (id) => {
      const { transports, jobs } = open();
      const refusal = { code: 'TRANSPORT_NOT_FOUND' };
      await expect(transports.get('default', id)).rejects.toMatchObject(refusal);
      await expect(transports.remove('default', id)).rejects.toMatchObject(refusal);
      await expect(transports.replace('default', id, inputOf('t'))).rejects.toMatchObject(refusal);
      await expect(jobs.enqueue(executeRequest(id))).rejects.toMatchObject(refusal);
    },
  );
}

function encode(token: unknown): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}
