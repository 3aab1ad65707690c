import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { PlannedColumn } from '../../../shared/domain/column.ts';
import {
  aTable,
  longMs,
  planningJob,
  present,
  queuedJob,
  type Stores,
  unplannedJob,
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
    const launch = present(await stores.jobs.takeLaunch(noted.id));
    await stores.jobs.recordExecution(launch, 'as-launched');
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
    await ledger.saveTables(late, [aTable('TIMES')]);
    await ledger.releaseLease(late.id, 'late');
    const next = present(await ledger.beginPlanning(late.id, 'next'));
    await expect(ledger.saveTables(late, [aTable('COSTS')])).rejects.toMatchObject(lost);
    await expect(ledger.publishTables(late, 'scn', '1')).rejects.toMatchObject(lost);
    const error = { code: 'ORACLE_ERROR', message: 'late' } as const;
    await expect(ledger.failPlanning(late, error)).rejects.toMatchObject(lost);
    await ledger.saveTables(next, [aTable('TIMES')]);
    await ledger.publishTables(next, 'scn', '2');
    await expect(ledger.publishTables(late, 'scn', '1')).rejects.toMatchObject(lost);
    expect(await ledger.job(late.id)).toMatchObject({ state: 'RUNNING', epoch: 2, scn: '2' });
    expect(await ledger.extractions(late.id)).toEqual([aTable('TIMES')]);
  });

  it('5,000 tables are published in one write, and told in their order', {
    timeout: 60_000,
  }, async () => {
    const stores = open();
    const { ledger } = stores;
    const job = await planningJob(stores);
    const tables = Array.from({ length: 5_000 }, (_, n) => aTable(`T${n}`, { position: n }));
    await ledger.saveTables(job, tables);
    await ledger.publishTables(job, 'scn-per-table', undefined);
    await ledger.publishTables(job, 'scn-per-table', undefined);
    expect(await ledger.extractions(job.id)).toEqual(tables);
    const { extractions, splits } = await stores.jobs.detail('default', job.id);
    expect(extractions).toEqual(tables);
    expect(splits).toEqual([]);
    const published = await ledger.job(job.id);
    expect(published).toMatchObject({ state: 'RUNNING', consistency: 'scn-per-table' });
    expect(published).not.toHaveProperty('scn');
    expect(published).not.toHaveProperty('owner');
  });

  it('24 tables with 1,000 columns of long names can be stored', async () => {
    const stores = open();
    const job = await planningJob(stores);
    const columns = Array.from({ length: 1000 }, (_, n) => wideColumn(n));
    const tables = Array.from({ length: 24 }, (_, n) => aTable(`W${n}`, { columns, position: n }));
    await stores.ledger.saveTables(job, tables);
    await stores.ledger.saveTables(job, tables);
    expect(await stores.ledger.extractions(job.id)).toHaveLength(24);
    expect(await stores.ledger.extraction(job.id, 'id-W23')).toEqual(tables[23]);
  });

  it('gives back one table as it is, and says when there is none', async () => {
    const stores = open();
    const table = aTable('TIMES', { estimatedBytes: 1, filter: [] });
    const job = await unplannedJob(stores, [table]);
    expect(await stores.ledger.extraction(job.id, table.id)).toEqual(table);
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
    await expect(stores.ledger.saveTables(job, [aTable('T')])).rejects.toMatchObject(lost);
    await expect(stores.ledger.publishTables(job, 'scn', '1')).rejects.toMatchObject(lost);
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
