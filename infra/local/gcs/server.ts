import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendJson } from './answers.ts';
import { HttpError } from './errors.ts';
import { createFaults, type Faults } from './faults.ts';
import { type Handlers, serveWithFault } from './faulty.ts';
import { createObjectRequests } from './object-requests.ts';
import { createObjects } from './objects.ts';
import { parseTarget } from './requests.ts';
import { createUploadRequests } from './upload-requests.ts';

export interface GcsOptions {
  /** Where the objects lie, as `<dir>/<bucket>/<object name>`. Objects of an earlier run are not known. */
  readonly dir: string;
  readonly buckets: readonly string[];
  /** Any free port by default. */
  readonly port?: number;
  /** Most objects in one answer of a list; 1,000 by default. */
  readonly pageSize?: number;
}

export interface GcsServer {
  /** The `apiEndpoint` for clients. */
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  close(): Promise<void>;
}

/**
 * Cloud Storage on loopback: the part of its JSON API that uploads, reads, lists and deletes objects
 * (https://cloud.google.com/storage/docs/json_api/v1).
 */
export async function startGcs(options: GcsOptions): Promise<GcsServer> {
  const faults = createFaults();
  const objects = createObjects(options.dir, options.buckets);
  const uploads = createUploadRequests(objects);
  const handlers = { ...createObjectRequests(objects, options.pageSize ?? 1000), ...uploads };
  const server = createServer((request, response) => {
    void answer(handlers, faults, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    faults,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      uploads.close();
      rmSync(objects.scratch, { recursive: true, force: true });
    },
  };
}

async function answer(
  handlers: Handlers,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const target = parseTarget(request);
    const fault = faults.meet(target.kind, request.url ?? '');
    await serveWithFault(handlers, { target, request, response }, fault);
  } catch (error) {
    if (request.destroyed && !request.complete) return;
    if (!(error instanceof HttpError)) response.destroy(error as Error);
    else sendJson(response, error.status, error.body);
  }
}
