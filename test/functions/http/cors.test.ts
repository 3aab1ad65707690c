import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../../shared/config.ts';
import { type Api, keys, startApi } from '../api.ts';

let api: Api;
const ours = 'https://app.example.com';

beforeAll(async () => {
  api = await startApi({}, { ORAFERRY_CORS_ORIGINS: `${ours}, http://localhost:3000` });
});
afterAll(() => api.close());

function preflight(path: string, origin: string) {
  return api.call('OPTIONS', path, {
    key: null,
    headers: { Origin: origin, 'Access-Control-Request-Method': 'PUT' },
  });
}

test('a preflight is answered without a key, with the methods of that very path', async () => {
  const { status, headers, body } = await preflight('/api/transport/x', ours);
  expect([status, body]).toEqual([204, undefined]);
  expect(headers.get('access-control-allow-origin')).toBe(ours);
  expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, PUT, DELETE, OPTIONS');
  expect(headers.get('access-control-allow-headers')).toContain('X-API-Key');
  expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(0);
  expect(headers.get('vary')).toContain('Origin');
  const { headers: other } = await preflight('/api/jobs', ours);
  expect(other.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS');
});

test('an origin that is not on the list, to the letter, is told nothing', async () => {
  const foreign = [
    'https://evil.example.com',
    'https://app.example.com.evil.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'HTTPS://APP.EXAMPLE.COM',
    'null',
    '*',
  ];
  for (const origin of foreign) {
    for (const { headers } of [
      await preflight('/api/transport', origin),
      await api.call('GET', '/api/transport', { headers: { Origin: origin } }),
    ]) {
      const told = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
      expect([origin, told, headers.get('vary')]).toEqual([origin, [], 'Origin']);
    }
  }
});

test('every answer is open to an origin of the list, whatever became of the request', async () => {
  const headers = { Origin: ours, 'Content-Type': 'application/json' };
  const large = new Uint8Array(1024 * 1024 + 1);
  const answers = [
    await api.call('GET', '/api/transport', { headers }),
    await api.call('GET', '/api/transport', { headers, key: null }),
    await api.call('GET', '/api/nothing', { headers }),
    await api.call('PATCH', '/api/transport', { headers }),
    await api.call('POST', '/api/transport', { headers, raw: '{' }),
    await api.call('POST', '/api/transport', { headers, raw: large }),
    await api.call('POST', '/api/transport', { headers, key: keys.reader, body: {} }),
    await api.call('GET', '/api/transport/%zz', { headers }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 405, 400, 413, 403, 400]);
  for (const answer of answers) {
    expect(answer.headers.get('access-control-allow-origin')).toBe(ours);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/ETag.*X-Trace-Id/);
    expect(answer.headers.get('vary')).toBe('Origin');
  }
});

test('OPTIONS of a path that leads nowhere is not found', async () => {
  expect((await api.call('OPTIONS', '/api/nothing', { key: null })).status).toBe(404);
});

test('every answer carries the security headers; over HTTPS also that it stays there', async () => {
  for (const path of ['/api', '/api/nothing', '/api/health']) {
    const plain = await api.call('GET', path);
    expect(Object.fromEntries(plain.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(plain.headers.get('strict-transport-security')).toBeNull();
    const secure = await api.call('GET', path, { headers: { 'X-Forwarded-Proto': 'https' } });
    expect(secure.headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
  }
});

test('the list takes origins to the letter and nothing that stands for anybody', () => {
  for (const wrong of ['*', 'null', 'https://app.example.com/', 'app.example.com', 'ftp://a.b']) {
    expect(() => loadConfig({ ...api.environment, ORAFERRY_CORS_ORIGINS: wrong })).toThrow(
      /cors_origins.*must be an origin/,
    );
  }
});
