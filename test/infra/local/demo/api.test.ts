import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, createApi } from '../../../../infra/local/demo/api.ts';

let server: Server;
let api: Api;
let seen: { method: string | undefined; url: string | undefined; key: unknown; body: string };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    seen = await describe(request);
    const known = request.url !== '/api/jobs/none';
    response.statusCode = known ? 200 : 404;
    response.end(
      JSON.stringify(known ? { id: 't', job: { id: 'j' } } : { code: 'X', message: 'No.' }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  api = createApi(`http://127.0.0.1:${port}`, 'id.secret', new AbortController().signal);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('creates and executes transports with the API key', async () => {
  expect(await api.createTransport({ name: 'n' })).toMatchObject({ id: 't' });
  expect(seen).toEqual({
    method: 'POST',
    url: '/api/transport',
    key: 'id.secret',
    body: '{"name":"n"}',
  });
  expect(await api.execute('t')).toEqual({ id: 'j' });
  expect(seen.url).toBe('/api/transport/t/execute');
});

it('throws what the API says', async () => {
  await expect(api.job('none')).rejects.toThrow('GET /api/jobs/none answered 404 X: No.');
});

async function describe(request: IncomingMessage) {
  const { method, url, headers } = request;
  return { method, url, key: headers['x-api-key'], body: await text(request) };
}
