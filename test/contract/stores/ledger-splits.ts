import { expect, it } from 'vitest';
import type { Claim } from '../../../shared/domain/split.ts';
import {
  claimOne,
  commitAndCheck,
  longMs,
  partOf,
  present,
  runningJob,
  type Stores,
} from '../../support/stores.ts';

const lost = { code: 'LEASE_LOST' };
const error = { code: 'ORACLE_CONNECTION_ERROR', message: 'cut' } as const;

export function splitWrites(open: () => Stores): void {
  const only = async (stores: Stores, jobId: string) => (await stores.ledger.splits(jobId))[0];

  it('rule 3: a commit settles the split with its parts, however often it is sent', async () => {
    const stores = open();
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    const split = await only(stores, claim.jobId);
    expect(split).toMatchObject({ state: 'DONE', parts: [partOf(claim)], attempt: 1 });
  });

  it('a commit that does not know what its own attempt last wrote counts all the same', async () => {
    const stores = open();
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    await stores.ledger.recordUpload(claim, 'p', 'http://gcs/p');
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    expect(await only(stores, claim.jobId)).toMatchObject({
      state: 'DONE',
      parts: [partOf(claim)],
    });
  });

  it('rows that were counted with them are committed with them', async () => {
    const stores = open();
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)], countedRows: 10 });
    expect(await only(stores, claim.jobId)).toMatchObject({ state: 'DONE', countedRows: 10 });
  });

  it('a commit that is repeated after the table and the job have moved on has still happened', async () => {
    const stores = open();
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    await commitAndCheck(stores, claim);
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    await stores.ledger.beginFinish(claim.jobId, 'b');
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    expect(await stores.ledger.job(claim.jobId)).toMatchObject({ state: 'VERIFYING' });
  });

  it('a final failure fails the table with it, and is so however often it is sent', async () => {
    const stores = open();
    const claim = await claimOne(stores, await runningJob(stores, 2), 'a');
    await stores.ledger.failSplit(claim, error, true);
    const table = await stores.ledger.extraction(claim.jobId, claim.extractionId);
    expect(table).toMatchObject({ phase: 'FAILED', error });
    await stores.ledger.beginFinish(claim.jobId, 'b');
    await stores.ledger.failSplit(claim, error, true);
    const failed = (await stores.ledger.splits(claim.jobId)).find(({ id }) => id === claim.splitId);
    expect(failed).toMatchObject({ state: 'FAILED', failures: 1, error });
  });

  it('nothing of a failed table is committed any more', async () => {
    const stores = open();
    const job = await runningJob(stores, 2);
    const late = await claimOne(stores, job, 'late');
    await stores.ledger.failSplit(await claimOne(stores, job, 'a'), error, true);
    await expect(stores.ledger.commitSplit(late, { parts: [] })).rejects.toMatchObject(lost);
  });

  it('rule 3: an attempt that was taken over can neither record, commit, fail nor hand back', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores);
    const zombie = await claimOne(stores, job, 'zombie');
    await ledger.releaseLease(job.id, 'zombie');
    const heir = await claimOne(stores, job, 'heir');
    await ledger.renewLease(job.id, 'zombie', longMs);
    await expectRefused(stores, zombie);
    await ledger.releaseSplit(zombie);
    expect(await only(stores, job.id)).toMatchObject({ state: 'CLAIMED', holder: 'heir' });
    await ledger.commitSplit(heir, { parts: [partOf(heir)] });
    await expectRefused(stores, zombie);
    await ledger.releaseSplit(zombie);
    const split = await only(stores, job.id);
    expect(split).toMatchObject({ state: 'DONE', parts: [partOf(heir)], uploads: [] });
  });

  it('a failure is counted once and tells why; the last one settles the split', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores);
    const first = await claimOne(stores, job, 'a');
    await ledger.failSplit(first, error, false);
    await ledger.failSplit(first, error, false);
    const pending = present(await only(stores, job.id));
    expect(pending).toMatchObject({ state: 'PENDING', failures: 1, error });
    expect(pending).not.toHaveProperty('holder');
    const second = await claimOne(stores, job, 'a');
    await ledger.failSplit(second, error, true);
    await ledger.failSplit(second, error, true);
    expect(await only(stores, job.id)).toMatchObject({ state: 'FAILED', failures: 2, attempt: 2 });
    await expectRefused(stores, first);
  });

  it('a split that was handed back counts no failure', async () => {
    const stores = open();
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    await stores.ledger.releaseSplit(claim);
    await stores.ledger.releaseSplit(claim);
    const split = present(await only(stores, claim.jobId));
    expect(split).toMatchObject({ state: 'PENDING', failures: 0, attempt: 1 });
    expect(split).not.toHaveProperty('holder');
    await expectRefused(stores, claim);
  });

  it('rule 3: after a cancel nothing is committed', async () => {
    const stores = open();
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    await stores.jobs.requestCancel('default', claim.jobId);
    const refused = stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    await expect(refused).rejects.toMatchObject(lost);
    await stores.ledger.supersedeOpen(await stores.ledger.job(claim.jobId));
    await expectRefused(stores, claim);
    await stores.ledger.releaseSplit(claim);
    expect(await only(stores, claim.jobId)).toMatchObject({ state: 'SUPERSEDED', parts: [] });
  });

  it('a split that does not exist is refused', async () => {
    const stores = open();
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    await expectRefused(stores, { ...claim, splitId: 'none' });
  });
}

async function expectRefused({ ledger }: Stores, claim: Claim): Promise<void> {
  await expect(ledger.recordUpload(claim, 'p', 'http://gcs/x')).rejects.toMatchObject(lost);
  await expect(ledger.commitSplit(claim, { parts: [partOf(claim)] })).rejects.toMatchObject(lost);
  await expect(ledger.failSplit({ ...claim, failures: 7 }, error, false)).rejects.toMatchObject(
    lost,
  );
}
