import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../../shared/config.ts';
import type { Logger } from '../../shared/logging.ts';
import { createGoogleAccounts } from './auth-google.ts';
import { createKeyring } from './auth-keys.ts';
import type { Principal } from './principal.ts';

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
