import { expect, it } from 'vitest';
import {
  claimOne,
  claimTable,
  partOf,
  present,
  runningJob,
  type Stores,
} from '../../support/stores.ts';

const error = { code: 'ORACLE_CONNECTION_ERROR', message: 'cut' } as const;

export function checking(open: () => Stores): void {
  const phaseOf = async ({ ledger }: Stores, jobId: string) =>
    (await ledger.extraction(jobId, 'id-TIMES')).phase;

  it('falls to whoever commits the last split', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores, 2);
    const first = await claimOne(stores, job, 'a');
    const last = await claimOne(stores, job, 'b');
    await ledger.commitSplit(first, { parts: [partOf(first)] });
    expect(await ledger.claimCheck(first)).toBeUndefined();
    await ledger.commitSplit(last, { parts: [partOf(last)] });
    const claim = present(await ledger.claimCheck(last));
    expect(claim).toMatchObject({ purpose: 'check', epoch: 1, holder: 'b' });
    expect(await phaseOf(stores, job.id)).toBe('CHECKING');
    await ledger.settleTable(claim);
    await ledger.settleTable(claim);
    expect(await phaseOf(stores, job.id)).toBe('READ');
    expect(await ledger.claimCheck(last)).toBeUndefined();
  });

  it('falls to one of several that ask at the same time', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'a');
    await stores.ledger.commitSplit(claim, { parts: [] });
    const askers = ['a', 'b', 'c'].map((holder) => ({ ...claim, holder }));
    const answers = await Promise.all(askers.map((asker) => stores.ledger.claimCheck(asker)));
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
  });

  it('one that failed, or was handed back, is done by another task', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'a');
    await ledger.commitSplit(claim, { parts: [] });
    const failing = present(await ledger.claimCheck(claim));
    await ledger.failTable(failing, error, false);
    await ledger.failTable(failing, error, false);
    const table = await ledger.extraction(job.id, 'id-TIMES');
    expect(table).toMatchObject({ phase: 'READING', failures: 1, error });
    const leaving = await claimTable(stores, job, 'b');
    await ledger.releaseTable(leaving);
    const last = await claimTable(stores, job, 'c');
    expect(last).toMatchObject({ purpose: 'check', epoch: 1 });
    await ledger.failTable(last, error, true);
    expect(await phaseOf(stores, job.id)).toBe('FAILED');
  });

  it('is over when the table has moved on', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'a');
    await stores.ledger.commitSplit(claim, { parts: [] });
    const check = present(await stores.ledger.claimCheck(claim));
    await stores.ledger.restartTable(check, error);
    await expect(stores.ledger.settleTable(check)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await stores.ledger.claimCheck(claim)).toBeUndefined();
  });

  it('is not begun in a job that is being cancelled', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'a');
    await stores.jobs.requestCancel('default', job.id);
    await stores.ledger.supersedeOpen(job);
    expect(await stores.ledger.claimCheck(claim)).toBeUndefined();
  });
}
