import { randomUUID } from 'node:crypto';
import { type Firestore, Timestamp } from '@google-cloud/firestore';
import { afterAll, beforeAll } from 'vitest';
import { loadConfig } from '../../shared/config.ts';
import type { Extraction, TableClaim } from '../../shared/domain/extraction.ts';
import type { Job } from '../../shared/domain/job.ts';
import type { Claim, Part } from '../../shared/domain/split.ts';
import type { SplitRange } from '../../shared/domain/split-range.ts';
import { type TransportInput, transportInput } from '../../shared/domain/transport.ts';
import { createFirestore } from '../../shared/firestore/client.ts';
import { createJobStore } from '../../shared/firestore/jobs.ts';
import { createJobLedger } from '../../shared/firestore/ledger.ts';
import { createTicketStore } from '../../shared/firestore/tickets.ts';
import { createTransportStore } from '../../shared/firestore/transports.ts';
import type { JobLedger, TablePlan, Work } from '../../shared/ports/ledger.ts';
import type {
  ExecuteLimits,
  ExecuteRequest,
  JobStore,
  TicketStore,
  TransportStore,
} from '../../shared/ports/stores.ts';

/** A started Firestore server: `host` is `127.0.0.1:PORT`. */
export interface StoreServer {
  readonly host: string;
  close(): Promise<void>;
}

export interface Stores {
  /** For what no port can do: to age a stored document. */
  readonly db: Firestore;
  readonly transports: TransportStore;
  readonly jobs: JobStore;
  readonly ledger: JobLedger;
  readonly tickets: TicketStore;
}

/** Starts the server before the tests of a suite; each call of the result opens stores on an empty database. */
export function storesOn(start: () => Promise<StoreServer>): () => Stores {
  let server: StoreServer | undefined;
  const clients: Firestore[] = [];
  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.terminate()));
    await server?.close();
  });
  return () => {
    const stores = openStores(server?.host ?? '', `test-${randomUUID().slice(0, 8)}`);
    clients.push(stores.db);
    return stores;
  };
}

/** The stores on one project of a Firestore server; the caller terminates `db`. */
function openStores(host: string, project: string): Stores {
  const config = loadConfig({
    GOOGLE_CLOUD_PROJECT: project,
    ORAFERRY_REGION: 'here',
    ORAFERRY_BUCKETS: 'bucket',
    FIRESTORE_EMULATOR_HOST: host,
  });
  const db = createFirestore(config);
  return {
    db,
    transports: createTransportStore(db),
    jobs: createJobStore(db),
    ledger: createJobLedger(db),
    tickets: createTicketStore(db),
  };
}

export function inputOf(name: string, more: object = {}): TransportInput {
  return transportInput.parse({ name, tables: ['SH.TIMES'], ...more });
}

/** Limits that no test reaches unless it wants to. */
export const farLimits: ExecuteLimits = {
  jobsPerTenant: 1_000,
  sessions: 1_000,
  sessionsPerTask: 1,
};

/** What POST /api/transport/:id/execute asks of the store. */
export function executeRequest(
  transportId: string,
  idempotencyKey?: string,
  tenant = 'default',
): ExecuteRequest {
  const request = {
    tenant,
    transportId,
    traceId: 'trace',
    defaultBucket: 'bucket',
    fingerprint: 'same',
    limits: farLimits,
  };
  return idempotencyKey === undefined ? request : { ...request, idempotencyKey };
}

/** The first job of a new transport. */
export async function queuedJob({ transports, jobs }: Stores, name = 'nightly'): Promise<Job> {
  const { id } = await transports.create('default', inputOf(name));
  return (await jobs.enqueue(executeRequest(id))).job;
}

/** Long enough to outlast any test. */
export const longMs = 600_000;

/** A job in the hands of a live planner. */
export async function planningJob(stores: Stores, planner = 'planner'): Promise<Job> {
  const { id } = await queuedJob(stores);
  await stores.ledger.renewLease(id, planner, longMs);
  return present(await stores.ledger.beginPlanning(id, planner));
}

