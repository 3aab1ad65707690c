import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, keys, startApi, transportNamed } from './api.ts';

/** The function as it is deployed: the framework's own program, in a process of its own. */

let cloud: Api;
beforeAll(async () => {
  cloud = await startApi();
});
afterAll(() => cloud.close());

test('the framework serves the API from the sources', async () => {
  const api = await startFramework(cloud.environment);
  const headers = { 'X-API-Key': keys.admin, 'Content-Type': 'application/json' };
  const created = await fetch(`${api.url}/api/transport`, {
    method: 'POST',
    headers,
    body: JSON.stringify(transportNamed('from-a-process')),
  });
  expect(created.status).toBe(201);
  const malformed = await fetch(`${api.url}/api/transport`, { method: 'POST', headers, body: '{' });
  expect([malformed.status, (await codeOf(malformed)).code]).toEqual([400, 'VALIDATION_ERROR']);
  const path = await fetch(`${api.url}/api/%zz`);
  expect([path.status, (await codeOf(path)).code]).toEqual([400, 'VALIDATION_ERROR']);
  expect(await stop(api, 'SIGTERM')).toBe(0);
});

test('32 MiB from somebody unknown are refused without being kept', async () => {
  const api = await startFramework(cloud.environment);
  const before = memoryOf(api.child);
  const body = new Uint8Array(32 * 1024 * 1024);
  const headers = { 'Content-Type': 'application/json' };
  const unknown = await fetch(`${api.url}/api/transport`, { method: 'POST', headers, body });
  expect([unknown.status, (await codeOf(unknown)).code]).toEqual([401, 'AUTHENTICATION_ERROR']);
  const known = await fetch(`${api.url}/api/transport`, {
    method: 'POST',
    headers: { ...headers, 'X-API-Key': keys.admin },
    body,
  });
  expect([known.status, (await codeOf(known)).code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  expect(memoryOf(api.child) - before).toBeLessThan(body.length);
  expect(await stop(api, 'SIGINT')).toBe(0);
});

test('a request in flight at SIGTERM is answered before the process ends with 0', async () => {
  const api = await startFramework(cloud.environment);
  const body = JSON.stringify(transportNamed('in-flight'));
  const socket = createConnection(Number(new URL(api.url).port), '127.0.0.1');
  const head = [
    'POST /api/transport HTTP/1.1',
    'Host: localhost',
    `X-API-Key: ${keys.admin}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const [begun] = await once(socket, 'data');
  expect(String(begun)).toMatch(/^HTTP\/1.1 100 /);
  const ended = stop(api, 'SIGTERM');
  await refusesConnections(api.url);
  api.child.kill('SIGINT');
  expect(api.child.exitCode).toBeNull();
  socket.write(body);
  expect(await text(socket)).toMatch(/^HTTP\/1.1 201 /);
  expect(await ended).toBe(0);
});

test('a configuration that is not usable ends the process with every problem', async () => {
  const { child, lines } = spawnFramework({
    ...cloud.environment,
    ORAFERRY_BUCKETS: 'a',
    LOG_LEVEL: 'x',
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  const output = lines.join('\n');
  expect(output).toContain('gcs.buckets');
  expect(output).toContain('LOG_LEVEL');
});

interface Framework {
  readonly url: string;
  readonly child: ChildProcess;
}

async function startFramework(environment: Readonly<Record<string, string>>): Promise<Framework> {
  const { child, lines } = spawnFramework(environment);
  const listening = Promise.withResolvers<number>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { message, port } = JSON.parse(line);
    if (message === 'Listening') listening.resolve(port);
  });
  child.once('close', () => listening.reject(new Error(lines.join('\n'))));
  return { child, url: `http://127.0.0.1:${await listening.promise}` };
}

function spawnFramework(environment: Readonly<Record<string, string>>) {
  const require = createRequire(import.meta.url);
  const program = join(dirname(require.resolve('@google-cloud/functions-framework')), 'main.js');
  const source = fileURLToPath(new URL('../../functions/index.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [program, '--target=api', `--source=${source}`, '--port=0'],
    {
      env: { PATH: process.env['PATH'], METADATA_SERVER_DETECTION: 'none', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  return { child, lines };
}

async function stop({ child }: Framework, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(child, 'close');
  child.kill(signal);
  const [code] = await closed;
  return code;
}

async function refusesConnections(url: string): Promise<void> {
  const headers = { Connection: 'close' };
  while (
    await fetch(`${url}/api/health`, { headers }).then(
      () => true,
      () => false,
    )
  );
}

/** Peak resident memory in bytes, as Linux counts it. */
function memoryOf({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

async function codeOf(response: Response): Promise<{ code: string }> {
  return (await response.json()) as { code: string };
}
