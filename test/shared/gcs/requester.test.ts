import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRequester } from '../../../shared/gcs/requester.ts';

describe('a request for content', () => {
  const received: IncomingHttpHeaders[] = [];
  let server: Server;
  let apiEndpoint: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      received.push(request.headers);
      request.resume().on('end', () => response.end('{}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    apiEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  async function headersOfPut(storage: Storage) {
    const request = createRequester(storage, 1000);
    const headers = { 'content-range': 'bytes 0-0/1' };
    await request({ method: 'PUT', uri: `${apiEndpoint}/x`, headers, body: Buffer.from('x') });
    return received.at(-1);
  }

  test('carries the token of the client, beside its own headers', async () => {
    const storage = new Storage({ apiEndpoint, projectId: 'p', useAuthWithCustomEndpoint: true });
    await logIn(storage, 'the-token');
    expect(await headersOfPut(storage)).toMatchObject({
      authorization: 'Bearer the-token',
      'content-range': 'bytes 0-0/1',
      'content-length': '1',
    });
  });

  test('carries no token where the client sends none', async () => {
    const headers = await headersOfPut(new Storage({ apiEndpoint, projectId: 'p' }));
    expect(headers).toMatchObject({ 'content-range': 'bytes 0-0/1' });
    expect(headers).not.toHaveProperty('authorization');
  });
});

/** Gives the client application-default credentials whose token is still good. */
async function logIn({ authClient }: Storage, token: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'oraferry-credentials-'));
  const file = join(dir, 'application_default_credentials.json');
  const user = { client_id: 'id', client_secret: 'secret', refresh_token: 'refresh' };
  await writeFile(file, JSON.stringify({ type: 'authorized_user', ...user }));
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', file);
  const client = await authClient.getClient();
  client.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true });
}
