import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackends, startTasks } from './backends.ts';
import { createApiKey, createPassword } from './credentials.ts';
import { fillDatabase, type LoadedTable, loadTables } from './data/load.ts';
import { chooseEmulators, type Emulators } from './emulators.ts';
import { type FunctionsProcess, startFunctions } from './functions-process.ts';
import type { Database } from './oracle/database.ts';

export interface StackOptions {
  /** What the local Oracle serves; the demo tables when neither this nor `tables` is given. */
  readonly database?: Database;
  readonly tables?: readonly LoadedTable[];
  /** What serves Firestore and Pub/Sub; as ORAFERRY_EMULATORS says when left out. */
  readonly emulators?: Emulators;
  /** The port of the API; a free one when left out. */
  readonly apiPort?: number | undefined;
  /** Ends the start. */
  readonly signal?: AbortSignal;
  /** Holds one folder per bucket; a temporary one when left out. */
  readonly bucketDir?: string;
  /** File for what the product's processes write; a temporary one when left out. */
  readonly logFile?: string;
  /** Variables that replace or complete those of all the product's processes, or of tasks only. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly taskEnvironment?: Readonly<Record<string, string>>;
}

export type Stack = Awaited<ReturnType<typeof startAll>>;

const ORACLE_USER = 'ORAFERRY';

/**
 * Starts the local cloud on free ports of loopback, and the product in front of it. What has been started is
 * stopped again when a later step fails.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const resources = new AsyncDisposableStack();
  try {
    return await startAll(options, resources);
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

async function startAll(options: StackOptions, resources: AsyncDisposableStack) {
  const folder = await createFolder(resources);
  const { bucketDir = join(folder, 'buckets'), logFile = join(folder, 'product.log') } = options;
  const log = (line: string) => appendFileSync(logFile, `${line}\n`);
  const { signal, emulators = chooseEmulators(process.env['ORAFERRY_EMULATORS']) } = options;
  const database = options.database ?? fillDatabase(options.tables ?? loadTables()).database;
  const user = { user: ORACLE_USER, password: createPassword() };
  const apiKey = createApiKey();

  const backends = await startBackends({ database, user, bucketDir, emulators, signal }, resources);
  const environment = { ...backends.environment, ...options.environment };
  const taskEnvironment = {
    ...environment,
    ...backends.oracleEnvironment,
    ...options.taskEnvironment,
  };
  const cloudRun = await startTasks({ environment: taskEnvironment, folder, log }, resources);
  signal?.throwIfAborted();
  const functions: FunctionsProcess = await startFunctions({
    environment: {
      ...backends.oracleEnvironment,
      ...environment,
      CLOUD_RUN_API_ENDPOINT: `${cloudRun.host}:${cloudRun.port}`,
      ORAFERRY_API_KEYS: JSON.stringify([apiKey.record]),
    },
    directory: folder,
    log,
    port: options.apiPort,
  });
  resources.defer(() => functions.close());

  const { oracle, gcs, firestore, pubsub, bucket } = backends;
  return {
    apiUrl: functions.url,
    apiKey: apiKey.key,
    bucket,
    bucketDir,
    logFile,
    oracle: { ...user, connectString: oracle.connectString },
    /** What the local Oracle serves; a change is seen by every later read. */
    database,
    /** Settles when the API's process has ended, also without being asked to. */
    apiEnded: functions.ended,
    servers: { oracle, gcs, firestore, pubsub, cloudRun },
    /** Stops every process and server, last started first, and removes the temporary folder. */
    close: () => resources.disposeAsync(),
  };
}

async function createFolder(resources: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oraferry-'));
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