/** A running job with one table of so many splits, which is planned; its planner has gone. */
export async function runningJob(stores: Stores, splits = 1): Promise<Job> {
  const job = await unplannedJob(stores);
  await planTable(stores, job, splits);
  await stores.ledger.releaseLease(job.id, 'planner');
  return job;
}

/** A running job whose tables nobody has planned yet. */
export async function unplannedJob(
  stores: Stores,
  tables: readonly Extraction[] = [aTable('TIMES')],
): Promise<Job> {
  const job = await planningJob(stores);
  await stores.ledger.saveTables(job, tables);
  await stores.ledger.publishTables(job, 'scn', '4711');
  await stores.ledger.releaseLease(job.id, 'planner');
  return stores.ledger.job(job.id);
}

/** Plans the table that comes first, on behalf of a live holder. */
export async function planTable(
  stores: Stores,
  job: Job,
  splits = 1,
  holder = 'planner',
): Promise<TableClaim> {
  const claim = await claimTable(stores, job, holder);
  await stores.ledger.publishTable(claim, tablePlan(splits));
  return claim;
}

/** A job that `holder` verifies, every split of which is done. */
export async function verifyingJob(stores: Stores, holder = 'a'): Promise<Job> {
  const running = await runningJob(stores);
  const claim = await claimOne(stores, running, holder);
  await commitAndCheck(stores, claim);
  return present(await stores.ledger.beginFinish(running.id, holder));
}

/** Commits the last split of a table, and finds that the table has not changed. */
export async function commitAndCheck({ ledger }: Stores, claim: Claim): Promise<void> {
  await ledger.commitSplit(claim, { parts: [partOf(claim)] });
  await ledger.settleTable(present(await ledger.claimCheck(claim)));
}

/** A table of SH as a job's planner describes it, before anybody plans how to read it. */
export function aTable(table: string, more: Partial<Extraction> = {}): Extraction {
  const nothingYet = { phase: 'PENDING', epoch: 0, failures: 0, splitsTotal: 0 } as const;
  const base = { id: `id-${table}`, owner: 'SH', table, position: 0, columns: [] };
  return { ...base, ...nothingYet, kind: 'table', scn: '4711', identity: 'as it was', ...more };
}

/** A plan of so many splits. */
export function tablePlan(splits = 1, more: Partial<TablePlan> = {}): TablePlan {
  const ranges = Array.from({ length: splits }, (_, n) => rangeOf(n));
  const counted = { scn: '4711', countedRows: 10 * splits, identity: 'as it was' };
  return { ...counted, consistency: 'scn', splitMethod: 'sampled rowids', ranges, ...more };
}

function rangeOf(position: number): SplitRange {
  return { kind: 'rowids', low: `row ${position}`, high: `row ${position + 1}`, isHighOpen: true };
}

/** Claims a table for a live holder, through a queue of its own. */
export async function claimTable(stores: Stores, job: Job, holder: string): Promise<TableClaim> {
  const work = await claimWork(stores, job, holder);
  if (work.kind === 'table') return work.claim;
  throw new Error('Expected a table');
}

/** Claims a split for a live holder, through a queue of its own. */
export async function claimOne(stores: Stores, job: Job, holder: string): Promise<Claim> {
  const work = await claimWork(stores, job, holder);
  if (work.kind === 'split') return work.claim;
  throw new Error('Expected a split');
}

async function claimWork({ ledger }: Stores, job: Job, holder: string): Promise<Work> {
  await ledger.renewLease(job.id, holder, longMs);
  return present((await ledger.openQueue(job, holder).next()).work);
}

export function partOf(claim: Claim): Part {
  const name = `SH.TIMES/part-0000${claim.position}-a${claim.attempt}.jsonl.gz`;
  return {
    name,
    rows: 10,
    bytes: 100,
    bytesUncompressed: 900,
    crc32c: 'AAAAAA==',
    generation: '1',
  };
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Expected a value');
  return value;
}

/** As a minute does: whoever launches the job may lose the right to it. */
export async function letLaunchLapse(db: Firestore, jobId: string): Promise<void> {
  const job = db.doc(`jobs/${jobId}`);
  const launchAt: Timestamp = (await job.get()).get('launchAt');
  await job.update({ launchAt: Timestamp.fromMillis(launchAt.toMillis() - 60_001) });
}
