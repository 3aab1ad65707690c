import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type CollectionReference, Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillDatabase, type LoadedTable } from '../infra/local/data/load.ts';
import { createAuthority, walletText } from '../infra/local/oracle/certificates.ts';
import type { Fault } from '../infra/local/oracle/faults.ts';
import { type OracleServer, startOracle } from '../infra/local/oracle/server.ts';
import { type Stack, startStack } from '../infra/local/stack.ts';
import { isTerminal } from '../shared/domain/job.ts';
import { spawnFramework } from './functions/framework-process.ts';

/**
 * Secrets are sent through the whole product, at the level debug, each on a way where it could be repeated. Each test
 * shows first that its secret has been there; then nothing that the product has written may hold it.
 */

/** Part of every secret that we may choose, so that a piece of one is found as well. */
const stem = 'c4n4ry';
const secrets = {
  oraclePassword: `${stem}-Or4/p"w`,
  walletPassword: `${stem}-wallet-pw`,
  wrongKey: `ci.${stem}-api-key`,
  bearer: `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"email":"a@b.cc"}').toString('base64url')}.${stem}-signature`,
  basic: `Basic ${stem}-basic`,
  cookie: `session=${stem}-cookie`,
  inUrl: `${stem}-in-a-url`,
  inUserAgent: `sqlplus scott/${stem}-agent@db`,
  inBody: `${stem}-body-password`,
  inBrokenBody: `${stem}-broken-json`,
  inOracleText: `ORA-20001: link as app/${stem}-link@sales, identified by "${stem}-quoted"`,
  inYaml: `"${stem}-yaml`,
};
/** Not secret, and repeated everywhere: what shows that a place was really searched. */
const marker = 'n0t-a-secret';

const tables: LoadedTable[] = ['GOOD', 'BAD'].map((name) => ({
  definition: {
    owner: 'HR',
    name,
    columns: [{ name: 'ID', type: 'NUMBER', precision: 9, scale: 0 }],
  },
  rows: Array.from({ length: 100 }, (_, row) => [String(row)]),
}));

let stack: Stack;
let oracle: OracleServer;
let privateKey: string;
let fault: Fault;
let ticket: string;
let job: { readonly id: string; readonly state: string };
/** Status, headers and body of everything that the API has answered. */
const answers: string[] = [];

beforeAll(async () => {
  const ours = await createAuthority('Our CA');
  const client = await ours.issue({ commonName: 'oraferry' });
  const { database } = fillDatabase(tables);
  const user = {
    user: 'ORAFERRY',
    password: secrets.oraclePassword,
    grants: ['V$DATABASE' as const],
  };
  const tls = {
    ...(await ours.issue({ commonName: 'db', addresses: ['127.0.0.1'] })),
    ca: ours.cert,
  };
  oracle = await startOracle({ database, users: [user], tls });
  const wallet = walletText(client, ours, secrets.walletPassword);
  privateKey = wallet.split(/\r?\n/)[2] ?? '';
  const access = {
    ORACLE_CONNECT_STRING: oracle.connectString,
    ORACLE_PASSWORD: secrets.oraclePassword,
    ORACLE_WALLET_CONTENT: wallet,
    ORACLE_WALLET_PASSWORD: secrets.walletPassword,
  };
  stack = await startStack({
    database,
    taskEnvironment: access,
    environment: {
      ...access,
      LOG_LEVEL: 'debug',
      ORAFERRY_AUDIENCES: 'https://api.example.com',
      ORAFERRY_PRINCIPALS: '[{"email": "a@b.cc", "scopes": ["admin"]}]',
      GOOGLE_CERTS_URL: 'http://127.0.0.1:9/certs',
    },
  });
}, 60_000);

afterAll(async () => {
  await stack.close();
  await oracle.close();
});

interface Call {
  readonly method?: string;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The answer is the secret's one rightful place. */
  readonly isSecret?: boolean;
}

async function call(path: string, { key = stack.apiKey, isSecret, ...init }: Call = {}) {
  const response = await fetch(`${stack.apiUrl}/api/${path}`, {
    ...init,
    headers: {
      'Content-Type': 'application/json',
      ...(key !== null && { 'X-API-Key': key }),
      ...init.headers,
    },
  });
  const body = await response.text();
  const headers = JSON.stringify([...response.headers]);
  if (!isSecret) answers.push(`${response.status} ${headers}\n${body}`);
  return { status: response.status, body, json: () => JSON.parse(body) };
}

const create = (name: string, table: string) =>
  call('transport', { method: 'POST', body: JSON.stringify({ name, tables: [table] }) });

async function execute(transportId: string) {
  const queued = await call(`transport/${transportId}/execute`, { method: 'POST' });
  const { id } = queued.json().job;
  const look = async () => (await call(`jobs/${id}`)).json();
  const hasEnded = async () => isTerminal((await look()).state);
  await expect.poll(hasEnded, { timeout: 60_000 }).toBe(true);
  return look();
}

