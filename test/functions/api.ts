import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { expect } from 'vitest';
import { type Context, createContext } from '../../functions/context.ts';
import { guardFramework } from '../../functions/http/framework.ts';
import { findRoute } from '../../functions/http/match.ts';
import { serve } from '../../functions/http/serve.ts';
import { drainOnSignal } from '../../functions/http/shutdown.ts';
import { routes } from '../../functions/routes.ts';
import { type LocalCloudRun, startCloudRun } from '../../infra/local/cloud-run/server.ts';
import { type LocalFirestore, startFirestore } from '../../infra/local/firestore/server.ts';
import { type GcsServer, startGcs } from '../../infra/local/gcs/server.ts';
import { type LocalPubSub, startPubSub } from '../../infra/local/pubsub/server.ts';
import { type Config, loadConfig } from '../../shared/config.ts';
import { createLogger } from '../../shared/logging.ts';

/** The API on the real framework, with the local cloud behind it. */
export interface Api {
  readonly url: string;
  readonly context: Context;
  readonly config: Config;
  readonly environment: Readonly<Record<string, string>>;
  readonly cloudRun: LocalCloudRun;
  readonly firestore: LocalFirestore;
  readonly pubsub: LocalPubSub;
  readonly gcs: GcsServer;
  /** Where the objects of the bucket lie. */
  readonly bucketDir: string;
  /** Everything that was logged, a line per entry. */
  readonly log: readonly string[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Another instance of the function on the same cloud. */
  another(): Promise<{ readonly url: string; close(): Promise<void> }>;
  close(): Promise<void>;
}

interface CallOptions {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly raw?: NonNullable<RequestInit['body']>;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of every shape.
  readonly body: any;
}

export const bucket = 'exports-bucket';
export const keys = {
  admin: 'admin.s-admin',
  reader: 'reader.s-reader',
  writer: 'writer.s-writer',
  executor: 'executor.s-executor',
  other: 'other.s-other',
  expired: 'expired.s-expired',
};

guardFramework({
  onServer: (server) => drainOnSignal(server, async () => undefined),
  onRefusal: () => undefined,
});
let served = 0;

/**
 * Starts Firestore, Pub/Sub, Cloud Run, Cloud Storage and the API; all on free ports, all in this process. There is
 * no Oracle unless the settings name one.
 */
export async function startApi(
  overrides: Partial<Context> = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<Api> {
  const dir = mkdtempSync(join(tmpdir(), 'api-test-'));
  const cloud = await startCloud(dir);
  const environment = { ...environmentFor(cloud), ...settings };
  const config = loadConfig(environment);
  const log: string[] = [];
  const logger = createLogger(config, 'api', { write: (line) => log.push(line) });
  const serveOne = () => serveContext(createContext(config, { log: logger, ...overrides }));
  const { url, context, close } = await serveOne();
  return {
    ...cloud,
    url,
    context,
    config,
    environment,
    bucketDir: join(dir, bucket),
    log,
    call: (method, path, options) => call(url, method, path, options),
    another: serveOne,
    async close() {
      await close();
      const { cloudRun, firestore, gcs, pubsub } = cloud;
      await Promise.all([cloudRun.close(), firestore.close(), gcs.close(), pubsub.close()]);
      rmSync(dir, { recursive: true });
    },
  };
}

async function serveContext(context: Context) {
  const name = `api-${++served}`;
  http(
    name,
    serve(routes, () => context),
  );
  const server: Server = getTestServer(name);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    context,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await context.close();
    },
  };
}

/** A body that defines a transport. */
export function transportNamed(name: string): Record<string, unknown> {
  return { name, tables: ['HR.EMPLOYEES'], destination: { prefix: 'exports' } };
}

interface Cloud {
  readonly firestore: LocalFirestore;
  readonly cloudRun: LocalCloudRun;
  readonly gcs: GcsServer;
  readonly pubsub: LocalPubSub;
}

async function startCloud(dir: string): Promise<Cloud> {
  const patient = {
    command: [process.execPath, '-e', 'setTimeout(() => {}, 60_000)', '--'],
    cwd: process.cwd(),
    env: {},
    graceSeconds: 1,
  };
  const [firestore, cloudRun, gcs, pubsub] = await Promise.all([
    startFirestore(),
    startCloudRun({ project: 'p', region: 'r', jobs: { oraferry: patient } }),
    startGcs({ dir, buckets: [bucket] }),
    startPubSub({
      topics: ['projects/p/topics/oraferry-progress', 'projects/p/topics/oraferry-completions'],
    }),
  ]);
  return { firestore, cloudRun, gcs, pubsub };
}

function environmentFor({ firestore, cloudRun, gcs, pubsub }: Cloud): Record<string, string> {
  return {
    GOOGLE_CLOUD_PROJECT: 'p',
    ORAFERRY_REGION: 'r',
    ORAFERRY_BUCKETS: bucket,
    FIRESTORE_EMULATOR_HOST: firestore.host,
    PUBSUB_EMULATOR_HOST: pubsub.host,
    CLOUD_RUN_API_ENDPOINT: `127.0.0.1:${cloudRun.port}`,
    GCS_API_ENDPOINT: gcs.url,
    ORAFERRY_REQUESTS_PER_MINUTE: '1000000',
    ORAFERRY_STREAMS: '1000',
    ORAFERRY_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
    ORAFERRY_API_KEYS: JSON.stringify([
      keyFor(keys.admin, ['admin']),
      keyFor(keys.reader, ['read']),
      keyFor(keys.writer, ['write']),
      keyFor(keys.executor, ['execute']),
      { ...keyFor(keys.other, ['admin']), tenant: 'elsewhere' },
      { ...keyFor(keys.expired, ['admin']), expires_at: '2020-01-01T00:00:00Z' },
    ]),
  };
}

function keyFor(key: string, scopes: string[]) {
  const [id = '', secret = ''] = key.split('.');
  const sha256 = createHash('sha256').update(secret).digest('hex');
  return { id, sha256, name: id, scopes };
}

/** Calls the API and holds every answer to the route table's schema or the one shape of errors. */
async function call(
  url: string,
  method: string,
  path: string,
  { key = keys.admin, body, raw, headers = {} }: CallOptions = {},
): Promise<Answer> {
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key !== null && { 'X-API-Key': key }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent, duplex: 'half' }),
  } as RequestInit);
  const text = await response.text();
  const parsed = text === '' ? undefined : JSON.parse(text);
  const answer = { status: response.status, headers: response.headers, body: parsed };
  requireShape(method, path, answer);
  return answer;
}

function requireShape(method: string, path: string, { status, headers, body }: Answer): void {
  expect(headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
  if (method === 'HEAD') expect(body).toBeUndefined();
  else if (status < 400) {
    const { route } = findRoute(routes, method, new URL(path, 'http://localhost').pathname);
    route?.response.parse(body);
  } else if (!path.endsWith('/health')) {
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toMatchObject({ code: expect.any(String), message: expect.any(String) });
    expect(body.trace_id).toBe(headers.get('x-trace-id'));
    const known = ['code', 'message', 'action', 'details', 'trace_id'];
    expect(Object.keys(body).filter((name) => !known.includes(name))).toEqual([]);
  }
}
