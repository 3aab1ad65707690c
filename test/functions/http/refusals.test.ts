import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, keys, startApi, transportNamed } from '../api.ts';
import { openEvents } from '../events.ts';

/** Requests that no client library would send. */

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** What comes back for these bytes. */
async function send(bytes: string) {
  const socket = createConnection(Number(new URL(api.url).port), '127.0.0.1');
  socket.write(bytes);
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: body && JSON.parse(body) };
}

const host = 'Host: localhost\r\nConnection: close';

test.each([
  ['no HTTP at all', '\x16\x03\x01\x02\r\n\r\n', 400, 'VALIDATION_ERROR'],
  ['an unknown method', `FOO /api HTTP/1.1\r\n${host}\r\n\r\n`, 400, 'VALIDATION_ERROR'],
  [
    'a header that is none',
    `GET /api HTTP/1.1\r\n${host}\r\nno colon\r\n\r\n`,
    400,
    'VALIDATION_ERROR',
  ],
  ['bytes in the path', `GET /\xff HTTP/1.1\r\n${host}\r\n\r\n`, 400, 'VALIDATION_ERROR'],
  ['HTTP/2 without an upgrade', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'VALIDATION_ERROR'],
  [
    'two lengths',
    `POST /api HTTP/1.1\r\n${host}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    400,
    'VALIDATION_ERROR',
  ],
  [
    'headers without an end',
    `GET /api HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ],
  [
    'a URL without an end',
    `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ],
  [
    'a tunnel',
    'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n',
    405,
    'METHOD_NOT_ALLOWED',
  ],
  ['no host', 'GET /api HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'VALIDATION_ERROR'],
  ['two hosts', `GET /api HTTP/1.1\r\n${host}\r\nHost: other\r\n\r\n`, 400, 'VALIDATION_ERROR'],
  [
    'two authorizations, of which a proxy may have checked the other',
    `GET /api HTTP/1.1\r\n${host}\r\nAuthorization: Bearer a.b.c\r\nAuthorization: Bearer d.e.f\r\n\r\n`,
    400,
    'VALIDATION_ERROR',
  ],
  ['every path', `OPTIONS * HTTP/1.1\r\n${host}\r\n\r\n`, 404, 'NOT_FOUND'],
  ['the icon of a page', `GET /favicon.ico HTTP/1.1\r\n${host}\r\n\r\n`, 404, 'NOT_FOUND'],
])('%s is refused in the one shape', async (_, bytes, status, code) => {
  const { head, body, ...answer } = await send(bytes);
  expect([answer.status, body.code]).toEqual([status, code]);
  expect(Object.keys(body).toSorted()).toEqual(['action', 'code', 'message', 'trace_id']);
  expect(body.trace_id).toMatch(/^[0-9a-f]{32}$/);
  expect(head.toLowerCase()).toContain(`x-trace-id: ${body.trace_id}`);
  expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
  expect(head).toMatch(/^vary: origin/im);
});

test('a chunk that is none ends the request with an error, not with silence', async () => {
  const head = `POST /api/transport HTTP/1.1\r\n${host}\r\nX-API-Key: ${keys.admin}\r\n`;
  const { status, body } = await send(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
  expect([status, body.code]).toEqual([400, 'VALIDATION_ERROR']);
});

test('HTTP/1.0 and whole URLs are served', async () => {
  expect((await send('GET /api/health HTTP/1.0\r\n\r\n')).status).toBe(200);
  const whole = `GET http://elsewhere.example/api/health?x=1 HTTP/1.1\r\n${host}\r\n\r\n`;
  expect((await send(whole)).body.details.problems).toEqual([
    { field: 'query.x', message: 'is no known field' },
  ]);
});

test('an expectation or an upgrade that we do not know is passed over', async () => {
  for (const header of ['Expect: miracles', 'Upgrade: websocket\r\nConnection: Upgrade']) {
    const { status } = await send(`GET /api/health HTTP/1.1\r\n${host}\r\n${header}\r\n\r\n`);
    expect([header, status]).toEqual([header, 200]);
  }
});

test('a client that asks before it sends its body is refused without sending it', async () => {
  const ask = (key: string) =>
    send(
      `POST /api/transport HTTP/1.1\r\n${host}\r\nX-API-Key: ${key}\r\nExpect: 100-continue\r\n` +
        'Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n',
    );
  expect((await ask('nobody.x')).body.code).toBe('AUTHENTICATION_ERROR');
  expect((await ask(keys.admin)).body.code).toBe('PAYLOAD_TOO_LARGE');
});

test('a body where none is taken, and one in another encoding, are refused', async () => {
  const unwanted = await api.call('DELETE', '/api/transport/x', { body: { force: true } });
  expect(unwanted.body.details.problems).toEqual([{ field: 'body', message: 'is not taken here' }]);
  for (const charset of ['latin1', 'utf-16', '"utf-7"']) {
    const headers = { 'Content-Type': `application/json; charset=${charset}` };
    const answer = await api.call('POST', '/api/transport', { raw: '{}', headers });
    expect([charset, answer.status]).toEqual([charset, 415]);
  }
});

test('a call that takes too long is ended with a clear error', async () => {
  const never = { ...api.context.transports, list: () => new Promise<never>(() => {}) };
  const slow = await startApi({ transports: never }, { ORAFERRY_REQUEST_TIMEOUT_SECONDS: '0.2' });
  const { status, body } = await slow.call('GET', '/api/transport');
  expect([status, body.code, body.details]).toEqual([
    504,
    'DEADLINE_EXCEEDED',
    { limit_seconds: 0.2 },
  ]);
  await slow.close();
});

test('a stream outlives the time that other calls have', async () => {
  // Enough for the first call to a cloud that has just begun, on a busy machine.
  const quick = await startApi({}, { ORAFERRY_REQUEST_TIMEOUT_SECONDS: '2' });
  const { body } = await quick.call('POST', '/api/transport', { body: transportNamed('watched') });
  const stream = await openEvents(quick.url, `/api/transport/${body.id}/status`);
  let isOver = false;
  void stream.ended.then(() => {
    isOver = true;
  });
  await delay(2_500);
  expect([stream.status, isOver]).toEqual([200, false]);
  stream.disconnect();
  await quick.close();
});
