import { createHash, randomBytes } from 'node:crypto';

export interface ApiKey {
  /** What a caller sends as X-API-Key. */
  readonly key: string;
  /** The record of the key in ORAFERRY_API_KEYS: its secret half only as a hash. */
  readonly record: {
    readonly id: string;
    readonly sha256: string;
    readonly name: string;
    readonly scopes: readonly string[];
  };
}

/** A fresh key that may do everything. */
export function createApiKey(): ApiKey {
  const id = `local-${randomBytes(4).toString('hex')}`;
  const secret = createPassword();
  const sha256 = createHash('sha256').update(secret).digest('hex');
  const scopes = ['read', 'write', 'execute', 'admin'];
  return { key: `${id}.${secret}`, record: { id, sha256, name: 'Local stack', scopes } };
}

export function createPassword(): string {
  return randomBytes(24).toString('base64url');
}
