import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  audience,
  type Claims,
  forgedToken,
  type GoogleTokens,
  startGoogleTokens,
  strippedToken,
} from '../../support/google-tokens.ts';
import { type Api, keys, startApi, transportNamed } from '../api.ts';

const principals = JSON.stringify([
  { email: 'scheduler@p.iam.gserviceaccount.com', scopes: ['read', 'execute'] },
  { email: 'Reader@example.com', tenant: 'elsewhere', scopes: ['read'] },
]);

let google: GoogleTokens;
beforeAll(async () => {
  google = await startGoogleTokens();
});
afterAll(() => google.close());

const reader = { email: 'reader@example.com' };
const past = { iat: Math.floor(Date.now() / 1000) - 4_000 };
const invalidClaims: [string, Claims][] = [
  ['another audience', { aud: 'https://elsewhere.example.com' }],
  ['no audience', { aud: undefined }],
  ['another issuer', { iss: 'https://accounts.example.com' }],
  ['a life that is over', { ...past, exp: Math.floor(Date.now() / 1000) - 1 }],
  ['no end', { exp: undefined }],
  ['an account that is not listed', { email: 'somebody@example.com' }],
  ['no account', { email: undefined }],
  ['an address that Google has not verified', { email_verified: false }],
];

describe('a function that everybody may call', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi({}, settingsFor('public'));
  });
  afterAll(() => api.close());

  it('knows a Google account by its token, with the tenant and scopes of the list', async () => {
    const { status } = await list(api, { Authorization: `Bearer ${google.token()}` });
    expect(status).toBe(200);
    const headers = { Authorization: `bearer ${google.token(reader)}` };
    const mine = await api.call('POST', '/api/transport', { body: transportNamed('mine') });
    const path = `/api/transport/${mine.body.id}`;
    const foreign = await api.call('GET', path, { key: null, headers });
    expect(foreign.body.code).toBe('TRANSPORT_NOT_FOUND');
    const write = await api.call('DELETE', path, { key: null, headers });
    expect([write.status, write.body.details]).toEqual([403, { scope: 'write' }]);
  });

  it('asks Google once for certificates that last', async () => {
    await Promise.all(
      Array.from({ length: 5 }, () => list(api, { Authorization: `Bearer ${google.token()}` })),
    );
    const { fetches } = google;
    const before = fetches();
    await list(api, { Authorization: `Bearer ${google.token()}` });
    expect([fetches() - before, before < 5]).toEqual([0, true]);
  });

  it('a key of the same team shares the tenant of its account', async () => {
    const { body } = await api.call('POST', '/api/transport', { body: transportNamed('shared') });
    const headers = { Authorization: `Bearer ${google.token()}` };
    const read = await api.call('GET', `/api/transport/${body.id}`, { key: null, headers });
    expect(read.body.name).toBe('shared');
  });

  it.each(invalidClaims)('refuses a token with %s', async (_, claims) => {
    await refused(api, { Authorization: `Bearer ${google.token(claims)}` });
  });

  it.each([
    ['is signed by somebody else', () => forgedToken()],
    [
      'was changed',
      () => google.token().replace(/\.[^.]+\./, `.${payloadOf(google.token(reader))}.`),
    ],
    ['has lost its signature', () => strippedToken(google.token())],
    ['has an empty signature', () => google.token().replace(/[^.]+$/, '')],
    ['claims to need no signature', () => google.token({}, { alg: 'none' }).replace(/[^.]+$/, 'x')],
    ['names an unknown key', () => google.token({}, { kid: 'other' })],
    ['names a property of every object as its key', () => google.token({}, { kid: 'toString' })],
    ['is no token', () => 'a.b.c'],
    ['is empty', () => ''],
  ])('refuses what %s', async (_, make) => {
    await refused(api, { Authorization: `Bearer ${make()}` });
  });

  it('does not look for a token elsewhere', async () => {
    await refused(api, { 'X-Serverless-Authorization': `Bearer ${google.token()}` });
    await refused(api, { Authorization: `Basic ${google.token()}` });
    await refused(api, { Authorization: google.token() });
  });

  it('a wrong key is not made good by a right token', async () => {
    const headers = { Authorization: `Bearer ${google.token()}` };
    const { status } = await api.call('GET', '/api/jobs', { key: 'admin.wrong', headers });
    expect(status).toBe(401);
  });

  it('no token gets into the log', async () => {
    const token = google.token();
    await list(api, { Authorization: `Bearer ${token}` });
    await list(api, { Authorization: `Bearer ${strippedToken(token)}` });
    expect(api.log.join()).not.toContain(payloadOf(token));
  });
});

