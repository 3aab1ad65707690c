import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Job } from '../../../shared/domain/job.ts';
import type { WorkQueue } from '../../../shared/ports/ledger.ts';
import {
  claimOne,
  claimTable,
  longMs,
  partOf,
  present,
  runningJob,
  type Stores,
  unplannedJob,
} from '../../support/stores.ts';

export function deadTasks(open: () => Stores): void {
  it('rule 10: a split is taken over once the lease has run out by the server’s clock', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'dead');
    await die(stores, job, 'dead');
    const heir = await claimOne(stores, job, 'b');
    expect(heir).toEqual({ ...claim, holder: 'b', attempt: 2, version: expect.any(String) });
    expect(heir.version).not.toBe(claim.version);
  });

  it('a plan is taken over, and begins a new epoch', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    await claimTable(stores, job, 'dead');
    await die(stores, job, 'dead');
    expect(await claimTable(stores, job, 'b')).toMatchObject({ purpose: 'plan', epoch: 2 });
  });

  it('a check is taken over in its epoch', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'dead');
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    const late = present(await stores.ledger.claimCheck(claim));
    await die(stores, job, 'dead');
    const heir = await claimTable(stores, job, 'b');
    expect(heir).toMatchObject({ purpose: 'check', epoch: 1, holder: 'b' });
    await expect(stores.ledger.settleTable(late)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await stores.ledger.settleTable(heir);
    expect(await stores.ledger.extraction(job.id, 'id-TIMES')).toMatchObject({ phase: 'READ' });
  });

  it('a check that nobody claimed, because the last committer died, is found', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'dead');
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    const found = await claimTable(stores, job, 'b');
    expect(found).toMatchObject({ purpose: 'check', epoch: 1, holder: 'b' });
  });

  it('a task without a lease has its work taken over too', async () => {
    const stores = open();
    const job = await runningJob(stores);
    await claimOne(stores, job, 'gone');
    await stores.ledger.releaseLease(job.id, 'gone');
    expect(await claimOne(stores, job, 'b')).toMatchObject({ attempt: 2 });
  });

  it('a split that one worker has just taken over is open to the other workers', async () => {
    const stores = open();
    const job = await runningJob(stores);
    await claimOne(stores, job, 'dead');
    await die(stores, job, 'dead');
    await stores.ledger.renewLease(job.id, 'b', longMs);
    const queue = stores.ledger.openQueue(job, 'b');
    const [first, second] = await Promise.all([queue.next(), queue.next()]);
    expect(first.work).toMatchObject({ claim: { attempt: 2 } });
    expect(second).toEqual({ work: undefined, open: true });
  });

  it('a task that begins anew takes up what it had claimed and dropped', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    const plan = await claimTable(stores, job, 'a');
    const again = await claimTable(stores, job, 'a');
    expect(again).toMatchObject({ extractionId: plan.extractionId, epoch: 2, holder: 'a' });
  });

  it('and a split likewise, which it can no longer commit under its first claim', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const dropped = await claimOne(stores, job, 'a');
    const again = await claimOne(stores, job, 'a');
    expect(again).toMatchObject({ splitId: dropped.splitId, holder: 'a', attempt: 2 });
    const refused = stores.ledger.commitSplit(dropped, { parts: [] });
    await expect(refused).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('a dead task’s split is found at once behind hundreds that live tasks hold', async () => {
    const stores = open();
    const { job, orphan } = await crowdedJob(stores);
    await die(stores, job, 'dead');
    await stores.ledger.renewLease(job.id, 'live', longMs);
    expect(await claimOne(stores, job, 'b')).toMatchObject({ splitId: orphan, attempt: 2 });
  });

  it('that of a task without a lease is found after some looks', async () => {
    const stores = open();
    const { job, orphan } = await crowdedJob(stores);
    await stores.ledger.renewLease(job.id, 'b', longMs);
    const found = await lookOften(stores.ledger.openQueue(job, 'b'), 200);
    expect(found).toMatchObject({ claim: { splitId: orphan, attempt: 2 } });
  });

  it('many tasks that died before, and hold nothing, do not hide one that holds work', async () => {
    const stores = open();
    const job = await runningJob(stores);
    for (let n = 0; n < 10; n++) await stores.ledger.renewLease(job.id, `long dead ${n}`, 1);
    const claim = await claimOne(stores, job, 'dead');
    await die(stores, job, 'dead');
    await stores.ledger.renewLease(job.id, 'b', longMs);
    const found = await lookOften(stores.ledger.openQueue(job, 'b'), 5);
    expect(found).toMatchObject({ claim: { splitId: claim.splitId, attempt: 2 } });
  });
}

async function die({ ledger }: Stores, job: Job, holder: string): Promise<void> {
  await ledger.renewLease(job.id, holder, 60);
  await sleep(100);
}

/** A job with 300 splits in the hands of a live task, and one of another that is not heard of. */
async function crowdedJob(stores: Stores) {
  const { ledger, db } = stores;
  const job = await runningJob(stores, 301);
  await ledger.renewLease(job.id, 'live', longMs);
  const documents = (await db.collection(`jobs/${job.id}/splits`).get()).docs;
  const batch = db.batch();
  for (const { ref } of documents) {
    batch.update(ref, { state: 'CLAIMED', holder: 'live', attempt: 1, claimId: 'other' });
  }
  const orphan = present(documents.at(-1));
  batch.update(orphan.ref, { holder: 'dead' });
  await batch.commit();
  return { job, orphan: orphan.id };
}

async function lookOften(queue: WorkQueue, times: number) {
  for (let n = 0; n < times; n++) {
    const { work } = await queue.next();
    if (work) return work;
  }
  return undefined;
}
