import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureLaunched } from '../../functions/launch.ts';
import { isTerminal, type Job } from '../../shared/domain/job.ts';
import { type Transport, transportInput } from '../../shared/domain/transport.ts';
import { OraFerryError } from '../../shared/errors.ts';
import { withRetry } from '../../shared/retry.ts';
import { executeRequest } from '../support/stores.ts';
import { type Cloud, tenant } from './cloud.ts';
import type { ScnSpan } from './compare.ts';
import type { Random } from './random.ts';
import { owner, refill, startWriter, type TableKind, tableKinds, tableName } from './source.ts';
import type { Storm } from './storm.ts';
import { followTasks } from './tasks.ts';
import type { Watch } from './watch.ts';

export interface Stage {
  readonly cloud: Cloud;
  readonly watch: Watch;
  readonly random: Random;
  readonly slot: string;
  readonly storm: Storm;
}

export interface EndedJob {
  readonly job: Job;
  /** From before it was planned to after it was read. */
  readonly span: ScnSpan;
  /** What did not end in time. */
  readonly unended: readonly string[];
}

const terminalWithinMs = 240_000;
const tasksEndWithinMs = 90_000;
const retry = { attempts: 10, initialDelayMs: 100, maxDelayMs: 1_000 };
const noSignal = new AbortController().signal;

/** Asks as a caller would who does not give up at once. */
function persist<T>(operation: () => Promise<T>): Promise<T> {
  return withRetry(retry, noSignal, operation);
}

/** A transport of some of the slot's tables. */
export async function createTransport({
  cloud,
  random,
  slot,
}: Stage): Promise<{ transport: Transport; tables: readonly TableKind[] }> {
  const tables = tableKinds.filter((kind) => random.chance(shares[kind] ?? 0.7));
  const options = {
    tasks: random.int(2, 3),
    target_part_bytes: 1_048_576,
    snapshot: random.pick(['job', 'job', 'table']),
    on_replacement: 'fail',
  };
  // Under another name each time: when an answer got lost, the first is taken.
  const transport = await persist(() =>
    cloud.api.transports.create(
      tenant,
      transportInput.parse({
        name: `${slot}-${randomUUID().slice(0, 8)}`,
        tables: tables.map((kind) => `${owner}.${tableName(kind, slot)}`),
        destination: { prefix: 'chaos' },
        options,
      }),
    ),
  );
  return { transport, tables };
}

const shares: Partial<Record<TableKind, number>> = { BIG: 1, POISON: 0.1 };

/** Executes the transport once while faults rain down on it, and waits for its end. */
export async function runOneJob(
  stage: Stage,
  transport: Transport,
  tables: readonly TableKind[],
): Promise<EndedJob> {
  const { cloud, watch, random, slot, storm } = stage;
  refill(cloud.database, slot, random);
  const stopWriting = startWriter(cloud.database, slot, random);
  const from = cloud.database.currentScn();
  const queued = await enqueue(stage, transport);
  const tasks = followTasks(cloud, watch, queued.id);
  const scene = {
    ...{ cloud, watch, random, slot, tables, tasks },
    jobId: queued.id,
    transportName: transport.name,
  };
  const raging = storm.rage(scene);
  try {
    const job = await untilTerminal(cloud, queued.id, raging);
    await raging.end();
    const haveEnded = await tasks.ended(tasksEndWithinMs);
    const unended = [
      ...(isTerminal(job.state) ? [] : [`job ${job.id} is still ${job.state}`]),
      ...(haveEnded ? [] : [`job ${job.id} has tasks that do not end`]),
    ];
    return { job, span: { from, to: cloud.database.currentScn() }, unended };
  } finally {
    await raging.end();
    tasks.stop();
    stopWriting();
  }
}

/** Some launches are left to reconcile, as after a crash. */
async function enqueue({ cloud, storm }: Stage, transport: Transport): Promise<Job> {
  const { api, bucket } = cloud;
  const request = {
    ...executeRequest(transport.id, randomUUID(), tenant),
    traceId: randomUUID().replaceAll('-', ''),
    defaultBucket: bucket,
  };
  const { job } = await persist(() => api.jobs.enqueue(request));
  if (storm.nextLaunch() === 'launch left to reconcile') return job;
  await ensureLaunched(api, job).catch((error) => {
    // What a fault kept it from is left to reconcile too.
    if (!(error instanceof OraFerryError)) throw error;
  });
  return job;
}

async function untilTerminal(
  { api }: Cloud,
  id: string,
  raging: { readonly calmSince: () => number | undefined },
): Promise<Job> {
  for (;;) {
    const job = await persist(() => api.jobs.get(tenant, id));
    const calm = raging.calmSince();
    const isOverdue = calm !== undefined && performance.now() - calm > terminalWithinMs;
    if (isTerminal(job.state) || isOverdue) return job;
    await sleep(200);
  }
}
