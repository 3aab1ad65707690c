import { once } from 'node:events';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, keys, startApi, transportNamed } from './api.ts';
import { openEvents } from './events.ts';
import { memoryOf, spawnFramework, startFramework, stop } from './framework-process.ts';

/** The function as it is deployed: the framework's own program, in a process of its own. */

const mebibyte = 1024 * 1024;

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
  const path = await fetch(`${api.url}/api/transport/%zz`);
  expect([path.status, (await codeOf(path)).code]).toEqual([400, 'VALIDATION_ERROR']);
  expect(await stop(api, 'SIGTERM')).toBe(0);
});

test('each function serves its own calls and names the one that serves the others', async () => {
  const served = async (target: string) => {
    const { url, child } = await startFramework(cloud.environment, target);
    const headers = { 'X-API-Key': keys.admin };
    const paths = ['/api', '/api/health', '/api/transport', '/api/oracle/status', '/api/nowhere'];
    const answers = paths.map(async (path) => {
      const answer = await fetch(`${url}${path}`, { headers });
      const { code, details } = (await answer.json()) as { code?: string; details?: object };
      return [path, answer.status, code, details].filter((part) => part !== undefined);
    });
    const result = await Promise.all(answers);
    expect(await stop({ url, child }, 'SIGTERM')).toBe(0);
    return result;
  };
  const both = [
    ['/api', 200],
    ['/api/health', 200],
  ];
  const withoutDatabase = ['/api/oracle/status', 503, 'ORACLE_CONNECTION_ERROR'];
  const unknown = ['/api/nowhere', 404, 'NOT_FOUND'];
  expect(await served('api')).toEqual([
    ...both,
    ['/api/transport', 200],
    ['/api/oracle/status', 404, 'NOT_FOUND', { function: 'oracle' }],
    unknown,
  ]);
  expect(await served('oracle')).toEqual([
    ...both,
    ['/api/transport', 404, 'NOT_FOUND', { function: 'api' }],
    withoutDatabase,
    unknown,
  ]);
  expect(await served('all')).toEqual([...both, ['/api/transport', 200], withoutDatabase, unknown]);
});

test('32 MiB from somebody unknown are refused without being kept', async () => {
  const api = await startFramework(cloud.environment);
  // A first request loads what any request needs.
  await fetch(`${api.url}/api/transport`, { method: 'POST', body: '{}' });
  const before = memoryOf(api.child, 'VmHWM');
  const length = `Content-Length: ${32 * mebibyte}`;
  const chunked = 'Transfer-Encoding: chunked';
  const key = `X-API-Key: ${keys.admin}`;
  expect(await upload(api.url, [length])).toMatch(/ 401 .*AUTHENTICATION_ERROR/s);
  expect(await upload(api.url, [chunked])).toMatch(/ 401 .*AUTHENTICATION_ERROR/s);
  expect(await upload(api.url, [length, key])).toMatch(/ 413 .*PAYLOAD_TOO_LARGE/s);
  expect(await upload(api.url, [chunked, key])).toMatch(/ 413 .*PAYLOAD_TOO_LARGE/s);
  const growth = memoryOf(api.child, 'VmHWM') - before;
  expect(growth).toBeLessThan(16 * mebibyte);
  expect(await stop(api, 'SIGINT')).toBe(0);
});

/** Sends as much of 32 MiB as is taken, whatever the answer; resolves with the answer when the connection is over. */
async function upload(url: string, headers: readonly string[]): Promise<string> {
  const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (piece) => {
    answer += piece;
  });
  const isOver = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  const isChunked = headers.some((header) => header.endsWith('chunked'));
  const head = ['POST /api/transport HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
  socket.write(`${[...head, ...headers].join('\r\n')}\r\n\r\n`);
  const block = Buffer.alloc(mebibyte, ' ');
  for (let sent = 0; sent < 32 && !socket.destroyed; sent++) {
    if (isChunked) socket.write(`${mebibyte.toString(16)}\r\n`);
    if (!socket.write(block)) {
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), isOver]);
    }
    if (isChunked) socket.write('\r\n');
  }
  socket.end();
  await isOver;
  return answer;
}

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

test('open event streams are ended in good order at SIGTERM', async () => {
  const api = await startFramework(cloud.environment);
  const body = transportNamed('watched');
  const { body: transport } = await cloud.call('POST', '/api/transport', { body });
  const path = `/api/transport/${transport.id}/status`;
  const idle = await openEvents(api.url, path);
  await cloud.call('POST', `/api/transport/${transport.id}/execute`);
  const watching = await openEvents(api.url, path);
  const ended = stop(api, 'SIGTERM');
  await Promise.all([idle.ended, watching.ended]);
  expect([idle.isComplete, watching.isComplete, await ended]).toEqual([true, true, 0]);
  expect(cloud.pubsub.subscriptions()).toEqual([]);
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

async function refusesConnections(url: string): Promise<void> {
  const headers = { Connection: 'close' };
  while (
    await fetch(`${url}/api/health`, { headers }).then(
      () => true,
      () => false,
    )
  );
}

async function codeOf(response: Response): Promise<{ code: string }> {
  return (await response.json()) as { code: string };
}
