import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll } from 'vitest';
import { type GcsServer, startGcs } from '../../infra/local/gcs/server.ts';
import type { Database } from '../../infra/local/oracle/database.ts';
import type { SplitTask } from '../../jobs/export-split.ts';
import { loadConfig } from '../../shared/config.ts';
import { partName } from '../../shared/domain/layout.ts';
import { createObjectStore, type ObjectStoreOptions } from '../../shared/gcs/store.ts';
import type { ObjectStore } from '../../shared/ports/objects.ts';
import type { OracleSource, TableName } from '../../shared/ports/oracle.ts';
import { type OracleFixture, planAll, silent, useOracle } from '../shared/oracle/fixture.ts';

export const bucket = 'exports-test';

export interface ExportFixture extends OracleFixture {
  readonly gcs: GcsServer;
  /** What a process needs to reach both servers. */
  env(): NodeJS.ProcessEnv;
  objects(options?: Partial<ObjectStoreOptions>): ObjectStore;
  /** The whole table at the present SCN; the attempt is unique. */
  taskOf(source: OracleSource, table: TableName): Promise<SplitTask>;
  /** The lines of the first part as JSON, or undefined when there is no object. */
  linesOf(task: SplitTask): Record<string, unknown>[] | undefined;
  /** The lines of an object of any name. */
  linesIn(name: string): Record<string, unknown>[];
}

/** Oracle and Cloud Storage for a test file. */
export function useServers(): ExportFixture {
  const oracle = useOracle();
  let dir = '';
  let gcs: GcsServer;
  let tasks = 0;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'oraferry-'));
    gcs = await startGcs({ dir, buckets: [bucket] });
  });
  afterAll(async () => {
    await gcs.close();
    await rm(dir, { recursive: true, force: true });
  });

  const env = (): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    METADATA_SERVER_DETECTION: 'none',
    GOOGLE_CLOUD_PROJECT: 'test',
    ORAFERRY_REGION: 'local',
    ORACLE_CONNECT_STRING: oracle.server.connectString,
    ORACLE_USER: 'ferry',
    ORACLE_PASSWORD: 'secret',
    ORAFERRY_BUCKETS: bucket,
    GCS_API_ENDPOINT: gcs.url,
    LOG_LEVEL: 'error',
  });

  return {
    database: oracle.database,
    open: oracle.open,
    get server() {
      return oracle.server;
    },
    get gcs() {
      return gcs;
    },
    env,
    objects: (options) => createObjectStore(loadConfig(env()), silent, options),
    async taskOf(source, table) {
      tasks += 1;
      return {
        ...table,
        columns: await planAll(source, table),
        scn: await source.currentScn(),
        bucket,
        prefix: 'nightly/v000001-abcdefgh/',
        split: 0,
        epoch: 1,
        attempt: tasks,
        maxPartBytes: 2 ** 30,
        refuseReplacements: false,
        gzipLevel: 1,
      };
    },
    linesOf(task) {
      const name = task.prefix + firstPart(task);
      return existsSync(join(dir, bucket, name)) ? linesIn(join(dir, bucket, name)) : undefined;
    },
    linesIn: (name) => linesIn(join(dir, bucket, name)),
  };
}

function linesIn(path: string): Record<string, unknown>[] {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n');
  if (lines.pop() !== '') throw new Error('the last line has no newline');
  return lines.map((line) => JSON.parse(line));
}

/** The name of a task's first part, relative to its prefix. */
export function firstPart(task: SplitTask): string {
  return partName(task.owner, task.table, { ...task, part: 1 });
}

/** Creates `HR.<name>` with `rows` rows whose text hardly compresses. */
export function createBulky(
  database: Database,
  name: string,
  rows: number,
  characters: number,
): TableName {
  database.createTable({
    owner: 'HR',
    name,
    columns: [
      { name: 'ID', type: 'NUMBER', precision: 10, scale: 0 },
      { name: 'TEXT', type: 'VARCHAR2', length: characters },
    ],
  });
  let state = 1;
  const noise = () => {
    let text = '';
    while (text.length < characters) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      text += state.toString(36);
    }
    return text.slice(0, characters);
  };
  database.insert(
    'HR',
    name,
    Array.from({ length: rows }, (_, index) => [index + 1, noise()]),
  );
  return { owner: 'HR', table: name };
}
