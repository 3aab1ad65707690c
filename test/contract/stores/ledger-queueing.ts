import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Claim } from '../../../shared/domain/split.ts';
import {
  claimOne,
  longMs,
  partOf,
  planningJob,
  present,
  runningJob,
  type Stores,
  tablePlan,
} from '../../support/stores.ts';

export function queueing(open: () => Stores): void {
  it('8 concurrent tasks with 2 workers each claim every one of 50 splits exactly once', async () => {
    const stores = open();
    const job = await runningJob(stores, 50);
    const holders = Array.from({ length: 8 }, (_, n) => `task-${n}`);
    await Promise.all(holders.map((h) => stores.ledger.renewLease(job.id, h, longMs)));
    const claims: Claim[] = [];
    const work = holders.flatMap((holder) => {
      const queue = stores.ledger.openQueue(job, holder);
      const drain = async () => {
        for (;;) {
          const { claim } = await queue.next();
          if (!claim) return;
          claims.push(claim);
        }
      };
      return [drain(), drain()];
    });
    await Promise.all(work);
    expect(new Set(claims.map(({ splitId }) => splitId)).size).toBe(50);
    expect(claims).toHaveLength(50);
    expect(claims.every(({ attempt, failures }) => attempt === 1 && failures === 0)).toBe(true);
  });

  it('claims a large table before the small ones', async () => {
    const stores = open();
    const { ledger } = stores;
    const planning = await planningJob(stores);
    const plans = Array.from({ length: 20 }, (_, position) => {
      const { extraction } = tablePlan(planning, `T${position}`, 1, position);
      const countedRows = position === 13 ? 1_000_000 : 10;
      return { splits: 1, extraction: { ...extraction, countedRows } };
    });
    await ledger.savePlans(planning, plans);
    await ledger.publishPlan(planning, 'scn', '4711');
    const first = await claimOne(stores, await ledger.job(planning.id), 'a');
    expect(first.extractionId).toBe('id-T13');
  });

  it('takes over what a dead task has claimed', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'dead');
    await ledger.renewLease(job.id, 'dead', 60);
    await sleep(100);
    await ledger.renewLease(job.id, 'b', longMs);
    const { claim: taken } = await ledger.openQueue(job, 'b').next();
    expect(taken).toEqual({ ...claim, holder: 'b', attempt: 2 });
  });

  it('leaves a live task its claims, and says that they are open', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'live');
    const queue = stores.ledger.openQueue(job, 'b');
    expect(await queue.next()).toEqual({ claim: undefined, open: true });
    await stores.ledger.commitSplit(claim, [partOf(claim)]);
    expect(await queue.next()).toEqual({ claim: undefined, open: false });
  });

  it('a split that one worker has just taken over is open to the other workers', async () => {
    const stores = open();
    const job = await runningJob(stores);
    await claimOne(stores, job, 'dead');
    await stores.ledger.releaseLease(job.id, 'dead');
    await stores.ledger.renewLease(job.id, 'b', longMs);
    const queue = stores.ledger.openQueue(job, 'b');
    const [first, second] = await Promise.all([queue.next(), queue.next()]);
    expect(first).toMatchObject({ claim: { attempt: 2 } });
    expect(second).toEqual({ claim: undefined, open: true });
  });

  it('a task does not claim again what its own workers hold', async () => {
    const stores = open();
    const job = await runningJob(stores);
    await stores.ledger.renewLease(job.id, 'a', longMs);
    const queue = stores.ledger.openQueue(job, 'a');
    expect(await queue.next()).toMatchObject({ claim: { attempt: 1 } });
    expect(await queue.next()).toEqual({ claim: undefined, open: true });
  });

  it('a task that begins anew takes up what it had claimed and dropped', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const dropped = await claimOne(stores, job, 'a');
    const { claim } = await stores.ledger.openQueue(job, 'a').next();
    expect(claim).toMatchObject({ splitId: dropped.splitId, holder: 'a', attempt: 2 });
    await expect(stores.ledger.commitSplit(dropped, [])).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
  });

  it('finds a dead task’s split behind hundreds that live tasks hold', async () => {
    const stores = open();
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
    await ledger.renewLease(job.id, 'b', longMs);
    const queue = ledger.openQueue(job, 'b');
    let found = await queue.next();
    for (let more = 0; more < 100 && !found.claim; more++) found = await queue.next();
    expect(found.claim).toMatchObject({ splitId: orphan.id, attempt: 2 });
  });

  it('a split that failed or was handed back is claimed again, under the next attempt', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores);
    const first = await claimOne(stores, job, 'a');
    await ledger.failSplit(first, { code: 'ORACLE_CONNECTION_ERROR', message: 'cut' }, false);
    const second = await claimOne(stores, job, 'b');
    expect(second).toMatchObject({ attempt: 2, failures: 1, holder: 'b' });
    await ledger.releaseSplit(second);
    expect(await claimOne(stores, job, 'a')).toMatchObject({ attempt: 3, failures: 1 });
  });

  it('nothing is open when all splits are settled', async () => {
    const stores = open();
    const job = await runningJob(stores, 2);
    const done = await claimOne(stores, job, 'a');
    await stores.ledger.commitSplit(done, []);
    const failed = await claimOne(stores, job, 'a');
    await stores.ledger.failSplit(failed, { code: 'VALUE_ERROR', message: 'bad' }, true);
    const queue = stores.ledger.openQueue(job, 'b');
    expect(await queue.next()).toEqual({ claim: undefined, open: false });
  });
}
