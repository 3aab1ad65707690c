import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from './api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const get = (path: string) => fetch(`${api.url}${path}`);

test('the document is served to anybody and describes itself', async () => {
  const response = await get('/api/openapi.json');
  const document = JSON.parse(await response.text());
  expect([response.status, document.openapi]).toEqual([200, '3.1.1']);
  expect(document.paths['/api/openapi.json'].get.security).toEqual([]);
  expect(document.paths['/api/transport'].post.security).toContainEqual({ apiKey: ['write'] });
});

test('the page and all its files come from here, under a policy that admits nothing else', async () => {
  const page = await get('/api/docs');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  const html = await page.text();
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].flatMap(([, file = '']) => file);
  const own = files.filter((file) => file !== 'data:,');
  expect(own).toHaveLength(3);
  for (const file of own) {
    const response = await get(file);
    expect([file, response.status]).toEqual([file, 200]);
    expect(response.headers.get('content-type')).toMatch(/^text\/(css|javascript)/);
    expect((await response.text()).length).toBeGreaterThan(50);
  }
});

test('the page has no other files', async () => {
  for (const file of ['package.json', '..%2F..%2Fpackage.json', 'swagger-ui.js', '__proto__']) {
    const { status } = await api.call('GET', `/api/docs/${file}`);
    expect([file, status]).toEqual([file, 404]);
  }
});
