import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobView } from '../../../infra/local/demo/api.ts';
import type { Manifest } from '../../../infra/local/demo/reread.ts';
import { missingPrograms } from '../../../infra/local/gcloud/emulator.ts';
import type { Endpoints } from '../../../infra/local/local/endpoints.ts';
import { type NastyTable, nastyTables } from '../../support/nasty-tables.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = join(root, 'infra/local/local.ts');

/** The folder of own data, the one of endpoints.json, and that for temporary files. */
let data: string;
let state: string;
let temporary: string;
let running: ChildProcess[];

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'local-test-'));
  data = join(folder, 'data');
  state = join(folder, 'state');
  temporary = join(folder, 'tmp');
  running = [];
  mkdirSync(temporary);
  writeTables(nastyTables);
});

afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL');
    await exitOf(child);
  }
  rmSync(dirname(data), { recursive: true });
});

describe('the stack in the foreground', () => {
  it('serves own tables, and what is exported is what their files say', async () => {
    await start('--data', data).ready();
    await exportAndCompare();
  });

  if (missingPrograms().length === 0) {
    it("does so on Google's emulators", async () => {
      await launch(['--data', data], { ORAFERRY_EMULATORS: 'gcloud' }).ready();
      await exportAndCompare();
    });
  } else {
    it("Google's emulators are not installed: not run", () =>
      expect(missingPrograms()).not.toEqual([]));
  }

  it('prints commands that work as they stand', async () => {
    const output = await start('--data', data).ready();
    const commands = output.slice(output.indexOf('API='));
    const shell = spawn('sh', ['-c', commands], { env: { PATH: process.env['PATH'] } });
    const printed = await text(shell.stdout);
    expect(await exitOf(shell)).toBe(0);
    expect(printed).toContain('event: terminal');
    expect(printed).toContain('"state":"SUCCEEDED"');
    const [first] = nastyTables;
    expect(printed.trimEnd().split('\n').slice(-2)).toEqual(
      first?.expected.map((row) => JSON.stringify(row)),
    );
  });

  it('says in a private file where everything is, and what it is', async () => {
    const { child, ready } = start('--data', data);
    const output = await ready();
    const endpoints = readEndpoints();
    expect(endpoints).toEqual({
      api_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      api_key: expect.stringContaining('.'),
      gcs_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      bucket: expect.any(String),
      bucket_dir: expect.stringContaining(temporary),
      oracle: {
        connect_string: expect.stringMatching(/^127\.0\.0\.1:\d+\/\w+$/),
        user: expect.any(String),
        password: expect.any(String),
        wallet_dir: null,
      },
      pid: child.pid,
    });
    expect(statSync(join(state, 'endpoints.json')).mode & 0o777).toBe(0o600);
    expect(output).toContain(`${endpoints.api_url}/api`);
    expect(output).toContain(endpoints.api_key);
    expect(output).not.toContain(endpoints.oracle.password);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'leaves nothing behind at %s',
    async (signal) => {
      const { child, ready } = start('--data', data);
      await ready();
      const { api_url } = readEndpoints();
      child.kill(signal);
      expect(await exitOf(child)).toBe(0);
      expect(readdirSync(state)).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
      await expect(fetch(api_url)).rejects.toThrow('fetch failed');
    },
  );

  it('stops while a job runs', async () => {
    const rows = Array.from({ length: 200_000 }, (_, n) => `${n}\n`).join('');
    writeTables([
      {
        owner: 'A',
        table: 'T',
        columns: [{ name: 'N', type: 'NUMBER' }],
        csv: `N\n${rows}`,
        expected: [],
      },
    ]);
    const { child, ready } = start('--data', data);
    await ready();
    const job = await execute([{ owner: 'A', table: 'T' }]);
    while ((await call<JobView>('GET', `jobs/${job}`)).state === 'QUEUED') await delay(20);
    child.kill('SIGTERM');
    expect(await exitOf(child)).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('stops before it is ready', async () => {
    const { child } = start();
    while (readdirSync(temporary).length === 0) await delay(5);
    child.kill('SIGTERM');
    expect(await exitOf(child)).toBe(0);
    expect(existsSync(join(state, 'endpoints.json'))).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('stops when npm, which started it, is killed', async () => {
    const npm = spawn('npm', ['run', 'local', '--', '--data', data], {
      cwd: root,
      env: { ...environment(), HOME: process.env['HOME'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(npm);
    await saying(npm, 'gunzip');
    const { pid } = readEndpoints();
    npm.kill('SIGKILL');
    while (isAlive(pid)) await delay(20);
    expect(readdirSync(state)).toEqual([]);
  });

  it('serves on when nobody reads its output', async () => {
    const { child, ready } = start('--data', data);
    child.stdout?.destroy();
    await ready().catch(() => undefined);
    while (!existsSync(join(state, 'endpoints.json'))) await delay(20);
    expect((await fetch(`${readEndpoints().api_url}/api/health`)).status).toBe(200);
  });

  it('says so, and ends, when its API ends', async () => {
    const { child, ready, complaint } = start('--data', data);
    await ready();
    const log = readFileSync(
      join(dirname(dirname(readEndpoints().bucket_dir)), 'product.log'),
      'utf8',
    );
    process.kill(JSON.parse(log.split('\n')[0] ?? '').pid, 'SIGKILL');
    expect(await complaint).toContain("OraFerry's API has ended by itself");
    expect(await exitOf(child)).toBe(1);
    expect(readdirSync(state)).toEqual([]);
  });

  it('takes the port that it is told, and no second time', async () => {
    const port = await freePort();
    await start('--data', data, '--port', String(port)).ready();
    expect(readEndpoints().api_url).toBe(`http://127.0.0.1:${port}`);

    const before = readFileSync(join(state, 'endpoints.json'), 'utf8');
    const second = await outcome('--data', data);
    expect(second).toEqual({
      code: 1,
      said: expect.stringContaining(`as process ${readEndpoints().pid};`),
    });
    expect(readFileSync(join(state, 'endpoints.json'), 'utf8')).toBe(before);

    const other = await outcomeOf(
      launch(['--port', String(port)], { ORAFERRY_LOCAL_DIR: temporary }),
    );
    expect(other).toEqual({
      code: 1,
      said: `port ${port} cannot be used: somebody listens on it already\n`,
    });
  });
});

describe('what it cannot start with', () => {
  it('is bad data, of which it names line and column', async () => {
    writeFileSync(join(data, 'HR', 'EMP.csv'), 'SALARY\n"12,5"\n');
    writeFileSync(
      join(data, 'HR', 'EMP.columns.json'),
      '[{"name":"SALARY","type":"NUMBER(10,2)"}]',
    );
    expect(await outcome('--data', data)).toEqual({
      code: 1,
      said: expect.stringContaining('HR/EMP.csv, line 2, column SALARY: "12,5" is no NUMBER(10,2)'),
    });
    expect(existsSync(state)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('is an argument that it does not know', async () => {
    const { code, said } = await outcome('--prot', '1');
    expect(code).toBe(2);
    expect(said).toContain('--prot');
    expect(said).toContain('Usage: npm run local');
  });

  it.each([
    ['google', 'it must be embedded or gcloud'],
    ['gcloud', 'PATH has no gcloud and no java'],
  ])('is ORAFERRY_EMULATORS=%s on an empty PATH', async (value, message) => {
    const child = launch([], { ORAFERRY_EMULATORS: value, PATH: temporary });
    expect(await outcomeOf(child)).toEqual({ code: 1, said: expect.stringContaining(message) });
  });
});

interface Launched {
  readonly child: ChildProcess;
  /** All that it has written by then. */
  ready(): Promise<string>;
  /** What it wrote to standard error, once it has ended. */
  readonly complaint: Promise<string>;
}

function start(...args: string[]): Launched {
  return launch(args, {});
}

function launch(args: readonly string[], more: Record<string, string>): Launched {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...environment(), ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  return { child, ready: () => saying(child, 'head -n 5\n'), complaint: text(child.stderr) };
}

function environment() {
  return { PATH: process.env['PATH'], TMPDIR: temporary, ORAFERRY_LOCAL_DIR: state };
}

async function saying(child: ChildProcess, wanted: string): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += chunk;
    if (!said.includes(wanted)) continue;
    child.stdout?.resume();
    return said;
  }
  throw new Error(`it ended with: ${said}`);
}

function outcome(...args: string[]) {
  return outcomeOf(start(...args));
}

async function outcomeOf({ child, complaint }: Launched) {
  return { code: await exitOf(child), said: await complaint };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await promisify(server.close.bind(server))();
  return typeof address === 'object' && address ? address.port : 0;
}

function readEndpoints(): Endpoints {
  return JSON.parse(readFileSync(join(state, 'endpoints.json'), 'utf8'));
}

function writeTables(tables: readonly NastyTable[]): void {
  for (const { owner, table, columns, csv } of tables) {
    mkdirSync(join(data, owner), { recursive: true });
    writeFileSync(join(data, owner, `${table}.csv`), csv);
    writeFileSync(join(data, owner, `${table}.columns.json`), JSON.stringify(columns));
  }
}

/** The whole way with nothing but HTTP: define, execute, wait, list, download. */
async function exportAndCompare(): Promise<void> {
  const job = await execute(nastyTables.map(({ owner, table }) => ({ owner, table })));
  const done = await ending(job);
  expect(done).toMatchObject({ state: 'SUCCEEDED', error: null });

  const { gcs_url, bucket, bucket_dir } = readEndpoints();
  const objects = `${gcs_url}/storage/v1/b/${bucket}/o`;
  const { prefix } = done.output;
  const listed = await fetch(`${objects}?prefix=${encodeURIComponent(prefix)}`);
  const { items } = (await listed.json()) as { items: { name: string }[] };
  const names = items.map(({ name }) => name);
  const manifest = await readObject(objects, `${prefix}_manifest.json`);
  const { tables }: Manifest = JSON.parse(manifest.toString());
  for (const { owner, table, expected } of nastyTables) {
    const entry = tables.find((one) => one.owner === owner && one.table === table);
    const rows: unknown[] = [];
    for (const part of entry?.parts ?? []) {
      const name = `${prefix}${part.name}`;
      expect(names).toContain(name);
      const body = await readObject(objects, name);
      expect(readFileSync(join(bucket_dir, name))).toEqual(body);
      const lines = gunzipSync(body).toString().trimEnd().split('\n');
      rows.push(...lines.map((line) => JSON.parse(line)));
    }
    expect(rows).toEqual(expected);
  }
}

async function execute(tables: readonly unknown[]): Promise<string> {
  const body = { name: 'own', tables, destination: { prefix: 'exports' } };
  const { id } = await call<{ id: string }>('POST', 'transport', body);
  const { job } = await call<{ job: JobView }>('POST', `transport/${id}/execute`, {});
  return job.id;
}

async function ending(id: string): Promise<JobView> {
  for (;;) {
    const job = await call<JobView>('GET', `jobs/${id}`);
    if (['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED'].includes(job.state)) return job;
    await delay(100);
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const { api_url, api_key } = readEndpoints();
  const response = await fetch(`${api_url}/api/${path}`, {
    method,
    headers: { 'X-API-Key': api_key, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  expect(response.ok, JSON.stringify(answer)).toBe(true);
  return answer as T;
}

async function readObject(objects: string, name: string): Promise<Buffer> {
  const response = await fetch(`${objects}/${encodeURIComponent(name)}?alt=media`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}
