import { z } from 'zod';
import { commaSeparated, jsonText, seconds } from './config-values.ts';

const keysProblem = 'must be a list of keys, as JSON when it comes from the environment';

const tenantAndScopes = {
  tenant: z.string().min(1).default('default'),
  scopes: z.array(z.enum(['read', 'write', 'execute', 'admin'])).min(1),
};

const apiKey = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must have 1 to 64 letters, digits, _ and -'),
  /** Hex SHA-256 of the secret half of the key. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be the 64 lower-case hex digits of a SHA-256'),
  name: z.string().min(1),
  ...tenantAndScopes,
  expires_at: z.iso.datetime().optional(),
});

/** A list of API keys, or its JSON. */
export const apiKeys = z.preprocess(jsonText, z.array(apiKey, keysProblem));

/** A Google account that may call with an ID token of its own. */
const principal = z.strictObject({
  email: z.email('must be an e-mail address'),
  ...tenantAndScopes,
});

const principalsProblem = keysProblem.replace('keys', 'principals');

const count = (fallback: number) => z.coerce.number().int().min(1).max(1e9).default(fallback);

/** What a browser writes into its header Origin; never `*` or `null`, which stand for anybody. */
const origin = z
  .string()
  .refine(
    (text) => /^https?:/.test(text) && URL.parse(text)?.origin === text,
    'must be an origin such as https://app.example.com, without a path',
  );

/** Who may call the API, and how. */
export const apiSettings = z
  .strictObject({
    keys: apiKeys.default([]),
    /** Where the keys are read from, again and again, in place of `keys`. */
    keys_file: z.string().min(1).optional(),
    /**
     * `iam`: Google has verified the token of every caller before the call arrives, and replaced its signature.
     * `public`: anybody may call, and we verify.
     */
    invoker: z.enum(['public', 'iam']).default('public'),
    /** What tokens must be made out to: the URLs of the service. */
    audiences: z.preprocess(commaSeparated, z.array(z.string().min(1))).default([]),
    principals: z.preprocess(jsonText, z.array(principal, principalsProblem)).default([]),
    /** The certificates by which Google signs ID tokens, as PEM. */
    google_certs_url: z.url('must be a URL').default('https://www.googleapis.com/oauth2/v1/certs'),
    /** Proxies in front that each add the address of their caller to X-Forwarded-For. */
    trusted_proxies: z.coerce.number().int().min(0).max(10).default(0),
    /** Pages of these origins may call the API from a browser. */
    cors_origins: z.preprocess(commaSeparated, z.array(origin)).default([]),
    /** What a call may take, except a stream. Cloud Run's own timeout must be longer. */
    request_timeout_seconds: seconds(120),
  })
  .refine(({ audiences, principals }) => audiences.length > 0 || principals.length === 0, {
    path: ['audiences'],
    message: 'is missing, so that no token of the principals could be valid',
  })
  .prefault({});

/** How much callers may ask for. */
export const limitSettings = z
  .strictObject({
    /** Of one key or account, in each instance. */
    requests_per_minute: count(600),
    /** Of one remote address that shows no valid key, in each instance. */
    anonymous_requests_per_minute: count(300),
    /** Open event streams of one key or account, in each instance. */
    streams: count(50),
    /** Unfinished jobs of one tenant. */
    jobs_per_tenant: count(100),
    /** Oracle sessions of all unfinished jobs together. */
    oracle_sessions: count(200),
  })
  .prefault({});

export type ApiKey = z.output<typeof apiKey>;
