import { expect, it } from 'vitest';
import type { Job } from '../../../shared/domain/job.ts';
import type { Claim } from '../../../shared/domain/split.ts';
import { claimOne, runningJob, type Stores } from '../../support/stores.ts';

const lost = { code: 'LEASE_LOST' };

export function uploads(open: () => Stores): void {
  const recordsOf = async ({ ledger }: Stores, { id }: Pick<Job, 'id'>) =>
    (await ledger.splits(id))[0]?.uploads;

  it('the version of a claim is that of the record which the claim has written', async () => {
    const stores = open();
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    expect(claim.version).toBe(await versionOf(stores, claim));
    const next = await stores.ledger.recordUpload(claim, 'p1', 'http://gcs/1');
    expect(next).toEqual({ ...claim, version: await versionOf(stores, claim) });
    expect(next.version).not.toBe(claim.version);
  });

  it('the next part of an attempt takes the place of the last, which is complete', async () => {
    const stores = open();
    const job = await runningJob(stores);
    let claim = await claimOne(stores, job, 'a');
    for (const n of [1, 2, 3]) {
      claim = await stores.ledger.recordUpload(claim, `p${n}`, `http://gcs/${n}`);
    }
    await stores.ledger.commitSplit(claim, { parts: [] });
    expect(await recordsOf(stores, job)).toEqual([{ attempt: 1, name: 'p3', uri: 'http://gcs/3' }]);
  });

  it('one that is sent again, because its answer was lost, is recorded once', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'a');
    const first = await stores.ledger.recordUpload(claim, 'p1', 'http://gcs/1');
    const again = await stores.ledger.recordUpload(claim, 'p1', 'http://gcs/1');
    expect(again).toEqual(first);
    expect(await recordsOf(stores, job)).toHaveLength(1);
  });

  it('stays on record through later attempts', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const first = await claimOne(stores, job, 'a');
    await stores.ledger.recordUpload(first, 'p1', 'http://gcs/1');
    await stores.ledger.releaseSplit(first);
    let second = await claimOne(stores, job, 'a');
    for (const n of [2, 3]) {
      second = await stores.ledger.recordUpload(second, `p${n}`, `http://gcs/${n}`);
    }
    expect(await recordsOf(stores, job)).toEqual([
      { attempt: 1, name: 'p1', uri: 'http://gcs/1' },
      { attempt: 2, name: 'p3', uri: 'http://gcs/3' },
    ]);
  });

  it('is refused to an attempt that was taken over, also where it had been recorded before', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const zombie = await claimOne(stores, job, 'zombie');
    await stores.ledger.recordUpload(zombie, 'p1', 'http://gcs/1');
    await stores.ledger.releaseLease(job.id, 'zombie');
    await claimOne(stores, job, 'heir');
    for (const n of [1, 2]) {
      const refused = stores.ledger.recordUpload(zombie, `p${n}`, `http://gcs/${n}`);
      await expect(refused).rejects.toMatchObject(lost);
    }
    expect(await recordsOf(stores, job)).toHaveLength(1);
  });

  it('rule 4: is refused once the open splits of an ending job are superseded', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'a');
    await stores.jobs.requestCancel('default', job.id);
    await stores.ledger.supersedeOpen(job);
    const refused = stores.ledger.recordUpload(claim, 'p', 'http://gcs/1');
    await expect(refused).rejects.toMatchObject(lost);
    expect(await recordsOf(stores, job)).toEqual([]);
  });
}

async function versionOf({ db }: Stores, { jobId, splitId }: Claim): Promise<string> {
  const { updateTime } = await db.doc(`jobs/${jobId}/splits/${splitId}`).get();
  return `${updateTime?.seconds}.${updateTime?.nanoseconds}`;
}
