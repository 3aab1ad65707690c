import { randomUUID } from 'node:crypto';
import type { Context } from '../../functions/context.ts';
import type { Config } from '../../shared/config.ts';
import type { Job } from '../../shared/domain/job.ts';
import type { SplitProgress } from '../../shared/domain/progress.ts';
import type { Claim } from '../../shared/domain/split.ts';
import { transportInput } from '../../shared/domain/transport.ts';
import { createFirestore } from '../../shared/firestore/client.ts';
import { createJobLedger } from '../../shared/firestore/ledger.ts';
import { createLogger } from '../../shared/logging.ts';
import { createProgressBus } from '../../shared/pubsub/bus.ts';
import {
  aTable,
  executeRequest,
  inputOf,
  longMs,
  partOf,
  present,
  tablePlan,
} from '../support/stores.ts';

const holder = 'task';

export type Simulation = Awaited<ReturnType<typeof simulateJob>>;

/** Makes transports and jobs, and carries jobs out step by step as a task would, without Oracle and bucket. */
export function createSimulator({ config, transports, jobs }: Context & { config: Config }) {
  const db = createFirestore(config);
  const log = createLogger(config, 'simulated', { write: () => undefined });
  const bus = createProgressBus(config, log);
  const tools = { ledger: createJobLedger(db), bus };
  return {
    bus,
    async transport(tables: readonly string[] = ['TIMES']): Promise<string> {
      const name = `t-${randomUUID().slice(0, 8)}`;
      const input = inputOf(name, { tables: tables.map((table) => `SH.${table}`) });
      return (await transports.create('default', transportInput.parse(input))).id;
    },
    async job(transportId: string): Promise<Simulation> {
      const { job } = await jobs.enqueue(executeRequest(transportId));
      return simulateJob(tools, job);
    },
    async close() {
      await Promise.all([bus.close(), db.terminate()]);
    },
  };
}

interface Tools {
  readonly ledger: ReturnType<typeof createJobLedger>;
  readonly bus: ReturnType<typeof createProgressBus>;
}

async function simulateJob({ ledger, bus }: Tools, queued: Job) {
  const { id: jobId } = queued;
  let job = queued;
  let sequence = 0;

  async function publish(splits: readonly SplitProgress[]): Promise<void> {
    await bus.publish({ jobId, holder, sequence: ++sequence, splits });
  }

  return {
    id: jobId,
    /** QUEUED to RUNNING, with so many splits in each table. */
    async plan(splits = 1): Promise<void> {
      await ledger.renewLease(jobId, holder, longMs);
      job = present(await ledger.beginPlanning(jobId, holder));
      const tables = job.tables.map(({ table }, position) => aTable(table, { position }));
      await ledger.saveTables(job, tables);
      await ledger.publishTables(job, 'scn', '4711');
      job = await ledger.job(jobId);
      const queue = ledger.openQueue(job, holder);
      for (const _ of tables) {
        const work = present((await queue.next()).work);
        if (work.kind !== 'table') throw new Error('Tables are planned first.');
        await ledger.publishTable(work.claim, tablePlan(splits));
      }
    },
    async claim(): Promise<Claim> {
      const work = present((await ledger.openQueue(job, holder).next()).work);
      if (work.kind !== 'split') throw new Error('All tables are planned.');
      return work.claim;
    },
    /** Says over Pub/Sub how far attempts are, in tenths. */
    move: (claims: readonly Claim[], tenths: number) =>
      publish(claims.map((claim) => hintOf(claim, tenths, false))),
    /** Writes the same with the task's sign of life. */
    record: (claims: readonly Claim[], tenths: number) =>
      ledger.renewLease(
        jobId,
        holder,
        longMs,
        claims.map((claim) => hintOf(claim, tenths, false)),
      ),
    recordHints: (hints: readonly SplitProgress[]) =>
      ledger.renewLease(jobId, holder, longMs, hints),
    publish,
    async commit(claim: Claim): Promise<void> {
      await ledger.commitSplit(claim, { parts: [partOf(claim)] });
      const check = await ledger.claimCheck(claim);
      if (check) await ledger.settleTable(check);
    },
    sayCommitted: (claim: Claim) => publish([hintOf(claim, 10, true)]),
    fail: (claim: Claim, final: boolean) =>
      ledger.failSplit(claim, { code: 'VALUE_ERROR', message: 'No such day.' }, final),
    async finish(state: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED'): Promise<void> {
      const finishing = present(await ledger.beginFinish(jobId, holder));
      const error = { code: 'VALUE_ERROR' as const, message: 'No such day.' };
      const failure = state === 'FAILED' && { error };
      const results = (await ledger.extractions(jobId)).map(({ id: extractionId }) => ({
        extractionId,
        state,
        ...failure,
      }));
      const decided = await ledger.decide(finishing, { state, ...failure }, results);
      await ledger.finish(decided);
    },
  };
}

export function hintOf(
  { splitId, extractionId, attempt }: Claim,
  tenths: number,
  done: boolean,
): SplitProgress {
  return {
    splitId,
    extractionId,
    attempt,
    rows: tenths,
    rowsPerSecond: done ? 0 : 2,
    bytesRead: 90 * tenths,
    bytesUploaded: 10 * tenths,
    done,
  };
}