describe('secrets go', () => {
  it('with a job: passwords, wallet and key open the database', async () => {
    stack.servers.gcs.faults.inject({ on: 'chunk', action: { status: 503 } });
    const transport = (await create(marker, 'HR.GOOD')).json();
    job = await execute(transport.id);
    expect(job.state).toBe('SUCCEEDED');
    expect((await call('oracle/status')).json()).toMatchObject({ connected: true });
    expect((await call('tables?owner=HR')).status).toBe(200);
    const answer = await call(`jobs/${job.id}/ticket`, { method: 'POST', isSecret: true });
    ticket = answer.json().ticket;
    const path = `transport/${transport.id}/status?ticket=${ticket}`;
    expect((await call(path, { key: null })).status).toBe(200);
  });

  it('in what Oracle says of an error', async () => {
    const message = `${secrets.inOracleText} ${secrets.oraclePassword}`;
    fault = oracle.faults.errorAtRow(50, 20_001, message, 'HR.BAD');
    const failed = await execute((await create('failing', 'HR.BAD')).json().id);
    expect(fault.consumed).toBe(1);
    expect(failed.state).toBe('FAILED');
    // The entry about it is there, with what may be said.
    expect(logText()).toContain('ORA-20001: link as app/***@sales, identified by ***');
  });

  it.each([
    ['X-API-Key', secrets.wrongKey, 401],
    ['Authorization', `Bearer ${secrets.bearer}`, 503],
    ['Authorization', secrets.basic, 401],
    ['Cookie', secrets.cookie, 401],
    ['Proxy-Authorization', secrets.basic, 401],
  ])('in the header %s', async (name, value, status) => {
    expect((await call('jobs', { key: null, headers: { [name]: value } })).status).toBe(status);
  });

  it('in the user agent, which is logged', async () => {
    await call('jobs', { headers: { 'User-Agent': secrets.inUserAgent } });
    await expect.poll(logText).toContain('sqlplus scott/***@db');
  });

  it('in a URL', async () => {
    const answer = await call(`jobs?password=${secrets.inUrl}`);
    expect(answer.json()).toMatchObject({ details: { problems: [{ field: 'query.password' }] } });
    expect((await call(`transport/t/status?ticket=${secrets.inUrl}`, { key: null })).status).toBe(
      401,
    );
  });

  it('in bodies, at the top, deep within, and in what is no JSON', async () => {
    const password = secrets.inBody;
    const body = { name: 'x', tables: [{ owner: 'A', table: 'B', password }], password };
    const refused = await call('transport', { method: 'POST', body: JSON.stringify(body) });
    const fields = refused.json().details.problems.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(expect.arrayContaining(['body.password', 'body.tables.0.password']));
    const broken = `{"password": "${secrets.inBrokenBody}" oops}`;
    expect((await call('transport', { method: 'POST', body: broken })).status).toBe(400);
  });

  it('in a configuration that neither a task nor a function can read', async () => {
    const file = join(stack.bucketDir, '..', 'broken.yaml');
    writeFileSync(file, `oracle:\n  password: ${secrets.inYaml}\n  user: {`);
    const env = { ORAFERRY_CONFIG: file, ORACLE_PASSWORD: secrets.oraclePassword };
    const main = fileURLToPath(new URL('../jobs/main.ts', import.meta.url));
    const task = spawn(process.execPath, [main, '--job=j'], { env });
    // What a process has said is lost when it ends before anybody reads it: both are read from the beginning.
    const both = [task, spawnFramework(env).child];
    const texts = both.map(({ stdout, stderr }) => Promise.all([text(stdout), text(stderr)]));
    for (const all of await Promise.all(texts)) {
      const said = all.join('');
      expect(said).toContain('is no valid YAML');
      expect(found(said)).toEqual([]);
    }
  });
});

describe('no secret is', () => {
  const places: [string, () => string | Promise<string>][] = [
    ['in the logs of API, tasks and workers', logText],
    ['in an answer', () => answers.join('\n')],
    ['in Firestore', firestoreText],
    ['in the bucket', bucketText],
  ];

  it.each(places)('%s', async (_, read) => {
    const content = await read();
    expect(content).toContain(marker);
    expect(found(content)).toEqual([]);
  });

  it('in the logs: the URI of an upload', async () => {
    const ids = [...(await firestoreText()).matchAll(/upload_id=([\w-]+)/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(0);
    for (const id of ids)
      for (const content of [logText(), ...answers]) expect(content).not.toContain(id);
  });

  it('missed by the search', () => {
    for (const secret of [
      ...Object.values(secrets),
      stack.apiKey.split('.')[1],
      ticket,
      privateKey,
    ])
      expect(found(`"${secret}"`)).toHaveLength(1);
  });

  it('unlogged for want of a log: every process wrote at the level debug', () => {
    const entries = logText()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const services = new Set(entries.map(({ serviceContext }) => serviceContext?.service));
    expect(services).toContain('api');
    expect(services).toContain('oraferry-job');
    expect(services).toContain('oraferry-worker');
    expect(entries.some(({ severity }) => severity === 'DEBUG')).toBe(true);
    const worker = entries.find(({ serviceContext: of }) => of?.service === 'oraferry-worker');
    expect(worker['logging.googleapis.com/labels']).toMatchObject({
      job: job.id,
      transport: marker,
      table: 'HR.GOOD',
      split: '0',
    });
  });
});

/** Which secrets the text holds, whole or, of those with the stem, in part. */
function found(content: string): string[] {
  const whole = [stack.apiKey.split('.')[1] ?? '', ticket, privateKey];
  return [stem, ...whole].filter((secret) => content.includes(secret));
}

function logText(): string {
  return readFileSync(stack.logFile, 'utf8');
}

function bucketText(): string {
  const files = readdirSync(stack.bucketDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => `${file}\n${contentOf(file)}`).join('\n');
}

function contentOf(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

/** Every document, with those below it. */
async function firestoreText(): Promise<string> {
  const db = new Firestore({
    projectId: 'oraferry-local',
    host: stack.servers.firestore.host,
    ssl: false,
  });
  const read = async (collections: readonly CollectionReference[]): Promise<string[]> => {
    const documents = await Promise.all(collections.map((one) => one.listDocuments()));
    const texts = documents.flat().map(async (ref) => {
      const data = JSON.stringify((await ref.get()).data());
      return [`${ref.path} ${data}`, ...(await read(await ref.listCollections()))].join('\n');
    });
    return Promise.all(texts);
  };
  const all = await read(await db.listCollections());
  await db.terminate();
  return all.join('\n');
}
