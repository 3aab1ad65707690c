import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Api, bucket, keys, startApi, transportNamed } from './api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

test('the manifest comes byte for byte, and not before it is written', async () => {
  const { job } = await executed('manifested');
  const path = `/api/jobs/${job.id}/manifest`;
  const early = await api.call('GET', path);
  expect([early.status, early.body.code, early.body.details.state]).toEqual([
    404,
    'NOT_FOUND',
    'QUEUED',
  ]);
  const text = '{\n  "job_id": "x",\n  "scn": 9007199254740993\n}\n';
  await api.context.objects.create(bucket, job.output.manifest, text, 'application/json');
  const response = await fetch(`${api.url}${path}`, { headers: { 'X-API-Key': keys.reader } });
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(response.headers.get('transfer-encoding')).toBe('chunked');
  expect(await response.text()).toBe(text);
  const head = await fetch(`${api.url}${path}`, {
    method: 'HEAD',
    headers: { 'X-API-Key': keys.reader },
  });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('a large manifest is passed on as it arrives, and a damaged one never arrives whole', async () => {
  const { job } = await executed('large-manifest');
  const text = JSON.stringify({ parts: 'x'.repeat(32 * 1024 * 1024) });
  await api.context.objects.create(bucket, job.output.manifest, text, 'application/json');
  const url = `${api.url}/api/jobs/${job.id}/manifest`;
  const read = async () =>
    (await fetch(url, { headers: { 'X-API-Key': keys.reader } })).arrayBuffer();
  expect(Buffer.from(await read()).equals(Buffer.from(text))).toBe(true);
  writeFileSync(join(api.bucketDir, job.output.manifest), text.replace('xx', 'yx'));
  await expect(read()).rejects.toThrow();
  expect(api.log.join()).toContain('The manifest was not sent to its end');
});

test('whoever leaves in the middle of a manifest harms nobody', async () => {
  const { job } = await executed('left-manifest');
  const text = JSON.stringify({ parts: 'x'.repeat(32 * 1024 * 1024) });
  await api.context.objects.create(bucket, job.output.manifest, text, 'application/json');
  const url = `${api.url}/api/jobs/${job.id}/manifest`;
  const lines = api.log.length;
  const response = await fetch(url, { headers: { 'X-API-Key': keys.reader } });
  await response.body?.cancel();
  await vi.waitFor(() => expect(api.log.slice(lines).join()).toContain('not sent to its end'));
  expect((await api.call('GET', `/api/jobs/${job.id}/manifest`)).status).toBe(200);
});

test('what keeps a manifest from being read is told before its first byte', async () => {
  const { job } = await executed('forbidden-manifest');
  await api.context.objects.create(bucket, job.output.manifest, '{}', 'application/json');
  api.gcs.faults.inject({ on: 'media', action: { status: 403 } });
  const { status, body } = await api.call('GET', `/api/jobs/${job.id}/manifest`);
  expect([status, body.code]).toEqual([502, 'GCS_ERROR']);
});

async function executed(name: string) {
  const { body } = await api.call('POST', '/api/transport', { body: transportNamed(name) });
  const answer = await api.call('POST', `/api/transport/${body.id}/execute`);
  return { job: answer.body.job };
}
