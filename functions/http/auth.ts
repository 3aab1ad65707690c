import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKey } from '../../shared/config.ts';
import { OraFerryError } from '../../shared/errors.ts';

export type Scope = ApiKey['scopes'][number];

/** Who calls, as far as we know. */
export interface Principal {
  readonly id: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
}

/** The caller of a route that asks for no scope. */
export const anonymous: Principal = { id: 'anonymous', tenant: '', scopes: [] };

/**
 * Finds the principal of `X-API-Key: <id>.<secret>`. Throws AUTHENTICATION_ERROR, the same for every reason;
 * every key is compared, whichever is right, so that the time tells nothing either.
 */
export function authenticate(
  keys: readonly ApiKey[],
  headers: IncomingHttpHeaders,
  now: Date,
): Principal {
  const [id, secret] = splitKey(headers['x-api-key']);
  const digest = createHash('sha256').update(secret).digest();
  const matching = keys.filter((key) => {
    const sameSecret = timingSafeEqual(Buffer.from(key.sha256, 'hex'), digest);
    return sameSecret && key.id === id && !hasExpired(key, now);
  });
  const [key] = matching;
  if (key) return { id: key.id, tenant: key.tenant, scopes: key.scopes };
  throw new OraFerryError('AUTHENTICATION_ERROR', 'No valid API key came with the request.');
}

/** Throws PERMISSION_DENIED when the principal lacks the scope; `admin` stands for all. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope) || principal.scopes.includes('admin')) return;
  throw new OraFerryError('PERMISSION_DENIED', `The API key lacks the scope ${scope}.`, {
    details: { scope },
  });
}

function splitKey(header: string | string[] | undefined): [id: string, secret: string] {
  const text = typeof header === 'string' ? header : '';
  const dot = text.indexOf('.');
  return dot < 0 ? ['', text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function hasExpired(key: ApiKey, now: Date): boolean {
  return key.expires_at !== undefined && new Date(key.expires_at) <= now;
}
