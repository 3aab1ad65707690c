import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startFirestore } from '../../../infra/local/firestore/server.ts';
import { missingPrograms, startEmulator } from '../../../infra/local/gcloud/emulator.ts';
import type { Job } from '../../../shared/domain/job.ts';
import type { Claim } from '../../../shared/domain/split.ts';
import type { JobLedger, WorkQueue } from '../../../shared/ports/ledger.ts';
import {
  longMs,
  partOf,
  runningJob,
  type StoreServer,
  type Stores,
  storesOn,
} from '../../support/stores.ts';

/** A number of the environment, for a larger crowd than every run of the tests can have. */
const chosen = (name: string, otherwise: number) =>
  Number(process.env[`CONTENTION_${name}`] ?? otherwise);
const crowd = chosen('TASKS', 50);
const count = chosen('SPLITS', 1_250);
const longestReadMs = chosen('READ_MS', 2_000);

/** Firestore's client gives a transaction up after five attempts; none of the tasks may get to see that. */
describe(`${crowd} tasks that share ${count} splits on the embedded server`, () => {
  let server: Awaited<ReturnType<typeof startFirestore>>;
  const open = storesOn(async () => {
    server = await startFirestore();
    return server;
  });

  it('rule 10: do each once, for about 8 billed reads and writes per split', {
    timeout: 1_800_000,
  }, async () => {
    const stores = open();
    const job = await runningJob(stores, count);
    await renewLeases(stores, job, crowd);
    const before = { ...server.requests };
    await exportAll(stores, job, crowd, longestReadMs);
    const reads = (server.requests.reads - before.reads) / count;
    const writes = (server.requests.writes - before.writes) / count;
    process.stdout.write(`Per split: ${reads.toFixed(2)} reads, ${writes.toFixed(2)} writes.\n`);
    await expectEachDoneOnce(stores, job, count);
    // Three writes, two reads that fence a commit, one of a page, and about two of what few splits share and idle looks.
    expect(reads + writes).toBeLessThanOrEqual(8.5);
  });
});

if (missingPrograms().length === 0) {
  describe("tasks that share splits on Google's emulator", () => {
    let emulator: StoreServer | undefined;
    const open = storesOn(async () => {
      emulator = await startEmulator('firestore');
      return emulator;
    });

    // It lets only one transaction at a time read what all of them read: the job and the table.
    const few = chosen('TASKS', 10);
    const some = chosen('SPLITS', 100);
    it(`${few} of them do each of ${some} once`, { timeout: 1_800_000 }, async () => {
      const stores = open();
      const job = await runningJob(stores, some);
      await renewLeases(stores, job, few);
      await exportAll(stores, job, few, chosen('READ_MS', 50));
      await expectEachDoneOnce(stores, job, some);
    });
  });
}

async function renewLeases({ ledger }: Stores, job: Job, tasks: number): Promise<void> {
  const holders = Array.from({ length: tasks }, (_, n) => `task-${n}`);
  await Promise.all(holders.map((holder) => ledger.renewLease(job.id, holder, longMs)));
}

/** What tasks with two workers each ask of the ledger, whose splits take up to so long to be read. */
async function exportAll(
  { ledger }: Stores,
  job: Job,
  tasks: number,
  mostMs: number,
): Promise<void> {
  const queues = Array.from({ length: tasks }, (_, n) => ledger.openQueue(job, `task-${n}`));
  const workers = queues.flatMap((queue) => [queue, queue]);
  await Promise.all(workers.map((queue) => exportSome(ledger, queue, mostMs)));
}

async function exportSome(ledger: JobLedger, queue: WorkQueue, mostMs: number): Promise<void> {
  for (let pauseMs = 500; ; ) {
    const next = await queue.next();
    if (next.work?.kind === 'split') await exportOne(ledger, next.work.claim, mostMs);
    else if (next.work) await ledger.settleTable(next.work.claim);
    else if (!next.open) return;
    else pauseMs = await sleep(pauseMs, Math.min(pauseMs * 2, 4_000));
  }
}

async function exportOne(ledger: JobLedger, claim: Claim, mostMs: number): Promise<void> {
  const held = await ledger.recordUpload(claim, 'p', `http://gcs/${claim.splitId}`);
  await sleep(Math.random() * mostMs);
  await ledger.commitSplit(held, { parts: [partOf(held)] });
  const check = await ledger.claimCheck(held);
  if (check) await ledger.settleTable(check);
}

async function expectEachDoneOnce({ ledger }: Stores, job: Job, count: number): Promise<void> {
  const splits = await ledger.splits(job.id);
  expect(splits).toHaveLength(count);
  for (const { state, attempt, failures, uploads } of splits) {
    expect({ state, attempt, failures, uploads: uploads.length }).toEqual({
      ...{ state: 'DONE', attempt: 1, failures: 0, uploads: 1 },
    });
  }
  expect((await ledger.extractions(job.id)).map(({ phase }) => phase)).toEqual(['READ']);
}