describe('a function that is called through Google’s own check', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi({}, settingsFor('iam'));
  });
  afterAll(() => api.close());

  it.each(['Authorization', 'X-Serverless-Authorization'])(
    'takes a token in %s whose signature Google has removed',
    async (header) => {
      const stripped = strippedToken(forgedToken());
      expect((await list(api, { [header]: `Bearer ${stripped}` })).status).toBe(200);
    },
  );

  it('goes by the header that Google has checked', async () => {
    const nobody = { email: 'somebody@example.com' };
    const checked = `Bearer ${strippedToken(google.token(nobody))}`;
    const own = `Bearer ${strippedToken(google.token())}`;
    await refused(api, { 'X-Serverless-Authorization': checked, Authorization: own });
    const right = await list(api, { 'X-Serverless-Authorization': own, Authorization: checked });
    expect(right.status).toBe(200);
  });

  it.each(invalidClaims)('refuses a token with %s', async (_, claims) => {
    await refused(api, { Authorization: `Bearer ${strippedToken(google.token(claims))}` });
  });

  it('verifies what still has a signature', async () => {
    await refused(api, { Authorization: `Bearer ${forgedToken()}` });
    expect((await list(api, { Authorization: `Bearer ${google.token()}` })).status).toBe(200);
  });

  it('takes keys as ever', async () => {
    expect((await api.call('GET', '/api/jobs', { key: keys.reader })).status).toBe(200);
  });
});

describe('certificates that cannot be read', () => {
  let api: Api;
  beforeEach(async () => {
    api = await startApi({}, settingsFor('public'));
    return () => api.close();
  });

  it('are our fault, not the caller’s, and the next call asks again', async () => {
    google.fail = true;
    const headers = { Authorization: `Bearer ${google.token()}` };
    const failed = await list(api, headers);
    expect([failed.status, failed.body.code]).toEqual([503, 'AUTHENTICATION_UNAVAILABLE']);
    expect(failed.headers.get('ratelimit-policy')).toMatch(/^"address"/);
    google.fail = false;
    expect((await list(api, headers)).status).toBe(200);
  });
});

it('accounts without an audience are no configuration', async () => {
  await expect(startApi({}, { ORAFERRY_PRINCIPALS: principals })).rejects.toThrow(
    'api.audiences (ORAFERRY_AUDIENCES): is missing',
  );
});

function settingsFor(invoker: string): Record<string, string> {
  return {
    INVOKER: invoker,
    GOOGLE_CERTS_URL: google.url,
    ORAFERRY_AUDIENCES: `https://other.example.com,${audience}`,
    ORAFERRY_PRINCIPALS: principals,
  };
}

function list(api: Api, headers: Record<string, string>) {
  return api.call('GET', '/api/transport', { key: null, headers });
}

async function refused(api: Api, headers: Record<string, string>): Promise<void> {
  const { status, body } = await list(api, headers);
  const nobody = await api.call('GET', '/api/transport', { key: null });
  expect(status).toBe(401);
  expect({ ...body, trace_id: '' }).toEqual({ ...nobody.body, trace_id: '' });
}

function payloadOf(token: string): string {
  return token.split('.')[1] ?? '';
}
