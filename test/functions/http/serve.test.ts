import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReadiness } from '../../../functions/readiness.ts';
import { type Api, keys, startApi, transportNamed } from '../api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const json = { 'Content-Type': 'application/json' };
const mebibyte = 1024 * 1024;

test('the index names the functions with the host that was asked, or with their own', async () => {
  const headers = { 'X-Forwarded-Proto': 'https' };
  const { version } = api.context;
  const url = `${api.url.replace('http:', 'https:')}/api`;
  const { body } = await api.call('GET', '/api', { headers });
  expect(body.functions).toEqual([
    { name: 'api', url, version },
    { name: 'oracle', url, version },
    { name: 'reconcile', url, version },
  ]);
  const parted = await startApi({}, { ORAFERRY_ORACLE_URL: 'https://oracle.example/' });
  const own = await parted.call('GET', '/api', { headers });
  expect(own.body.functions[1]).toEqual({
    name: 'oracle',
    url: 'https://oracle.example/api',
    version,
  });
  await parted.close();
});

test('every way of not being known gets the same answer', async () => {
  const unknown = [
    null,
    'nonsense',
    'admin',
    'admin.',
    'admin.wrong',
    'nobody.s-admin',
    '.s-admin',
  ];
  const answers = await Promise.all(
    [...unknown, 'reader.s-admin', keys.expired].map((key) =>
      api.call('GET', '/api/transport', { key }),
    ),
  );
  for (const { status, headers, body } of answers) {
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('ApiKey, Bearer');
    expect({ ...body, trace_id: '' }).toEqual({ ...answers[0]?.body, trace_id: '' });
    expect(body.code).toBe('AUTHENTICATION_ERROR');
  }
});

test('a key does what its scopes say and no more', async () => {
  const path = '/api/transport';
  const body = transportNamed('scoped');
  const refused = [
    await api.call('GET', path, { key: keys.writer }),
    await api.call('POST', path, { key: keys.reader, body }),
    await api.call('POST', `${path}/x/execute`, { key: keys.writer }),
    await api.call('POST', '/api/jobs/x/cancel', { key: keys.reader }),
    await api.call('GET', '/api/jobs', { key: keys.executor }),
  ];
  expect(refused.map((answer) => [answer.status, answer.body.code])).toEqual(
    refused.map(() => [403, 'PERMISSION_DENIED']),
  );
  expect(refused[1]?.body.details).toEqual({ scope: 'write' });
  expect((await api.call('POST', path, { key: keys.writer, body })).status).toBe(201);
});

