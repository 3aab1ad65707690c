import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GcsServer, startGcs } from '../../../infra/local/gcs/server.ts';
import { loadConfig } from '../../../shared/config.ts';
import { createObjectStore, type ObjectStoreOptions } from '../../../shared/gcs/store.ts';
import { createLogger } from '../../../shared/logging.ts';
import type { ObjectStore } from '../../../shared/ports/objects.ts';

export const bucket = 'exports';
export const KiB = 1024;
/** The smallest chunk that Cloud Storage takes. */
export const chunkBytes = 256 * KiB;

export interface Fixture {
  readonly store: ObjectStore;
  readonly server: GcsServer;
  readonly dir: string;
  /** What was logged, an entry per line. */
  readonly logged: string[];
  /** Another store on the same server. */
  storeWith(options: Partial<ObjectStoreOptions>): ObjectStore;
  close(): Promise<void>;
}

/** A store with small chunks and hardly any delays, on a server of its own. */
export async function startFixture(options: Partial<ObjectStoreOptions> = {}): Promise<Fixture> {
  const dir = await mkdtemp(join(tmpdir(), 'oraferry-gcs-'));
  const server = await startGcs({ dir, buckets: [bucket], pageSize: 3 });
  const logged: string[] = [];
  const config = configFor(server.url);
  const log = createLogger(config, 'test', { write: (line) => void logged.push(line) });
  const retry = { attempts: 6, initialDelayMs: 1, maxDelayMs: 5 };
  const storeWith = (more: Partial<ObjectStoreOptions>) =>
    createObjectStore(config, log, { chunkBytes, retry, stallMs: 2_000, ...more });
  return {
    store: storeWith(options),
    storeWith,
    server,
    dir,
    logged,
    async close() {
      await server.close();
      await rm(dir, { recursive: true });
    },
  };
}

function configFor(url: string) {
  return loadConfig({
    GOOGLE_CLOUD_PROJECT: 'local-project',
    ORAFERRY_REGION: 'local',
    ORAFERRY_BUCKETS: bucket,
    GCS_API_ENDPOINT: url,
  });
}
