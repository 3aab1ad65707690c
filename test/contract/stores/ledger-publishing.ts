import { expect, it } from 'vitest';
import type { TableClaim } from '../../../shared/domain/extraction.ts';
import {
  aTable,
  claimOne,
  claimTable,
  longMs,
  partOf,
  planTable,
  present,
  type Stores,
  tablePlan,
  unplannedJob,
} from '../../support/stores.ts';

const lost = { code: 'LEASE_LOST' };
const error = { code: 'ORACLE_ERROR', message: 'no' } as const;

export function publishing(open: () => Stores): void {
  it('opens the splits of a plan, in the epoch of its claim', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    const plan = tablePlan(3);
    const claim = await claimTable(stores, job, 'a');
    expect(claim).toMatchObject({ purpose: 'plan', extractionId: 'id-TIMES', epoch: 1 });
    await stores.ledger.publishTable(claim, plan);
    const { ranges, ...of } = plan;
    const table = await stores.ledger.extraction(job.id, 'id-TIMES');
    const published = { phase: 'READING', epoch: 1, splitsTotal: 3, plannedAt: expect.any(String) };
    expect(table).toMatchObject({ ...of, ...published });
    expect(table).not.toHaveProperty('holder');
    const splits = await stores.ledger.splits(job.id);
    const inOrder = splits.toSorted((a, b) => a.position - b.position);
    expect(inOrder.map(({ range }) => range)).toEqual(ranges);
    expect(inOrder).toMatchObject([0, 1, 2].map((position) => ({ position, state: 'PENDING' })));
  });

  it('a plan that is published again, because an answer was lost, changes nothing', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    const plan = await planTable(stores, job, 2);
    const claim = await claimOne(stores, job, 'a');
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    const before = await stores.ledger.splits(job.id);
    await stores.ledger.publishTable(plan, tablePlan(2));
    expect(await stores.ledger.splits(job.id)).toEqual(before);
  });

  it('a plan without an SCN, an identity and a count takes those of before away', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    const claim = await claimTable(stores, job, 'a');
    await stores.ledger.publishTable(claim, {
      consistency: 'transaction',
      splitMethod: 'whole table',
      ranges: [{ kind: 'whole' }],
    });
    const table = await stores.ledger.extraction(job.id, 'id-TIMES');
    expect(table).toMatchObject({ phase: 'READING', consistency: 'transaction' });
    for (const field of ['scn', 'identity', 'countedRows']) expect(table).not.toHaveProperty(field);
  });

  it('a plan that describes its table anew takes what was said of it before away', async () => {
    const stores = open();
    const comment = 'as it was';
    const job = await unplannedJob(stores, [aTable('TIMES', { comment })]);
    const claim = await claimTable(stores, job, 'a');
    const encoding = { kind: 'text' } as const;
    const column = { name: 'MORE', field: 'MORE', encoding, nullable: true };
    const types = { oracleType: 'VARCHAR2(9)', bigQueryType: 'STRING' } as const;
    const design = { kind: 'partitioned table', columns: [{ ...column, ...types }] } as const;
    await stores.ledger.publishTable(claim, tablePlan(1, { design }));
    const table = await stores.ledger.extraction(job.id, 'id-TIMES');
    expect(table).toMatchObject({ ...design, phase: 'READING', identity: 'as it was' });
    for (const field of ['comment', 'source', 'filter']) expect(table).not.toHaveProperty(field);
  });

  it('3,000 splits are stored in batches and opened together', { timeout: 60_000 }, async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    await planTable(stores, job, 3_000);
    const splits = await stores.ledger.splits(job.id);
    expect(new Set(splits.map(({ position }) => position)).size).toBe(3_000);
    expect(await claimOne(stores, job, 'a')).toMatchObject({ epoch: 1, attempt: 1 });
  });

  it('a planner that was taken over can write no more, and what it stored is superseded', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await unplannedJob(stores);
    const late = await claimTable(stores, job, 'late');
    const doomed = fitFor(stores, late, 2);
    await doomed.storeOnly();
    await ledger.releaseLease(job.id, 'late');
    const next = await claimTable(stores, job, 'next');
    expect(next).toMatchObject({ epoch: 2, purpose: 'plan' });
    await expect(ledger.publishTable(late, tablePlan(2))).rejects.toMatchObject(lost);
    await expect(ledger.failTable(late, error, true)).rejects.toMatchObject(lost);
    await expect(ledger.restartTable(late, error)).resolves.toBeUndefined();
    await ledger.releaseTable(late);
    await ledger.publishTable(next, tablePlan(1));
    await expect(ledger.publishTable(late, tablePlan(2))).rejects.toMatchObject(lost);
    const states = (await ledger.splits(job.id)).map(({ epoch, state }) => `${epoch} ${state}`);
    expect(states.toSorted()).toEqual(['1 SUPERSEDED', '1 SUPERSEDED', '2 PENDING']);
    expect(await ledger.extraction(job.id, 'id-TIMES')).toMatchObject({ epoch: 2, splitsTotal: 1 });
  });

  it('splits of a plan that is not published cannot be claimed', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    const claim = await claimTable(stores, job, 'planner');
    await fitFor(stores, claim, 20).storeOnly();
    await stores.ledger.renewLease(job.id, 'b', longMs);
    const queue = stores.ledger.openQueue(job, 'b');
    expect(await queue.next()).toEqual({ work: undefined, open: true });
    await stores.ledger.publishTable(claim, tablePlan(20));
    expect((await queue.next()).work).toMatchObject({ kind: 'split', claim: { epoch: 1 } });
  });

  it('a plan that failed is made again, until it has failed for good', async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await unplannedJob(stores);
    const first = await claimTable(stores, job, 'a');
    await ledger.failTable(first, error, false);
    await ledger.failTable(first, error, false);
    const pending = await ledger.extraction(job.id, 'id-TIMES');
    expect(pending).toMatchObject({ phase: 'PENDING', failures: 1, scn: '4711', error });
    const second = await claimTable(stores, job, 'b');
    expect(second.epoch).toBe(2);
    await expect(ledger.failTable(first, error, true)).rejects.toMatchObject(lost);
    await ledger.failTable(second, error, true);
    await ledger.failTable(second, error, true);
    const failed = await ledger.extraction(job.id, 'id-TIMES');
    expect(failed).toMatchObject({ phase: 'FAILED', failures: 2, error });
    expect(await ledger.openQueue(job, 'b').next()).toEqual({ work: undefined, open: false });
  });

  it('a plan that is handed back counts no failure', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    const claim = await claimTable(stores, job, 'a');
    await stores.ledger.releaseTable(claim);
    await stores.ledger.releaseTable(claim);
    const table = await stores.ledger.extraction(job.id, 'id-TIMES');
    expect(table).toMatchObject({ phase: 'PENDING', failures: 0 });
    expect(table).not.toHaveProperty('holder');
  });

  it('after a cancel no plan is published, and none of its splits stored', async () => {
    const stores = open();
    const job = await unplannedJob(stores, [aTable('TIMES'), aTable('COSTS', { position: 1 })]);
    const claim = await claimTable(stores, job, 'a');
    await stores.jobs.requestCancel('default', job.id);
    await expect(stores.ledger.publishTable(claim, tablePlan())).rejects.toMatchObject(lost);
    expect(await stores.ledger.splits(job.id)).toEqual([]);
  });
}

/** A planner that dies after it has stored its splits and before it publishes them. */
function fitFor({ db, ledger }: Stores, claim: TableClaim, splits: number) {
  return {
    async storeOnly(): Promise<void> {
      await ledger.publishTable(claim, tablePlan(splits));
      const table = db.doc(`jobs/${claim.jobId}/extractions/${claim.extractionId}`);
      const { holder, claimId } = claim;
      await table.update({ phase: 'PLANNING', holder, claimId, splitsTotal: 0 });
      expect(present((await table.get()).data())).toMatchObject({ epoch: claim.epoch });
    },
  };
}
