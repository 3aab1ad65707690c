import { expect, it } from 'vitest';
import type { TableClaim } from '../../../shared/domain/extraction.ts';
import type { Claim } from '../../../shared/domain/split.ts';
import type { Work } from '../../../shared/ports/ledger.ts';
import {
  aTable,
  claimOne,
  claimTable,
  commitAndCheck,
  longMs,
  runningJob,
  type Stores,
  tablePlan,
  unplannedJob,
} from '../../support/stores.ts';

export function queueing(open: () => Stores): void {
  it('rule 10: 8 tasks with 2 workers each claim every one of 50 splits exactly once', async () => {
    const stores = open();
    const job = await runningJob(stores, 50);
    const claims: Claim[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        await stores.ledger.renewLease(job.id, `task-${n}`, longMs);
        const queue = stores.ledger.openQueue(job, `task-${n}`);
        const drain = async () => {
          for (let { work } = await queue.next(); work; { work } = await queue.next()) {
            if (work.kind === 'split') claims.push(work.claim);
          }
        };
        await Promise.all([drain(), drain()]);
      }),
    );
    expect(new Set(claims.map(({ splitId }) => splitId)).size).toBe(50);
    expect(claims).toHaveLength(50);
    expect(claims.every(({ attempt, failures }) => attempt === 1 && failures === 0)).toBe(true);
  });

  it('a table is planned by one of several tasks', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    const holders = ['a', 'b', 'c', 'd'];
    await Promise.all(holders.map((holder) => stores.ledger.renewLease(job.id, holder, longMs)));
    const found = await Promise.all(
      holders.map((holder) => stores.ledger.openQueue(job, holder).next()),
    );
    expect(found.filter(({ work }) => work)).toHaveLength(1);
    expect(found.filter(({ work }) => !work)).toEqual(
      Array.from({ length: 3 }, () => ({ work: undefined, open: true })),
    );
  });

  it('gives out the largest table first, and tables before splits', async () => {
    const stores = open();
    const sizes = [10, 1_000_000, 40_000];
    const tables = sizes.map((estimatedBytes, position) =>
      aTable(`T${position}`, { estimatedBytes, position }),
    );
    const job = await unplannedJob(stores, tables);
    const names: string[] = [];
    for (let n = 0; n < 3; n++) {
      const claim = await claimTable(stores, job, 'a');
      names.push(claim.extractionId);
      await stores.ledger.publishTable(claim, tablePlan());
    }
    expect(names).toEqual(['id-T1', 'id-T2', 'id-T0']);
    expect(await claimOne(stores, job, 'a')).toMatchObject({ attempt: 1 });
  });

  it('gives out the largest splits first', async () => {
    const stores = open();
    const tables = ['SMALL', 'LARGE'].map((table, position) => aTable(table, { position }));
    const job = await unplannedJob(stores, tables);
    for (const _ of tables) {
      const claim = await claimTable(stores, job, 'a');
      const countedRows = claim.extractionId === 'id-LARGE' ? 1_000_000 : 10;
      await stores.ledger.publishTable(claim, tablePlan(1, { countedRows }));
    }
    expect(await claimOne(stores, job, 'a')).toMatchObject({ extractionId: 'id-LARGE' });
  });

  it('rule 11: leaves a live task its work, and says that there may be more', async () => {
    const stores = open();
    const job = await runningJob(stores);
    const claim = await claimOne(stores, job, 'live');
    await stores.ledger.renewLease(job.id, 'b', longMs);
    const queue = stores.ledger.openQueue(job, 'b');
    expect(await queue.next()).toEqual({ work: undefined, open: true });
    await commitAndCheck(stores, claim);
    expect(await queue.next()).toEqual({ work: undefined, open: false });
  });

  it('a task does not claim again what its own workers hold', async () => {
    const stores = open();
    const job = await unplannedJob(stores);
    await stores.ledger.renewLease(job.id, 'a', longMs);
    const queue = stores.ledger.openQueue(job, 'a');
    const idle = { work: undefined, open: true };
    const plan = planOf((await queue.next()).work);
    expect(await queue.next()).toEqual(idle);
    await stores.ledger.publishTable(plan, tablePlan());
    const split = splitOf((await queue.next()).work);
    expect(await queue.next()).toEqual(idle);
    await stores.ledger.commitSplit(split, { parts: [] });
    expect(await stores.ledger.claimCheck(split)).toMatchObject({ purpose: 'check' });
    expect(await queue.next()).toEqual(idle);
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

  it('splits of a failed table are superseded where they are met', async () => {
    const stores = open();
    const job = await runningJob(stores, 30);
    const claim = await claimOne(stores, job, 'a');
    await stores.ledger.failSplit(claim, { code: 'VALUE_ERROR', message: 'bad' }, true);
    const queue = stores.ledger.openQueue(job, 'a');
    expect(await queue.next()).toEqual({ work: undefined, open: false });
    await queue.next();
    const states = (await stores.ledger.splits(job.id)).map(({ state }) => state);
    expect(states.filter((state) => state === 'PENDING')).toEqual([]);
    expect(states.filter((state) => state === 'FAILED')).toHaveLength(1);
  });

  it('nothing is open when every table is read or has failed, whatever is still claimed', async () => {
    const stores = open();
    const job = await runningJob(stores, 2);
    await claimOne(stores, job, 'alive');
    const failed = await claimOne(stores, job, 'a');
    await stores.ledger.failSplit(failed, { code: 'VALUE_ERROR', message: 'bad' }, true);
    const queue = stores.ledger.openQueue(job, 'a');
    expect(await queue.next()).toEqual({ work: undefined, open: false });
  });
}

function planOf(work: Work | undefined): TableClaim {
  if (work?.kind === 'table') return work.claim;
  throw new Error('Expected a table');
}

function splitOf(work: Work | undefined): Claim {
  if (work?.kind === 'split') return work.claim;
  throw new Error('Expected a split');
}