test('unknown paths and methods are told apart', async () => {
  for (const path of [
    '/',
    '/api/nothing',
    '/api/transport/',
    '/api/jobs/x/y/z',
    '/api//transport',
  ]) {
    expect((await api.call('GET', path)).body.code).toBe('NOT_FOUND');
  }
  const patch = await api.call('PATCH', '/api/transport/x');
  expect([patch.status, patch.body.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
  expect(patch.headers.get('allow')).toBe('GET, HEAD, PUT, DELETE, OPTIONS');
  expect((await api.call('DELETE', '/api/health')).headers.get('allow')).toBe('GET, HEAD, OPTIONS');
});

test('HEAD answers like GET without the body', async () => {
  const head = await api.call('HEAD', '/api/transport');
  expect([head.status, head.body]).toEqual([200, undefined]);
});

test('a path that does not decode gets the one shape of errors', async () => {
  const { status, body } = await api.call('GET', '/api/transport/%zz');
  expect([status, body.code]).toEqual([400, 'VALIDATION_ERROR']);
});

test('malformed JSON gets the one shape of errors', async () => {
  for (const raw of ['{"name":', '\u00ff', new Uint8Array([0x22, 0xff, 0x22])]) {
    const answer = await api.call('POST', '/api/transport', { raw, headers: json });
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_ERROR']);
  }
  const empty = await api.call('POST', '/api/transport');
  expect(empty.body.details.problems).toEqual([{ field: 'body', message: expect.any(String) }]);
});

test('of the problems of a body a hundred are named, and the others counted', async () => {
  const body = { ...transportNamed('hopeless'), tables: Array(5_000).fill([]) };
  const answer = await api.call('POST', '/api/transport', { body });
  expect([answer.status, answer.body.details.problems.length]).toEqual([400, 100]);
  expect(answer.body.message).toContain('(and 4999 more)');
});

test('a body that is not plain JSON is refused by its type', async () => {
  const raw = JSON.stringify(transportNamed('typed'));
  const types: Record<string, string>[] = [
    { 'Content-Type': 'text/plain' },
    { 'Content-Type': 'application/x-www-form-urlencoded' },
    { ...json, 'Content-Encoding': 'gzip' },
  ];
  for (const headers of types) {
    const answer = await api.call('POST', '/api/transport', { raw, headers });
    expect([answer.status, answer.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  }
  const suffixed = { 'Content-Type': 'application/merge-patch+json; charset=utf-8' };
  const taken = await api.call('POST', '/api/transport', { raw, headers: suffixed });
  expect(taken.status).toBe(201);
});

test('a body above 1 MiB is refused by its declared length and by its counted bytes', async () => {
  const large = new Uint8Array(mebibyte + 1).fill(0x20);
  const declared = await api.call('POST', '/api/transport', { raw: large, headers: json });
  expect([declared.status, declared.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  const stream = new Blob([large]).stream();
  const counted = await api.call('POST', '/api/transport', { raw: stream, headers: json });
  expect([counted.status, counted.body.details]).toEqual([413, { limit_bytes: mebibyte }]);
  const padded = JSON.stringify(transportNamed('padded')).padEnd(mebibyte, ' ');
  const exact = await api.call('POST', '/api/transport', { raw: padded, headers: json });
  expect(exact.status).toBe(201);
});

test('a body that ends early is no success and does not disturb others', async () => {
  const socket = createConnection(Number(new URL(api.url).port), '127.0.0.1');
  const head = ['POST /api/transport HTTP/1.1', 'Host: x', `X-API-Key: ${keys.admin}`];
  socket.end(
    [...head, 'Content-Type: application/json', 'Content-Length: 99', '', '{'].join('\r\n'),
  );
  expect(await text(socket)).toMatch(/^(HTTP\/1.1 400 |$)/);
  expect((await api.call('GET', '/api/transport')).status).toBe(200);
});

test('the trace of the caller is taken over, anything else replaced', async () => {
  const trace = 'ab'.repeat(16);
  const traceOf = async (headers: Record<string, string>) =>
    (await api.call('GET', '/api', { headers })).headers.get('x-trace-id');
  expect(await traceOf({ traceparent: `00-${trace}-${'1'.repeat(16)}-01` })).toBe(trace);
  expect(await traceOf({ 'X-Cloud-Trace-Context': `${trace}/123;o=1` })).toBe(trace);
  expect(await traceOf({ 'X-Cloud-Trace-Context': trace.toUpperCase() })).toBe(trace);
  for (const wrong of [`00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, '<script>', `${trace}`]) {
    expect(await traceOf({ traceparent: wrong })).not.toBe(trace);
  }
});

test('every request is logged with its trace, the key is not', async () => {
  const trace = 'cd'.repeat(16);
  const headers = { 'X-Cloud-Trace-Context': `${trace}/1` };
  await api.call('GET', '/api/jobs?page_size=3', { headers });
  const entry = api.log.map((line) => JSON.parse(line)).findLast((line) => line.trace_id === trace);
  expect(entry).toMatchObject({
    severity: 'INFO',
    'logging.googleapis.com/trace': `projects/p/traces/${trace}`,
    httpRequest: { requestMethod: 'GET', requestUrl: '/api/jobs', status: 200 },
  });
  expect(api.log.join()).not.toContain('s-admin');
});

test('what a handler throws unforeseen is answered without its text and logged with it', async () => {
  const broken = await startApi({
    transports: {
      ...api.context.transports,
      list: () => Promise.reject(new Error('secret host 10.0.0.1')),
      get: () => {
        throw new Error('secret host 10.0.0.1');
      },
    },
  });
  for (const path of ['/api/transport', '/api/transport/x']) {
    const { status, body } = await broken.call('GET', path);
    expect([status, body.code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(JSON.stringify(body)).not.toContain('secret');
  }
  expect(broken.log.join()).toContain('secret host');
  await broken.close();
});

test('health needs no key and tells no more than whether it can serve', async () => {
  const healthy = await api.call('GET', '/api/health', { key: null });
  expect(healthy.status).toBe(200);
  expect(healthy.body).toEqual({ status: 'ok', checks: { firestore: 'ok' }, version: '0.1.0' });
});

test('readiness is asked once, however many ask for it', async () => {
  let asked = 0;
  const failing = await startApi({
    readiness: createReadiness({
      ...api.context.transports,
      list: () => {
        asked++;
        return Promise.reject(new Error('host 10.0.0.1 is down'));
      },
    }),
  });
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => failing.call('GET', '/api/health', { key: null })),
  );
  for (const { status, body } of answers) {
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'unavailable', checks: { firestore: 'unavailable' } });
  }
  expect(asked).toBe(1);
  await failing.close();
});
