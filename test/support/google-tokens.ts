import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';

/** Stands in for Google's certificates, and signs ID tokens by them. */
export interface GoogleTokens {
  /** Of the certificates, as GOOGLE_CERTS_URL takes it. */
  readonly url: string;
  /** How often they were fetched. */
  readonly fetches: () => number;
  /** While true, the certificates cannot be had. */
  fail: boolean;
  token(changes?: Claims, header?: Readonly<Record<string, unknown>>): string;
  close(): Promise<void>;
}

export type Claims = Readonly<Record<string, unknown>>;

export const audience = 'https://oraferry.example.com';

const keyId = 'test-key';

export async function startGoogleTokens(): Promise<GoogleTokens> {
  const { private: privateKey, cert } = await generate([{ name: 'commonName', value: 'google' }], {
    keySize: 2048,
    algorithm: 'sha256',
  });
  let fetches = 0;
  const server = createServer((_, res) => {
    fetches++;
    if (tokens.fail) res.writeHead(404).end();
    else {
      res.setHeader('Cache-Control', 'public, max-age=600');
      res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ [keyId]: cert }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tokens: GoogleTokens = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`,
    fetches: () => fetches,
    fail: false,
    token: (changes, header) => sign(privateKey, changes, header),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return tokens;
}

/** A token that anybody could make. */
export function forgedToken(changes?: Claims): string {
  return sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, changes);
}

/** As Cloud Run hands a token on after it has checked it. */
export function strippedToken(token: string): string {
  return token.replace(/[^.]+$/, 'SIGNATURE_REMOVED_BY_GOOGLE');
}

function sign(key: string | KeyObject, changes: Claims = {}, header: Claims = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://accounts.google.com',
    aud: audience,
    sub: '1234',
    iat: now - 10,
    exp: now + 3_590,
    email: 'scheduler@p.iam.gserviceaccount.com',
    email_verified: true,
    ...changes,
  };
  const signed = `${encode({ alg: 'RS256', kid: keyId, typ: 'JWT', ...header })}.${encode(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
