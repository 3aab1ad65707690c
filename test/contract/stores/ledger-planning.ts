import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { PlannedColumn } from '../../../shared/domain/column.ts';
import {
  longMs,
  planningJob,
  present,
  queuedJob,
  runningJob,
  type Stores,
  tablePlan,
} from '../../support/stores.ts';

const lost = { code: 'LEASE_LOST' };

export function planning(open: () => Stores): void {
  it('is the turn of one task', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    const holders = ['a', 'b', 'c', 'd'];
    await Promise.all(holders.map((holder) => stores.ledger.renewLease(id, holder, longMs)));
    const turns = await Promise.all(
      holders.map((holder) => stores.ledger.beginPlanning(id, holder)),
    );
    const [turn, ...more] = turns.filter((job) => job !== undefined);
    expect(more).toEqual([]);
    expect(turn).toMatchObject({ state: 'PLANNING', epoch: 1, startedAt: expect.any(String) });
    // Asking again, because the answer got lost, starts no other plan.
    expect(await stores.ledger.beginPlanning(id, present(turn?.owner))).toEqual(turn);
  });

  it('notes the execution of the task where its launch could not be noted, and only there', async () => {
    const stores = open();
    const unnoted = await queuedJob(stores, 'unnoted');
    const planning = await stores.ledger.beginPlanning(unnoted.id, 'a', 'execution-of-a');
    expect(planning?.execution).toBe('execution-of-a');
    expect((await stores.ledger.job(unnoted.id)).execution).toBe('execution-of-a');
    const noted = await queuedJob(stores, 'noted');
    await stores.jobs.recordExecution(noted.id, 'as-launched');
    const again = await stores.ledger.beginPlanning(noted.id, 'a', 'execution-of-a');
    expect(again?.execution).toBe('as-launched');
  });

  it('passes to another task when the lease has run out by the server’s clock', async () => {
    const stores = open();
    const { id } = await queuedJob(stores);
    await stores.ledger.renewLease(id, 'dying', 60);
    const first = present(await stores.ledger.beginPlanning(id, 'dying'));
    await sleep(100);
    const second = await stores.ledger.beginPlanning(id, 'next');
    expect(second).toMatchObject({ epoch: 2, owner: 'next', startedAt: first.startedAt });
  });

  it('passes to another task as soon as the lease is given back', async () => {
    const stores = open();
    const { id } = await planningJob(stores, 'a');
    expect(await stores.ledger.beginPlanning(id, 'b')).toBeUndefined();
    await stores.ledger.releaseLease(id, 'a');
    await stores.ledger.releaseLease(id, 'a');
    expect(await stores.ledger.beginPlanning(id, 'b')).toMatchObject({ epoch: 2, owner: 'b' });
  });

  it('a planner that was taken over can write no more', async () => {
    const stores = open();
    const { ledger } = stores;
    const late = await planningJob(stores, 'late');
    await ledger.savePlans(late, [tablePlan(late, 'TIMES')]);
    await ledger.releaseLease(late.id, 'late');
    const next = present(await ledger.beginPlanning(late.id, 'next'));
    await expect(ledger.savePlans(late, [tablePlan(late, 'COSTS')])).rejects.toMatchObject(lost);
    await expect(ledger.publishPlan(late, 'scn', '1')).rejects.toMatchObject(lost);
    const error = { code: 'ORACLE_ERROR', message: 'late' } as const;
    await expect(ledger.failPlanning(late, error)).rejects.toMatchObject(lost);
    await ledger.savePlans(next, [tablePlan(next, 'TIMES')]);
    await ledger.publishPlan(next, 'scn', '2');
    await expect(ledger.publishPlan(late, 'scn', '1')).rejects.toMatchObject(lost);
    expect(await ledger.job(late.id)).toMatchObject({ state: 'RUNNING', epoch: 2, scn: '2' });
    expect(await ledger.extractions(late.id, 2)).toHaveLength(1);
    expect((await ledger.splits(late.id)).map(({ epoch }) => epoch).toSorted()).toEqual([1, 2]);
  });

  it('a plan of 250 tables is published whole', async () => {
    const stores = open();
    const job = await planningJob(stores);
    const plans = Array.from({ length: 250 }, (_, n) => tablePlan(job, `T${n}`, 2, n));
    await stores.ledger.savePlans(job, plans);
    await stores.ledger.savePlans(job, plans);
    await stores.ledger.publishPlan(job, 'scn-per-table', undefined);
    await stores.ledger.publishPlan(job, 'scn-per-table', undefined);
    const { extractions, splits } = await stores.jobs.detail('default', job.id);
    expect(extractions.map(({ table }) => table)).toEqual(plans.map((p) => p.extraction.table));
    expect(splits).toHaveLength(500);
    const published = await stores.ledger.job(job.id);
    expect(published).toMatchObject({ state: 'RUNNING', consistency: 'scn-per-table' });
    expect(published).not.toHaveProperty('scn');
    expect(published).not.toHaveProperty('owner');
  });

  it('a plan of 24 tables with 1,000 columns of long names can be stored', async () => {
    const stores = open();
    const job = await planningJob(stores);
    const columns = Array.from({ length: 1000 }, (_, n) => wideColumn(n));
    const plans = Array.from({ length: 24 }, (_, n) => {
      const plan = tablePlan(job, `WIDE${n}`, 1, n);
      return { ...plan, extraction: { ...plan.extraction, columns } };
    });
    await stores.ledger.savePlans(job, plans);
    expect(await stores.ledger.splits(job.id)).toHaveLength(24);
    const last = await stores.ledger.extraction(job.id, 'id-WIDE23');
    expect(last.columns).toEqual(columns);
  });

  it('gives back the plan of one table, and says when there is none', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const { extraction } = tablePlan(job, 'TIMES');
    expect(await stores.ledger.extraction(job.id, extraction.id)).toEqual(extraction);
    await expect(stores.ledger.extraction(job.id, 'none')).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
    });
  });

  it('fails the job with the reason, once', async () => {
    const stores = open();
    const job = await planningJob(stores);
    const error = { code: 'TABLE_NOT_FOUND', message: 'SH.TIMES', details: { a: [1] } } as const;
    await stores.ledger.failPlanning(job, error);
    const failed = await stores.ledger.job(job.id);
    expect(failed).toMatchObject({ state: 'FAILED', error, finishedAt: expect.any(String) });
    await stores.ledger.failPlanning(job, error);
    expect(await stores.ledger.job(job.id)).toEqual(failed);
    expect(await stores.ledger.beginPlanning(job.id, 'next')).toBeUndefined();
  });

  it('a cancel stops the planner’s writes', async () => {
    const stores = open();
    const job = await planningJob(stores);
    await stores.jobs.requestCancel('default', job.id);
    await expect(stores.ledger.savePlans(job, [tablePlan(job, 'T')])).rejects.toMatchObject(lost);
    await expect(stores.ledger.publishPlan(job, 'scn', '1')).rejects.toMatchObject(lost);
  });

  it('there is nothing to plan for a job that is not there', async () => {
    const { ledger } = open();
    expect(await ledger.beginPlanning('none', 'a')).toBeUndefined();
    await expect(ledger.job('none')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  });
}

function wideColumn(n: number): PlannedColumn {
  const name = `C${n}`.padEnd(128, '$');
  const field = `C${n}`.padEnd(128, '_');
  const encoding = { kind: 'datetime', fractionDigits: 6 } as const;
  return {
    name,
    field,
    oracleType: 'TIMESTAMP(6)',
    bigQueryType: 'DATETIME',
    nullable: true,
    encoding,
  };
}
