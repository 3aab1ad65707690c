import { expect, it } from 'vitest';
import { mostPlans } from '../../../shared/domain/extraction.ts';
import {
  claimOne,
  claimTable,
  partOf,
  planTable,
  present,
  runningJob,
  type Stores,
  tablePlan,
  unplannedJob,
} from '../../support/stores.ts';

const lost = { code: 'LEASE_LOST' };
const error = { code: 'SNAPSHOT_TOO_OLD', message: 'ORA-01555' } as const;

export function restarting(open: () => Stores): void {
  const table = ({ ledger }: Stores, jobId: string) => ledger.extraction(jobId, 'id-TIMES');

  it('sends the table back for a plan at a new SCN', async () => {
    const stores = open();
    const job = await runningJob(stores, 2);
    const claim = await claimOne(stores, job, 'a');
    await stores.ledger.restartTable(claim, error);
    const pending = await table(stores, job.id);
    expect(pending).toMatchObject({ phase: 'PENDING', epoch: 1, splitsTotal: 0, error });
    for (const field of ['scn', 'holder', 'countedRows', 'consistency', 'plannedAt']) {
      expect(pending).not.toHaveProperty(field);
    }
    expect(await claimTable(stores, job, 'b')).toMatchObject({ purpose: 'plan', epoch: 2 });
  });

  it('happens once when several splits lose their snapshot at the same time', async () => {
    const stores = open();
    const job = await runningJob(stores, 3);
    const claims = [];
    for (const holder of ['a', 'b', 'c']) claims.push(await claimOne(stores, job, holder));
    await Promise.all(claims.map((claim) => stores.ledger.restartTable(claim, error)));
    expect(await table(stores, job.id)).toMatchObject({ phase: 'PENDING', epoch: 1 });
    const next = await planTable(stores, job, 3, 'd');
    for (const claim of claims) await stores.ledger.restartTable(claim, error);
    expect(await table(stores, job.id)).toMatchObject({ phase: 'READING', epoch: next.epoch });
  });

  it('rule 7: what was read before counts no more, committed or not', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores, 3);
    const done = await claimOne(stores, job, 'a');
    await ledger.commitSplit(done, { parts: [partOf(done)] });
    const zombie = await claimOne(stores, job, 'zombie');
    const unlucky = await claimOne(stores, job, 'b');
    await ledger.restartTable(unlucky, error);
    await expect(ledger.commitSplit(zombie, { parts: [] })).rejects.toMatchObject(lost);
    await expect(ledger.failSplit(zombie, error, true)).rejects.toMatchObject(lost);
    await planTable(stores, job, 1, 'c');
    await expect(ledger.commitSplit(zombie, { parts: [] })).rejects.toMatchObject(lost);
    const refused = ledger.recordUpload(zombie, 'p', 'http://gcs/1');
    await expect(refused).rejects.toMatchObject(lost);
    await ledger.releaseSplit(zombie);
    const states = (await ledger.splits(job.id)).map(({ epoch, state }) => `${epoch} ${state}`);
    const superseded = '1 SUPERSEDED';
    expect(states.toSorted()).toEqual([superseded, superseded, superseded, '2 PENDING']);
    const { splits } = await stores.jobs.detail('default', job.id);
    expect(splits).toMatchObject([{ epoch: 2, position: 0 }]);
  });

  it('splits of the plan that was given up are superseded where they are met', async () => {
    const stores = open();
    const job = await runningJob(stores, 5);
    const claim = await claimOne(stores, job, 'a');
    await stores.ledger.restartTable(claim, error);
    await claimTable(stores, job, 'planner');
    const queue = stores.ledger.openQueue(job, 'a');
    expect(await queue.next()).toEqual({ work: undefined, open: true });
    const states = (await stores.ledger.splits(job.id)).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['SUPERSEDED']));
  });

  it('follows a plan that cannot be made, and a check that finds a change', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await unplannedJob(stores);
    await ledger.restartTable(await claimTable(stores, job, 'a'), error);
    expect(await table(stores, job.id)).toMatchObject({ phase: 'PENDING', epoch: 1, error });
    await planTable(stores, job, 1, 'a');
    const claim = await claimOne(stores, job, 'a');
    await ledger.commitSplit(claim, { parts: [partOf(claim)] });
    const check = present(await ledger.claimCheck(claim));
    await ledger.restartTable(check, error);
    await ledger.restartTable(check, error);
    expect(await table(stores, job.id)).toMatchObject({ phase: 'PENDING', epoch: 2 });
  });

  it('an attempt that was taken over cannot bring it about', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const zombie = await claimOne(stores, job, 'zombie');
    await stores.ledger.releaseLease(job.id, 'zombie');
    await claimOne(stores, job, 'heir');
    await expect(stores.ledger.restartTable(zombie, error)).rejects.toMatchObject(lost);
    expect(await table(stores, job.id)).toMatchObject({ phase: 'READING' });
  });

  it('does not count planners that died, or handed the plan back', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    for (let death = 1; death < mostPlans; death++) {
      await claimTable(stores, job, 'dead');
      await stores.ledger.releaseLease(job.id, 'dead');
    }
    await stores.ledger.releaseTable(await claimTable(stores, job, 'stopped'));
    await planTable(stores, job);
    await stores.ledger.restartTable(await claimOne(stores, job, 'a'), error);
    expect(await table(stores, job.id)).toMatchObject({ phase: 'PENDING', epoch: mostPlans + 1 });
  });

  it(`fails the table that has had ${mostPlans} plans`, async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await unplannedJob(stores);
    for (let epoch = 1; epoch <= mostPlans; epoch++) {
      const plan = await claimTable(stores, job, 'a');
      await ledger.publishTable(plan, tablePlan(1, { scn: String(epoch) }));
      await ledger.restartTable(await claimOne(stores, job, 'a'), error);
    }
    const failed = await table(stores, job.id);
    expect(failed).toMatchObject({ phase: 'FAILED', epoch: mostPlans, error });
    expect(await ledger.openQueue(job, 'a').next()).toEqual({ work: undefined, open: false });
  });
}
