import type { IncomingHttpHeaders } from 'node:http';
import { OAuth2Client } from 'google-auth-library';
import { z } from 'zod';
import type { Config } from '../../shared/config.ts';
import { OraFerryError } from '../../shared/errors.ts';
import type { Principal } from './principal.ts';

type TokenSettings = Pick<
  Config['api'],
  'invoker' | 'audiences' | 'principals' | 'google_certs_url'
>;

// https://cloud.google.com/run/docs/authenticating/service-to-service#validate
const removedSignature = 'SIGNATURE_REMOVED_BY_GOOGLE';
// https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
const issuers = ['https://accounts.google.com', 'accounts.google.com'];

const claims = z.object({
  iss: z.enum(issuers),
  aud: z.string(),
  /** Seconds since 1970. */
  exp: z.number(),
  email: z.string(),
  email_verified: z.literal(true),
});

/**
 * Finds the principal of a Google ID token; undefined for everything that is not wholly valid. Throws
 * AUTHENTICATION_UNAVAILABLE when Google's certificates cannot be read.
 */
export function createGoogleAccounts(
  settings: TokenSettings,
): (headers: IncomingHttpHeaders) => Promise<Principal | undefined> {
  const verify = createVerifier(settings);
  const byEmail = new Map(settings.principals.map((one) => [one.email.toLowerCase(), one]));
  return async (headers) => {
    const token = tokenOf(headers, settings.invoker);
    if (token === undefined || byEmail.size === 0) return undefined;
    const isVerified = settings.invoker === 'iam' && token.endsWith(`.${removedSignature}`);
    if (!isVerified && !(await verify(token))) return undefined;
    const claimed = claimsOf(token, settings.audiences, Date.now());
    const account = claimed && byEmail.get(claimed.email.toLowerCase());
    if (!account) return undefined;
    const { email, tenant, scopes } = account;
    return { id: email, kind: 'account', tenant, scopes };
  };
}

/**
 * Behind Google's own check, the token that was checked comes in the first of the two headers that is there.
 * https://cloud.google.com/run/docs/authenticating/service-to-service
 */
function tokenOf(headers: IncomingHttpHeaders, invoker: 'public' | 'iam'): string | undefined {
  const checked = invoker === 'iam' ? headers['x-serverless-authorization'] : undefined;
  const header = checked ?? headers.authorization;
  return /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(String(header))?.[1];
}

/** Whether Google signed the token, by its present certificates, which are kept as long as Google allows. */
function createVerifier({ google_certs_url: url, audiences }: TokenSettings) {
  const client = new OAuth2Client({
    endpoints: { oauth2FederatedSignonPemCertsUrl: url },
    transporterOptions: { timeout: 5_000 },
  });
  let asking: ReturnType<typeof client.getFederatedSignonCertsAsync> | undefined;

  async function certificates() {
    asking ??= client.getFederatedSignonCertsAsync();
    try {
      return (await asking).certs;
    } catch (cause) {
      throw new OraFerryError(
        'AUTHENTICATION_UNAVAILABLE',
        "Google's certificates could not be read, so the token was not checked.",
        { cause },
      );
    } finally {
      asking = undefined;
    }
  }

  return async (token: string): Promise<boolean> => {
    const certs = await certificates();
    return client.verifySignedJwtWithCertsAsync(token, certs, audiences, issuers).then(
      () => true,
      () => false,
    );
  };
}

/** The client's own check of the times is generous by five minutes; ours is not. */
function claimsOf(token: string, audiences: readonly string[], now: number) {
  try {
    const [, payload = ''] = token.split('.');
    const parsed = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    const isOurs = audiences.includes(parsed.aud);
    return isOurs && parsed.exp * 1000 > now ? parsed : undefined;
  } catch {
    return undefined;
  }
}
