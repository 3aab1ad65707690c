import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKey, Config } from '../../shared/config.ts';
import { OraFerryError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import type { Ticket } from '../../shared/ports.ts';
import { createGoogleAccounts } from './auth-google.ts';
import { createKeyring } from './auth-keys.ts';

export type Scope = ApiKey['scopes'][number];

/** Who calls, as far as we know. */
export interface Principal {
  /** The id of a key, or the e-mail address of a Google account. */
  readonly id: string;
  readonly kind: 'key' | 'account' | 'ticket' | 'anonymous';
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** What the caller may follow and nothing else; `id` is then whoever asked for the ticket. */
  readonly ticket?: Ticket;
}

/** The caller of a route that asks for no scope. */
export const anonymous: Principal = { id: 'anonymous', kind: 'anonymous', tenant: '', scopes: [] };

/** Undefined for a caller who shows nothing that is valid, whatever the reason. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Principal | undefined>;

/**
 * Knows callers by `X-API-Key` or, without that header, by a Google ID token. Throws AUTHENTICATION_UNAVAILABLE
 * when Google's certificates cannot be read.
 */
export function createAuthenticator({ api }: Config, log: Logger): Authenticate {
  const byKey = createKeyring(api, log);
  const byToken = createGoogleAccounts(api);
  return (headers) => {
    const key = headers['x-api-key'];
    return key === undefined ? byToken(headers) : byKey(String(key));
  };
}

/** The one answer to everybody who is not known. */
export function unauthenticated(): OraFerryError {
  return new OraFerryError(
    'AUTHENTICATION_ERROR',
    'No valid API key, Google token or ticket came with the request.',
  );
}

/** Throws PERMISSION_DENIED when the principal lacks the scope; `admin` stands for all. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope) || principal.scopes.includes('admin')) return;
  throw new OraFerryError('PERMISSION_DENIED', `The caller lacks the scope ${scope}.`, {
    details: { scope },
  });
}
