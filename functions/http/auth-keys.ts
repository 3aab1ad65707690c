import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type ApiKey, type Config, parseApiKeys } from '../../shared/config.ts';
import type { Logger } from '../../shared/logging.ts';
import type { Principal } from './principal.ts';

type KeySettings = Pick<Config['api'], 'keys' | 'keys_file'>;

const rereadMs = 30_000;

/** Finds the principal of a key `<id>.<secret>` among the keys of the moment. */
export function createKeyring(
  settings: KeySettings,
  log: Logger,
  everyMs = rereadMs,
): (key: string) => Promise<Principal | undefined> {
  const keys = createKeyReader(settings, log, everyMs);
  return async (key) => findPrincipal(await keys(), key, new Date());
}

/**
 * Every key is compared, whichever is right and also when the id is unknown, so that the time tells nothing.
 * Several keys may be of one name: a new one is in use before the old one is revoked.
 */
function findPrincipal(keys: readonly ApiKey[], text: string, now: Date): Principal | undefined {
  const [id, secret] = splitKey(text);
  const digest = createHash('sha256').update(secret).digest();
  const [key] = keys.filter((candidate) => {
    const sameSecret = timingSafeEqual(Buffer.from(candidate.sha256, 'hex'), digest);
    return sameSecret && candidate.id === id && !hasExpired(candidate, now);
  });
  return key && { id: key.id, kind: 'key', tenant: key.tenant, scopes: key.scopes };
}

function splitKey(text: string): [id: string, secret: string] {
  const dot = text.indexOf('.');
  return dot < 0 ? ['', text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function hasExpired(key: ApiKey, now: Date): boolean {
  return key.expires_at !== undefined && new Date(key.expires_at) <= now;
}

/** The key file is read when somebody calls, not by a timer: an instance without a call may have no processor. */
function createKeyReader(
  { keys, keys_file: path }: KeySettings,
  log: Logger,
  everyMs: number,
): () => Promise<readonly ApiKey[]> {
  if (path === undefined) return async () => keys;
  let good: readonly ApiKey[] = keys;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading = Promise.resolve();

  async function read(file: string): Promise<void> {
    try {
      good = parseApiKeys(await readFile(file, 'utf8'));
    } catch (err) {
      log.error({ err }, 'The file of API keys is not usable; the last good keys stay in force');
    }
  }

  return async () => {
    if (performance.now() - readAt >= everyMs) {
      readAt = performance.now();
      reading = read(path);
    }
    await reading;
    return good;
  };
}
