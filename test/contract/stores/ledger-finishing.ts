import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  aTable,
  claimOne,
  claimTable,
  commitAndCheck,
  executeRequest,
  longMs,
  partOf,
  planTable,
  present,
  queuedJob,
  runningJob,
  type Stores,
  unplannedJob,
  verifyingJob,
} from '../../support/stores.ts';

const lost = { code: 'LEASE_LOST' };
const error = { code: 'VERIFICATION_FAILED', message: 'short' } as const;

export function finishing(open: () => Stores): void {
  it('begins only when every table is read or has failed', async () => {
    const stores = open();
    const { ledger } = stores;
    const tables = ['TIMES', 'COSTS', 'GONE'].map((name, position) => aTable(name, { position }));
    const job = await unplannedJob(stores, tables);
    const failing = await claimTable(stores, job, 'a');
    await ledger.failTable(failing, error, true);
    await planTable(stores, job);
    await planTable(stores, job);
    const done = await claimOne(stores, job, 'a');
    await commitAndCheck(stores, done);
    const last = await claimOne(stores, job, 'a');
    expect(await ledger.beginFinish(job.id, 'a')).toBeUndefined();
    await ledger.commitSplit(last, { parts: [] });
    expect(await ledger.beginFinish(job.id, 'a')).toBeUndefined();
    const check = present(await ledger.claimCheck(last));
    expect(await ledger.beginFinish(job.id, 'a')).toBeUndefined();
    await ledger.settleTable(check);
    expect(await ledger.beginFinish(job.id, 'a')).toMatchObject({ state: 'VERIFYING', owner: 'a' });
  });

  it('is the turn of one task', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores);
    await commitAndCheck(stores, await claimOne(stores, job, 'a'));
    const holders = ['a', 'b', 'c', 'd'];
    await Promise.all(holders.map((holder) => ledger.renewLease(job.id, holder, longMs)));
    const turns = await Promise.all(holders.map((h) => ledger.beginFinish(job.id, h)));
    const [turn, ...more] = turns.filter((found) => found !== undefined);
    expect(more).toEqual([]);
    expect(await ledger.beginFinish(job.id, present(turn?.owner))).toEqual(turn);
  });

  it('supersedes hundreds of open splits, and nothing that was committed', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await runningJob(stores, 450);
    const done = await claimOne(stores, job, 'a');
    await ledger.commitSplit(done, { parts: [partOf(done)] });
    const held = await claimOne(stores, job, 'a');
    await stores.jobs.requestCancel('default', job.id);
    const finishing = present(await ledger.beginFinish(job.id, 'a'));
    await ledger.supersedeOpen(finishing);
    const splits = await ledger.splits(job.id);
    const superseded = splits.filter(({ state }) => state === 'SUPERSEDED');
    expect(superseded.map(({ id }) => id)).toContain(held.splitId);
    expect(superseded).toHaveLength(449);
    const kept = splits.find(({ id }) => id === done.splitId);
    expect(kept).toMatchObject({ state: 'DONE', parts: [partOf(done)] });
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

  it('rule 5: the outcome that was decided first stays', async () => {
    const stores = open();
    const verifying = await verifyingJob(stores);
    const results = [{ extractionId: 'id-TIMES', state: 'SUCCEEDED' }] as const;
    const decided = await stores.ledger.decide(verifying, { state: 'SUCCEEDED' }, results);
    expect(decided).toMatchObject({ state: 'PUBLISHING', finishedAt: expect.any(String) });
    const failed = [{ extractionId: 'id-TIMES', state: 'FAILED', error }] as const;
    const again = await stores.ledger.decide(verifying, { state: 'FAILED', error }, failed);
    expect(again).toEqual(decided);
    expect(await stores.ledger.job(decided.id)).toEqual(decided);
    const [extraction] = await stores.ledger.extractions(decided.id);
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

  it('notes once that the end was announced, and that the output was deleted', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await verifyingJob(stores);
    await ledger.noteAnnounced(job.id);
    const announced = await ledger.job(job.id);
    expect(announced.announcedAt).toEqual(expect.any(String));
    await ledger.noteAnnounced(job.id);
    expect(await ledger.job(job.id)).toEqual(announced);
    await ledger.noteOutputDeleted(job.id);
    expect((await ledger.job(job.id)).outputDeletedAt).toEqual(expect.any(String));
  });

  it('finished jobs of a transport are told by their state, newest version first', async () => {
    const stores = open();
    const { jobs, ledger } = stores;
    const first = await queuedJob(stores);
    await jobs.requestCancel('default', first.id);
    const request = executeRequest(first.transportId);
    for (const version of [2, 3]) {
      const { job } = await jobs.enqueue(request);
      expect(job.version).toBe(version);
      await jobs.requestCancel('default', job.id);
    }
    await jobs.enqueue(request);
    const told = await ledger.finishedJobs(first.transportId, 'CANCELLED');
    expect(told.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(await ledger.finishedJobs(first.transportId, 'SUCCEEDED')).toEqual([]);
    expect(await ledger.finishedJobs('another', 'CANCELLED')).toEqual([]);
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
