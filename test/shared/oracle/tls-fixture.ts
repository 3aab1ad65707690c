import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import {
  type Authority,
  type Certificate,
  createAuthority,
  type Subject,
  walletText,
} from '../../../infra/local/oracle/certificates.ts';
import { createDatabase, type Database } from '../../../infra/local/oracle/database.ts';
import type { TlsSettings } from '../../../infra/local/oracle/listener.ts';
import { type OracleServer, startOracle } from '../../../infra/local/oracle/server.ts';
import { createOracleSource } from '../../../shared/oracle/source.ts';
import { oracleSettings } from '../../../shared/oracle-config.ts';
import type { OracleSource } from '../../../shared/ports/oracle.ts';
import { silent } from './fixture.ts';

/** Whatever a test sees of errors and logs must not hold any of these. */
export const secrets = {
  password: `pw-${randomUUID()}`,
  walletPassword: `wallet-${randomUUID()}`,
};

/** The names of the database's certificate. */
export const databaseSubject: Subject = {
  commonName: 'db.example.com',
  organization: 'Example',
  addresses: ['127.0.0.1'],
};
export const anHourAgo = new Date(Date.now() - 3_600_000);

export interface TlsFixture {
  readonly ours: Authority;
  readonly foreign: Authority;
  readonly database: Certificate;
  readonly client: Certificate;
  /** A server that wants a certificate of our authority; it ends with the test. */
  serve(tls?: Partial<TlsSettings>, database?: Database): Promise<OracleServer>;
  /** A source that ends with the test. */
  open(settings: Readonly<Record<string, unknown>>): OracleSource;
  /** A new folder with these files. */
  folder(files: Readonly<Record<string, string>>): Promise<string>;
  /** The wallet of our client, or with another key, certificate or issuer of the database. */
  wallet(options?: { client?: Certificate; trusted?: Certificate; password?: string }): string;
}

/** Authorities and certificates for a test file, and what is started with them. */
export function useTls(): TlsFixture {
  const opened: (() => Promise<unknown>)[] = [];
  const folders: string[] = [];
  const fixture = {
    async serve(tls = {}, database = createDatabase()) {
      const { key, cert } = fixture.database;
      const server = await startOracle({
        database,
        users: [{ user: 'ferry', password: secrets.password, grants: ['V$DATABASE'] }],
        tls: { key, cert, ca: fixture.ours.cert, ...tls },
      });
      opened.push(() => server.close());
      return server;
    },
    open(settings) {
      const config = oracleSettings.parse({
        user: 'ferry',
        password: secrets.password,
        connect_timeout_seconds: 5,
        ...settings,
      });
      const source = createOracleSource(config, { action: 'test', log: silent });
      opened.push(() => source.close());
      return source;
    },
    async folder(files) {
      const folder = await mkdtemp(join(tmpdir(), 'oraferry-wallet-'));
      folders.push(folder);
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      return folder;
    },
    wallet({ client = fixture.client, trusted = fixture.ours, password } = {}) {
      return walletText(client, trusted, password);
    },
  } as { -readonly [K in keyof TlsFixture]: TlsFixture[K] };

  beforeAll(async () => {
    fixture.ours = await createAuthority('Our CA');
    fixture.foreign = await createAuthority('Foreign CA');
    fixture.database = await fixture.ours.issue(databaseSubject);
    fixture.client = await fixture.ours.issue({ commonName: 'oraferry' });
  });
  afterEach(async () => {
    for (const close of opened.splice(0).toReversed()) await close();
  });
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));
  return fixture;
}

/** The lines of a private key between its first and last, each of which would be a leak. */
export function keyLines(pem: string): string[] {
  const [, body = ''] = /PRIVATE KEY-+\n([\s\S]*?)\n-+END/.exec(pem) ?? [];
  return body.split('\n').filter((line) => line.length > 16);
}
