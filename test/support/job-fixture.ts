import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startBackends } from '../../infra/local/backends.ts';
import {
  createDatabase,
  type Database,
  type LocalTable,
  type Value,
} from '../../infra/local/oracle/database.ts';
import { createTaskContext, type TaskContext } from '../../jobs/context.ts';
import { runJob } from '../../jobs/run-job.ts';
import type { Job } from '../../shared/domain/job.ts';
import { transportInput } from '../../shared/domain/transport.ts';
import { createFirestore } from '../../shared/firestore/client.ts';
import { createJobStore } from '../../shared/firestore/jobs.ts';
import { createTransportStore } from '../../shared/firestore/transports.ts';
import type { JobDetail } from '../../shared/ports/stores.ts';
import { executeRequest } from './stores.ts';

export type JobFixture = Awaited<ReturnType<typeof startJobFixture>>;

const tenant = 'default';

/** The backends of a job with one task context on them, in this process; workers are real processes. */
export async function startJobFixture(environment: Readonly<Record<string, string>> = {}) {
  const resources = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'oraferry-job-'));
  resources.defer(() => rm(dir, { recursive: true, force: true }));
  const database = createDatabase();
  const user = { user: 'FERRY', password: `pw-${randomUUID()}` };
  const backends = await startBackends({ database, user, bucketDir: dir }, resources);
  const env = {
    ...backends.environment,
    ...backends.oracleEnvironment,
    ORAFERRY_WORKERS: '2',
    LOG_LEVEL: 'silent',
    ...environment,
  };
  const context = createTaskContext(env);
  resources.defer(() => context.close());
  const db = createFirestore(context.config);
  resources.defer(() => db.terminate());
  const jobs = createJobStore(db);
  const transports = createTransportStore(db);

  return {
    backends,
    context,
    database,
    db,
    env,
    jobs,
    transports,
    /** A queued job of a new transport, or of one that the fixture made before under that name. */
    async enqueue(tables: readonly unknown[], more: object = {}): Promise<Job> {
      const name = `t-${randomUUID().slice(0, 8)}`;
      const input = transportInput.parse({ name, tables, ...more });
      const { id } = await transports.create(tenant, input);
      return this.execute(id);
    },
    async execute(transportId: string): Promise<Job> {
      const request = executeRequest(transportId, undefined, tenant);
      return (await jobs.enqueue({ ...request, defaultBucket: backends.bucket })).job;
    },
    run: (job: Job, with_: TaskContext = context) =>
      runJob(with_, job.id, new AbortController().signal),
    detail: (job: Job): Promise<JobDetail> => jobs.detail(tenant, job.id),
    /** The folder that holds the objects under the job's prefix. */
    folder: (job: Job) => join(dir, job.output.bucket, job.output.prefix),
    /** Names of everything under the job's prefix, relative to it. */
    files: (job: Job) => filesIn(join(dir, job.output.bucket, job.output.prefix)),
    async read(job: Job, name: string): Promise<Buffer> {
      return readFile(join(dir, job.output.bucket, job.output.prefix, name));
    },
    /** The rows of a table as a consumer reads them: by the manifest. */
    async rows(job: Job, owner: string, table: string): Promise<unknown[]> {
      const manifest = JSON.parse(String(await this.read(job, '_manifest.json')));
      const entry = manifest.tables.find(
        (item: { owner: string; table: string }) => item.owner === owner && item.table === table,
      );
      const parts: Buffer[] = await Promise.all(
        entry.parts.map((part: { name: string }) => this.read(job, part.name)),
      );
      return parts.flatMap((part) => parseLines(gunzipSync(part).toString()));
    },
    close: () => resources.disposeAsync(),
  };
}

/** A table of two columns with so many rows: ID 1 … n and NAME `row <id>`. */
export function fillTable(database: Database, owner: string, name: string, rows: number): void {
  database.createTable(tableOf(owner, name));
  database.insert(owner, name, rowsOf(rows));
}

function tableOf(owner: string, name: string): LocalTable {
  return {
    owner,
    name,
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 10, scale: 0, nullable: false },
      { name: 'NAME', type: 'VARCHAR2', length: 100 },
    ],
  };
}

function rowsOf(count: number): Value[][] {
  return Array.from({ length: count }, (_, index) => [index + 1, `row ${index + 1}`]);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .toSorted();
}

function parseLines(text: string): unknown[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
