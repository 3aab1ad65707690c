import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, it } from 'vitest';
import { startFirestore } from '../../../infra/local/firestore/server.ts';
import { type ForgetfulFirestore, startForgetful } from '../../support/forgetful-firestore.ts';
import {
  aTable,
  claimOne,
  claimTable,
  executeRequest,
  inputOf,
  longMs,
  partOf,
  planningJob,
  present,
  queuedJob,
  runningJob,
  type Stores,
  storesOn,
  tablePlan,
  verifyingJob,
} from '../../support/stores.ts';

describe('a write whose answer is lost has happened once', () => {
  let server: ForgetfulFirestore;
  let stores: Stores;
  const open = storesOn(async () => {
    server = await startForgetful(await startFirestore());
    return server;
  });
  beforeEach(() => {
    stores = open();
  });
  const losing = <T>(write: () => Promise<T>): Promise<T> => {
    server.loseNextAnswer(status.UNAVAILABLE);
    return write();
  };

  it('creating a transport', async () => {
    const created = await losing(() => stores.transports.create('default', inputOf('one')));
    expect((await stores.transports.list('default', { pageSize: 9 })).items).toEqual([created]);
  });

  it('replacing a transport under an etag', async () => {
    const { id, etag } = await stores.transports.create('default', inputOf('one'));
    const input = inputOf('one', { tables: ['SH.COSTS'] });
    const replaced = await losing(() => stores.transports.replace('default', id, input, etag));
    expect(await stores.transports.get('default', id)).toEqual(replaced);
  });

  it('removing a transport', async () => {
    const { id } = await stores.transports.create('default', inputOf('one'));
    await losing(() => stores.transports.remove('default', id));
    await expect(stores.transports.remove('default', id)).rejects.toMatchObject({
      code: 'TRANSPORT_NOT_FOUND',
    });
  });

  it.each([undefined, 'key'])('enqueueing a job, with the key %s', async (key) => {
    const { id } = await stores.transports.create('default', inputOf('one'));
    const answer = await losing(() => stores.jobs.enqueue(executeRequest(id, key)));
    expect(answer).toMatchObject({ created: true, job: { version: 1, state: 'QUEUED' } });
    expect((await stores.jobs.list('default', {}, { pageSize: 9 })).items).toEqual([answer.job]);
  });

  it('taking the launch: it still belongs to the caller', async () => {
    const { id } = await queuedJob(stores);
    expect(await losing(() => stores.jobs.takeLaunch(id))).toMatchObject({ isFirst: true });
    expect(await stores.jobs.takeLaunch(id)).toBeUndefined();
  });

  it('taking a relaunch, being refused, taking it again and noting what it started', async () => {
    const { jobs, ledger } = stores;
    const seen = await runningJob(stores);
    const refused = present(await losing(() => jobs.takeRelaunch(seen, 3)));
    expect(await losing(() => jobs.refuseRelaunch(refused))).toMatchObject({ times: 1 });
    expect(await ledger.job(seen.id)).toMatchObject({ relaunches: 0 });
    const launch = present(await losing(() => jobs.takeRelaunch(seen, 3)));
    expect(await losing(() => jobs.recordExecution(launch, 'executions/2'))).toBe(true);
    expect(await ledger.job(seen.id)).toMatchObject({ relaunches: 1, execution: 'executions/2' });
  });

  it('using a ticket: it still lets its user in', async () => {
    const ticket = { tenant: 'default', transportId: 't', jobId: 'j', principal: 'p' };
    const { text } = await stores.tickets.issue(ticket);
    expect(await losing(() => stores.tickets.redeem(text))).toEqual(ticket);
    expect(await stores.tickets.redeem(text)).toBeUndefined();
  });

  it('requesting a cancel', async () => {
    const { id } = await runningJob(stores);
    const cancelled = await losing(() => stores.jobs.requestCancel('default', id));
    expect(cancelled).toMatchObject({ state: 'CANCELLING' });
  });

  it('planning, from its turn to its publication', async () => {
    const { ledger } = stores;
    const { id } = await queuedJob(stores);
    await ledger.renewLease(id, 'a', longMs);
    const job = present(await losing(() => ledger.beginPlanning(id, 'a')));
    expect(job.epoch).toBe(1);
    await losing(() => ledger.saveTables(job, [aTable('TIMES')]));
    await losing(() => ledger.publishTables(job, 'scn', '4711'));
    expect(await ledger.job(id)).toMatchObject({ state: 'RUNNING', epoch: 1 });
    const claim = await claimTable(stores, await ledger.job(id), 'a');
    await losing(() => ledger.publishTable(claim, tablePlan(2)));
    expect(await ledger.splits(id)).toHaveLength(2);
    expect(await ledger.extraction(id, 'id-TIMES')).toMatchObject({ phase: 'READING', epoch: 1 });
  });

  it.each(['settled', 'restarted'])('checking a table that is %s', async (end) => {
    const { ledger } = stores;
    const error = { code: 'TABLE_CHANGED', message: 'moved' } as const;
    const split = await claimOne(stores, await runningJob(stores), 'a');
    await ledger.commitSplit(split, { parts: [partOf(split)] });
    const claim = present(await losing(() => ledger.claimCheck(split)));
    await losing(() =>
      end === 'settled' ? ledger.settleTable(claim) : ledger.restartTable(claim, error),
    );
    const { phase } = await ledger.extraction(claim.jobId, claim.extractionId);
    expect(phase).toBe(end === 'settled' ? 'READ' : 'PENDING');
  });

  it('failing to plan', async () => {
    const job = await planningJob(stores);
    const error = { code: 'TABLE_NOT_FOUND', message: 'SH.TIMES' } as const;
    await losing(() => stores.ledger.failPlanning(job, error));
    expect(await stores.ledger.job(job.id)).toMatchObject({ state: 'FAILED', error });
  });

  it.each([
    ['that the client repeats', status.UNAVAILABLE],
    ['that the client gives up', status.DATA_LOSS],
  ])('claiming a split, with a loss %s: the task comes back to it', async (_, code) => {
    const job = await runningJob(stores);
    await stores.ledger.renewLease(job.id, 'a', longMs);
    const queue = stores.ledger.openQueue(job, 'a');
    server.loseNextAnswer(code);
    const claim = await nextClaim(() => queue.next());
    await stores.ledger.commitSplit(claim, { parts: [partOf(claim)] });
    expect(await stores.ledger.splits(job.id)).toMatchObject([{ state: 'DONE' }]);
  });

  it('recording an upload and committing a split', async () => {
    const { ledger } = stores;
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    const held = await losing(() => ledger.recordUpload(claim, 'p', 'http://gcs/1'));
    await losing(() => ledger.commitSplit(held, { parts: [partOf(held)] }));
    const [split] = await ledger.splits(claim.jobId);
    expect(split).toMatchObject({ state: 'DONE', uploads: [{ uri: 'http://gcs/1' }] });
  });

  it.each([true, false])('failing a split, for good: %s', async (final) => {
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    const error = { code: 'ORACLE_ERROR', message: 'no' } as const;
    await losing(() => stores.ledger.failSplit(claim, error, final));
    expect(await stores.ledger.splits(claim.jobId)).toMatchObject([{ failures: 1 }]);
  });

  it('handing a split back', async () => {
    const claim = await claimOne(stores, await runningJob(stores), 'a');
    await losing(() => stores.ledger.releaseSplit(claim));
    expect(await stores.ledger.splits(claim.jobId)).toMatchObject([{ state: 'PENDING' }]);
  });

  it('finishing, from its turn to the end', async () => {
    const { ledger } = stores;
    const verifying = await verifyingJob(stores, 'a');
    const again = present(await losing(() => ledger.beginFinish(verifying.id, 'a')));
    const decided = await losing(() => ledger.decide(again, { state: 'SUCCEEDED' }, []));
    expect(decided.state).toBe('PUBLISHING');
    const ended = await losing(() => ledger.finish(decided));
    expect(await ledger.job(ended.id)).toEqual(ended);
    expect(ended.state).toBe('SUCCEEDED');
  });
});

/** As a worker does: a failed call is simply made again, and so is one that found nothing to do. */
async function nextClaim(
  next: () => ReturnType<ReturnType<Stores['ledger']['openQueue']>['next']>,
) {
  for (let looks = 0; looks < 10; looks++) {
    const found = await next().catch((error) => {
      expect(error).toMatchObject({ code: 'STORE_ERROR' });
      return undefined;
    });
    if (found?.work?.kind === 'split') return found.work.claim;
  }
  throw new Error('Expected a split');
}
