import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Context, createContext } from '../../functions/context.ts';
import { startCloudRun } from '../../infra/local/cloud-run/server.ts';
import { startFirestore } from '../../infra/local/firestore/server.ts';
import { startGcs } from '../../infra/local/gcs/server.ts';
import { createDatabase } from '../../infra/local/oracle/database.ts';
import { startOracle } from '../../infra/local/oracle/server.ts';
import { type LocalPubSub, startPubSub } from '../../infra/local/pubsub/server.ts';
import { loadConfig } from '../../shared/config.ts';
import { rightsOn } from './source.ts';

const project = 'oraferry-chaos';
const region = 'europe-west1';
const bucket = 'oraferry-chaos-exports';
const topics = ['oraferry-progress', 'oraferry-completions'].map(
  (topic) => `projects/${project}/topics/${topic}`,
);

export const tenant = 'default';
export const leaseSeconds = 4;

export type Cloud = Awaited<ReturnType<typeof startCloud>>;
export type LineListener = (line: string) => void;

/** The local cloud with tasks as real processes; the functions' code runs in this process. */
export async function startCloud(
  { folder, slots }: { readonly folder: string; readonly slots: readonly string[] },
  resources: AsyncDisposableStack,
) {
  const closing = <T extends { close(): Promise<void> }>(server: T): T => {
    resources.defer(() => server.close());
    return server;
  };
  const logFile = join(folder, 'product.log');
  const listeners = new Set<LineListener>();
  const database = createDatabase();
  const user = { user: 'FERRY', password: `pw-${randomUUID()}`, tables: rightsOn(slots) };
  const grants = ['V$DATABASE', 'DBMS_FLASHBACK', 'DBA_EXTENTS'] as const;
  const users = [{ ...user, grants }];
  const oracle = closing(await startOracle({ database, users, port: await lastingPort() }));
  const gcs = closing(await startGcs({ dir: join(folder, 'buckets'), buckets: [bucket] }));
  const firestore = closing(await startFirestore());
  const pubsub = closing(await startVanishingPubSub());
  const environment = environmentFor(gcs.url, firestore.host, pubsub.host);
  const cloudRun = closing(
    await startCloudRun({
      project,
      region,
      jobs: {
        oraferry: {
          command: [
            process.execPath,
            fileURLToPath(new URL('../../jobs/main.ts', import.meta.url)),
          ],
          cwd: folder,
          env: {
            ...environment,
            ...taskSettings,
            NODE_COMPILE_CACHE: join(folder, 'compiled'),
            ORACLE_CONNECT_STRING: oracle.connectString,
            ORACLE_USER: user.user,
            ORACLE_PASSWORD: user.password,
          },
          onLog(line, { execution, index, attempt }) {
            appendFileSync(logFile, `${execution.slice(-5)}/${index}/${attempt} ${line}\n`);
            for (const listener of listeners) listener(line);
          },
        },
      },
    }),
  );
  const endpoint = `${cloudRun.host}:${cloudRun.port}`;
  const api: Context = closing(
    createContext(
      loadConfig({ ...environment, CLOUD_RUN_API_ENDPOINT: endpoint, LOG_LEVEL: 'silent' }),
    ),
  );
  return { database, oracle, gcs, firestore, pubsub, cloudRun, api, bucket, logFile, listeners };
}

/** Leases and calls are short, so that what hangs is soon taken over; splits are small and attempts many. */
const taskSettings = {
  ORAFERRY_LEASE_SECONDS: String(leaseSeconds),
  ORAFERRY_WORKERS: '2',
  ORAFERRY_ATTEMPTS: '10',
  ORACLE_CALL_TIMEOUT_SECONDS: '8',
  ORACLE_CONNECT_TIMEOUT_SECONDS: '5',
  ORACLE_INLINE_LOB_BYTES: '1024',
};

function environmentFor(gcsUrl: string, firestoreHost: string, pubsubHost: string) {
  return {
    PATH: process.env['PATH'] ?? '',
    TZ: 'UTC',
    NODE_ENV: 'production',
    METADATA_SERVER_DETECTION: 'none',
    GOOGLE_CLOUD_PROJECT: project,
    ORAFERRY_REGION: region,
    ORAFERRY_BUCKETS: bucket,
    GCS_API_ENDPOINT: gcsUrl,
    FIRESTORE_EMULATOR_HOST: firestoreHost,
    PUBSUB_EMULATOR_HOST: pubsubHost,
  };
}

/** Pub/Sub that can go and come back at the same address, empty. */
async function startVanishingPubSub() {
  let server: LocalPubSub | undefined = await startPubSub({ topics, port: await lastingPort() });
  const { host, port } = server;
  return {
    host,
    /** False when it was away already. */
    async vanish(): Promise<boolean> {
      const present = server;
      server = undefined;
      await present?.close();
      return present !== undefined;
    },
    async comeBack(): Promise<void> {
      server ??= await startPubSub({ port, topics });
    },
    async close(): Promise<void> {
      await server?.close();
    },
  };
}

/** A free port that stays so while its listener is down: none of those that outgoing connections are given. */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
