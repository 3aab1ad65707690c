import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  claimOne,
  executeRequest,
  longMs,
  partOf,
  present,
  queuedJob,
  runningJob,
  type Stores,
  verifyingJob,
} from '../../support/stores.ts';

const lost = { code: 'LEASE_LOST' };
const error = { code: 'VERIFICATION_FAILED', message: 'short' } as const;

export function finishing(open: () => Stores): void {
  it('begins only when every split is settled', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores, 3);
    expect(await ledger.beginFinish(job.id, 'a')).toBeUndefined();
    const done = await claimOne(stores, job, 'a');
    await ledger.commitSplit(done, [partOf(done)]);
    const failed = await claimOne(stores, job, 'a');
    await ledger.failSplit(failed, error, true);
    const last = await claimOne(stores, job, 'a');
    expect(await ledger.beginFinish(job.id, 'a')).toBeUndefined();
    await ledger.commitSplit(last, []);
    expect(await ledger.beginFinish(job.id, 'a')).toMatchObject({ state: 'VERIFYING', owner: 'a' });
  });

  it('is the turn of one task', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'a');
    await ledger.commitSplit(claim, []);
    const holders = ['a', 'b', 'c', 'd'];
    await Promise.all(holders.map((holder) => ledger.renewLease(job.id, holder, longMs)));
    const turns = await Promise.all(holders.map((h) => ledger.beginFinish(job.id, h)));
    const [turn, ...more] = turns.filter((found) => found !== undefined);
    expect(more).toEqual([]);
    expect(await ledger.beginFinish(job.id, present(turn?.owner))).toEqual(turn);
  });

  it.each(['VERIFYING', 'PUBLISHING', 'CANCELLING'])(
    'a finaliser that dies while %s is taken over, and can write no more',
    async (state) => {
      const stores = open();
      const { ledger } = stores;
      const dying = await finisherIn(stores, state);
      await ledger.renewLease(dying.id, 'a', 60);
      await sleep(100);
      const heir = present(await ledger.beginFinish(dying.id, 'b'));
      expect(heir).toMatchObject({ state, owner: 'b' });
      await expect(ledger.decide(dying, { state: 'FAILED' }, [])).rejects.toMatchObject(lost);
      await expect(ledger.finish(dying)).rejects.toMatchObject(lost);
    },
  );

  it('the outcome that was decided first stays', async () => {
    const stores = open();
    const verifying = await verifyingJob(stores);
    const results = [{ extractionId: 'id-TIMES', state: 'SUCCEEDED' }] as const;
    const decided = await stores.ledger.decide(verifying, { state: 'SUCCEEDED' }, results);
    expect(decided).toMatchObject({ state: 'PUBLISHING', finishedAt: expect.any(String) });
    const failed = [{ extractionId: 'id-TIMES', state: 'FAILED', error }] as const;
    const again = await stores.ledger.decide(verifying, { state: 'FAILED', error }, failed);
    expect(again).toEqual(decided);
    expect(await stores.ledger.job(decided.id)).toEqual(decided);
    const [extraction] = await stores.ledger.extractions(decided.id, decided.epoch);
    expect(extraction?.result).toEqual({ state: 'SUCCEEDED' });
  });

  it('an heir is given the outcome that was decided before', async () => {
    const stores = open();
    const verifying = await verifyingJob(stores, 'a');
    const decided = await stores.ledger.decide(verifying, { state: 'SUCCEEDED' }, []);
    await stores.ledger.releaseLease(decided.id, 'a');
    const heir = present(await stores.ledger.beginFinish(decided.id, 'b'));
    expect(heir).toEqual({ ...decided, owner: 'b' });
    expect(await stores.ledger.finish(heir)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it.each(['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED'] as const)(
    'ends a job as %s, idempotently, and frees the transport',
    async (state) => {
      const stores = open();
      const verifying = await verifyingJob(stores);
      const outcome = state === 'SUCCEEDED' ? { state } : { state, error };
      const decided = await stores.ledger.decide(verifying, outcome, []);
      const ended = await stores.ledger.finish(decided);
      expect(ended).toMatchObject({ ...outcome, finishedAt: decided.finishedAt });
      expect(ended).not.toHaveProperty('owner');
      expect(await stores.ledger.finish(decided)).toEqual(ended);
      expect(await stores.ledger.job(ended.id)).toEqual(ended);
      expect(await stores.ledger.beginFinish(ended.id, 'b')).toBeUndefined();
      const next = await stores.jobs.enqueue(executeRequest(ended.transportId));
      expect(next.job.version).toBe(2);
    },
  );

  it('a cancelled job ends as cancelled, whatever its finaliser would have it', async () => {
    const stores = open();
    const cancelling = await finisherIn(stores, 'CANCELLING');
    for (const state of ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED'] as const) {
      const refused = stores.ledger.decide(cancelling, { state }, []);
      await expect(refused).rejects.toMatchObject(lost);
    }
    const decided = await stores.ledger.decide(cancelling, { state: 'CANCELLED' }, []);
    expect(decided).toMatchObject({ state: 'CANCELLING', finishedAt: expect.any(String) });
    expect(await stores.ledger.finish(decided)).toMatchObject({ state: 'CANCELLED' });
  });

  it('a job that nobody cancelled does not end as cancelled', async () => {
    const stores = open();
    const refused = stores.ledger.decide(await verifyingJob(stores), { state: 'CANCELLED' }, []);
    await expect(refused).rejects.toMatchObject(lost);
  });

  it('a cancel between verifying and deciding is not overruled', async () => {
    const stores = open();
    const verifying = await verifyingJob(stores);
    await stores.jobs.requestCancel('default', verifying.id);
    const refused = stores.ledger.decide(verifying, { state: 'SUCCEEDED' }, []);
    await expect(refused).rejects.toMatchObject(lost);
    expect(await stores.ledger.job(verifying.id)).toMatchObject({ state: 'CANCELLING' });
  });

  it('nothing is finished that was not decided', async () => {
    const stores = open();
    const verifying = await verifyingJob(stores);
    await expect(stores.ledger.finish(verifying)).rejects.toMatchObject(lost);
    const outcome = { state: 'FAILED' } as const;
    await expect(stores.ledger.finish({ ...verifying, outcome })).rejects.toMatchObject(lost);
  });

  it('there is nothing to finish before the plan is published, or without a job', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    expect(await stores.ledger.beginFinish(id, 'a')).toBeUndefined();
    expect(await stores.ledger.beginFinish('none', 'a')).toBeUndefined();
  });
}

/** A job that live task `a` brings to its end, in the given state. */
async function finisherIn(stores: Stores, state: string) {
  const verifying = await verifyingJob(stores, 'a');
  if (state === 'PUBLISHING') return stores.ledger.decide(verifying, { state: 'SUCCEEDED' }, []);
  if (state === 'VERIFYING') return verifying;
  await stores.jobs.requestCancel('default', verifying.id);
  return present(await stores.ledger.beginFinish(verifying.id, 'a'));
}
