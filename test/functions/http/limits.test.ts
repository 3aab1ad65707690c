import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Api, keys, startApi, transportNamed } from '../api.ts';
import { openEvents } from '../events.ts';

let api: Api | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

const path = '/api/transport';

test('every answer says how many calls are left, and the one too many how long to wait', async () => {
  const limited = await start({ ORAFERRY_REQUESTS_PER_MINUTE: '2' });
  const answers = [];
  for (let n = 0; n < 3; n++) answers.push(await limited.call('GET', path, { key: keys.reader }));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  for (const { headers } of answers) {
    expect(headers.get('ratelimit-policy')).toBe('"caller";q=2;w=60');
  }
  const left = answers.map(({ headers }) => headers.get('ratelimit') ?? '');
  expect(left.map((text) => /^"caller";r=(\d+);t=\d+$/.exec(text)?.[1])).toEqual(['1', '0', '0']);
  const [, , { headers, body }] = answers as [Answer, Answer, Answer];
  expect(body.code).toBe('RATE_LIMITED');
  const wait = Number(headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  expect(left[2]).toBe(`"caller";r=0;t=${wait}`);
});

test('callers do not use up each other’s calls', async () => {
  const limited = await start({
    ORAFERRY_REQUESTS_PER_MINUTE: '1',
    ORAFERRY_ANONYMOUS_REQUESTS_PER_MINUTE: '1',
  });
  const statusOf = async (key: string | null) => (await limited.call('GET', path, { key })).status;
  expect(await statusOf(null)).toBe(401);
  expect(await statusOf('admin.wrong')).toBe(429);
  expect(await statusOf(keys.reader)).toBe(200);
  expect(await statusOf(keys.reader)).toBe(429);
  expect(await statusOf(keys.admin)).toBe(200);
});

test('whoever is unknown is counted by the address, whatever the call writes into a header', async () => {
  const limited = await start({ ORAFERRY_ANONYMOUS_REQUESTS_PER_MINUTE: '3' });
  const from = (address: string, to = path) =>
    limited.call('GET', to, { key: null, headers: { 'X-Forwarded-For': address } });
  expect((await from('1.1.1.1')).headers.get('ratelimit')).toMatch(/^"address";r=2;/);
  expect((await from('2.2.2.2', '/api/nowhere')).status).toBe(404);
  expect((await from('3.3.3.3', '/api/openapi.json')).status).toBe(200);
  expect((await from('4.4.4.4', '/api/openapi.json')).status).toBe(429);
  expect((await from('5.5.5.5', '/api/nowhere')).status).toBe(429);
  // A probe must not be refused on account of others.
  expect((await from('6.6.6.6', '/api/health')).status).toBe(200);
});

test('behind a trusted proxy the address is what the proxy has seen', async () => {
  const limited = await start({
    ORAFERRY_ANONYMOUS_REQUESTS_PER_MINUTE: '1',
    ORAFERRY_TRUSTED_PROXIES: '1',
  });
  const from = async (chain: string) =>
    (await limited.call('GET', path, { key: null, headers: { 'X-Forwarded-For': chain } })).status;
  expect(await from('9.9.9.9, 1.1.1.1')).toBe(401);
  expect(await from('8.8.8.8, 1.1.1.1')).toBe(429);
  expect(await from('9.9.9.9, 2.2.2.2')).toBe(401);
});

test('a stream counts as one call while it lasts, and a caller holds only so many', async () => {
  const limited = await start({ ORAFERRY_STREAMS: '2', ORAFERRY_REQUESTS_PER_MINUTE: '100' });
  const { body } = await limited.call('POST', path, { body: transportNamed('watched') });
  const status = `${path}/${body.id}/status`;
  const first = await openEvents(limited.url, status);
  const second = await openEvents(limited.url, status);
  expect([first.status, second.status]).toEqual([200, 200]);
  const headers = { Accept: 'text/event-stream' };
  const third = await limited.call('GET', status, { key: keys.reader, headers });
  expect([third.status, third.body.code]).toEqual([429, 'RATE_LIMITED']);
  expect(third.body.details.streams).toBe(2);
  expect(third.headers.get('retry-after')).toBe('10');
  expect(third.headers.get('ratelimit')).toMatch(/^"caller";r=97;/);
  expect((await openEvents(limited.url, status, { key: keys.admin })).status).toBe(200);
  first.disconnect();
  let again = await openEvents(limited.url, status);
  while (again.status === 429) again = await openEvents(limited.url, status);
  expect(again.status).toBe(200);
});

test('a caller who left before the stream began holds none', async () => {
  const limited = await start({ ORAFERRY_STREAMS: '1' });
  const { gate } = limited.context;
  const begun = Promise.withResolvers<ServerResponse>();
  const server = createServer((_, res) => begun.resolve(res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const call = get({ port: (server.address() as AddressInfo).port }).on('error', () => undefined);
  const res = await begun.promise;
  const closed = once(res, 'close');
  call.destroy();
  await closed;
  gate.holdStream('reader', res);
  gate.holdStream('reader', res);
  server.close();
  const { body } = await limited.call('POST', path, { body: transportNamed('left') });
  expect((await openEvents(limited.url, `${path}/${body.id}/status`)).status).toBe(200);
});

type Answer = Awaited<ReturnType<Api['call']>>;

async function start(settings: Record<string, string>): Promise<Api> {
  api = await startApi({}, settings);
  return api;
}
