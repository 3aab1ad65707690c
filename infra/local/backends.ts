import { fileURLToPath } from 'node:url';
import { startCloudRun } from './cloud-run/server.ts';
import { type Emulators, startEmulators } from './emulators.ts';
import { startGcs } from './gcs/server.ts';
import type { Database } from './oracle/database.ts';
import { startOracle } from './oracle/server.ts';

/** What stands in for the systems around OraFerry, and the environment by which the product finds it. */

const PROJECT = 'oraferry-local';
const REGION = 'europe-west1';
const JOB = 'oraferry';
const BUCKET = 'oraferry-local-exports';
const PROGRESS_TOPIC = 'oraferry-progress';
const COMPLETIONS_TOPIC = 'oraferry-completions';

interface BackendOptions {
  readonly database: Database;
  readonly user: { readonly user: string; readonly password: string };
  readonly bucketDir: string;
  /** The servers of this folder when left out. */
  readonly emulators?: Emulators;
  readonly signal?: AbortSignal | undefined;
}

/** Starts Oracle, Cloud Storage, Firestore and Pub/Sub; each is stopped with the resources. */
export async function startBackends(options: BackendOptions, resources: AsyncDisposableStack) {
  const { database, user, bucketDir, emulators = 'embedded', signal } = options;
  const oracle = await startOracle({
    database,
    users: [{ ...user, grants: ['V$DATABASE', 'DBMS_FLASHBACK'] }],
  });
  resources.defer(() => oracle.close());
  const gcs = await startGcs({ dir: bucketDir, buckets: [BUCKET] });
  resources.defer(() => gcs.close());
  const { firestore, pubsub } = await startEmulators(
    { emulators, project: PROJECT, topics: [PROGRESS_TOPIC, COMPLETIONS_TOPIC], signal },
    resources,
  );

  const environment: Record<string, string> = {
    ...SURROUNDINGS,
    GOOGLE_CLOUD_PROJECT: PROJECT,
    ORAFERRY_REGION: REGION,
    ORAFERRY_BUCKETS: BUCKET,
    ORAFERRY_CLOUD_RUN_JOB: JOB,
    GCS_API_ENDPOINT: gcs.url,
    FIRESTORE_EMULATOR_HOST: firestore.host,
    PUBSUB_EMULATOR_HOST: pubsub.host,
    ORAFERRY_PROGRESS_TOPIC: PROGRESS_TOPIC,
    ORAFERRY_COMPLETIONS_TOPIC: COMPLETIONS_TOPIC,
  };
  /** For tasks and for the functions that ask Oracle; the deployed function `api` has no Oracle secret. */
  const oracleEnvironment: Record<string, string> = {
    ORACLE_CONNECT_STRING: oracle.connectString,
    ORACLE_USER: user.user,
    ORACLE_PASSWORD: user.password,
  };
  return { oracle, gcs, firestore, pubsub, bucket: BUCKET, environment, oracleEnvironment };
}

/** What a container on Cloud Run has anyway; without METADATA_SERVER_DETECTION the clients look for Google. */
const SURROUNDINGS = {
  PATH: process.env['PATH'] ?? '',
  TZ: 'UTC',
  NODE_ENV: 'production',
  METADATA_SERVER_DETECTION: 'none',
};

interface TaskOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly log: (line: string) => void;
}

/** Starts Cloud Run with the product's job; it is stopped, and its tasks with it, with the resources. */
export async function startTasks(options: TaskOptions, resources: AsyncDisposableStack) {
  const { environment, folder, log } = options;
  const main = fileURLToPath(new URL('../../jobs/main.ts', import.meta.url));
  const cloudRun = await startCloudRun({
    project: PROJECT,
    region: REGION,
    jobs: {
      [JOB]: {
        command: [process.execPath, main],
        env: { ...environment },
        cwd: folder,
        onLog: log,
      },
    },
  });
  resources.defer(() => cloudRun.close());
  return cloudRun;
}
