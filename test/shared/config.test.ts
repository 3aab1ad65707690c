import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, requireOracle } from '../../shared/config.ts';
import { OraFerryError } from '../../shared/errors.ts';

const minimal = {
  GOOGLE_CLOUD_PROJECT: 'my-project',
  ORAFERRY_REGION: 'europe-west1',
  ORAFERRY_BUCKETS: 'exports',
};
const key = { id: 'k1', sha256: 'a'.repeat(64), name: 'ci', scopes: ['read'] };
const secret = 'S3cret-value';

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oraferry-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, text);
  return path;
}

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (!(error instanceof OraFerryError)) throw error;
    expect(error.code).toBe('VALIDATION_ERROR');
    const { problems } = error.details as { problems: string[] };
    for (const problem of problems) expect(error.message).toContain(`\n  - ${problem}`);
    return problems;
  }
  return [];
}

function problemsOfYaml(yaml: string): string[] {
  return problemsOf({ ...minimal, ORAFERRY_CONFIG: file(yaml) });
}

describe('the configuration', () => {
  it('needs a project, a region and a bucket; the rest has defaults', () => {
    expect(loadConfig(minimal)).toMatchObject({
      project: 'my-project',
      region: 'europe-west1',
      log_level: 'info',
      gcs: { buckets: ['exports'] },
      firestore: { database: '(default)' },
      cloud_run: { job: 'oraferry' },
      api: { keys: [] },
      job: { workers: availableParallelism(), attempts: 4, lease_seconds: 30 },
    });
  });

  it('of nothing at all says what is missing, and how it is set', () => {
    expect(problemsOf({})).toEqual([
      'project (GOOGLE_CLOUD_PROJECT): is missing',
      'region (ORAFERRY_REGION): is missing',
      'gcs.buckets (ORAFERRY_BUCKETS): is missing',
    ]);
  });

  it('reports every problem at once, from the files and from the environment', () => {
    const missing = join(folder, 'nowhere');
    const problems = problemsOf({
      ORAFERRY_CONFIG: file('regoin: here\noracle: {passwort: x}\nfirestore: 5\njob:\n'),
      ORACLE_USER_FILE: missing,
      LOG_LEVEL: 'loud',
      ORAFERRY_WORKERS: 'many',
      ORAFERRY_ATTEMPTS: '11',
      ORAFERRY_LEASE_SECONDS: '0',
      ORAFERRY_BUCKETS: 'exports,x',
      GCS_API_ENDPOINT: 'nonsense',
      CLOUD_RUN_API_ENDPOINT: 'localhost',
      ORAFERRY_API_KEYS: JSON.stringify([{ ...key, sha256: 'ABC', scopes: [] }]),
    });
    expect(problems.toSorted()).toEqual(
      [
        `ORACLE_USER_FILE: cannot read ${missing} (ENOENT)`,
        'project (GOOGLE_CLOUD_PROJECT): is missing',
        'region (ORAFERRY_REGION): is missing',
        'log_level (LOG_LEVEL): must be one of debug, info, warn, error, silent',
        'oracle.connect_string (ORACLE_CONNECT_STRING): is missing',
        'oracle.user (ORACLE_USER): is missing',
        'oracle.password (ORACLE_PASSWORD): is missing',
        'oracle.passwort: is no known setting',
        'gcs.buckets.1 (ORAFERRY_BUCKETS): must have at least 3 characters',
        'gcs.api_endpoint (GCS_API_ENDPOINT): must be a URL',
        'firestore: must be a group of settings',
        'cloud_run.api_endpoint (CLOUD_RUN_API_ENDPOINT): must be host:port',
        'api.keys.0.sha256 (ORAFERRY_API_KEYS): must be the 64 lower-case hex digits of a SHA-256',
        'api.keys.0.scopes (ORAFERRY_API_KEYS): must have at least 1 item',
        'job.workers (ORAFERRY_WORKERS): must be a number',
        'job.attempts (ORAFERRY_ATTEMPTS): must be at most 10',
        'job.lease_seconds (ORAFERRY_LEASE_SECONDS): must be more than 0',
        'regoin: is no known setting',
      ].toSorted(),
    );
  });

  it('is taken from the file, and the environment wins', () => {
    const yaml = 'project: from-file\nregion: from-file\ngcs:\n  buckets: [one, two]\n';
    const config = loadConfig({ ORAFERRY_CONFIG: file(yaml), ORAFERRY_REGION: 'from-env' });
    expect(config).toMatchObject({
      project: 'from-file',
      region: 'from-env',
      gcs: { buckets: ['one', 'two'] },
    });
  });

  it('an empty variable counts as not set', () => {
    const yaml = file('project: from-file');
    const env = { ...minimal, GOOGLE_CLOUD_PROJECT: '', ORAFERRY_CONFIG: yaml };
    expect(loadConfig(env).project).toBe('from-file');
    expect(loadConfig({ ...minimal, ORAFERRY_CONFIG: '' }).project).toBe('my-project');
  });

  it('a setting without a value in the file counts as not set', () => {
    const config = loadConfig({ ...minimal, ORAFERRY_CONFIG: file('job:\ngcs:\napi:\n  keys:\n') });
    expect(config).toMatchObject({ job: { workers: availableParallelism() }, api: { keys: [] } });
    expect(problemsOf({ ORAFERRY_CONFIG: file('gcs:\n') })).toContain(
      'gcs.buckets (ORAFERRY_BUCKETS): is missing',
    );
  });

  it('reads a secret from a mounted file, without its last line end only', () => {
    const env = { ...minimal, ORACLE_CONNECT_STRING: 'db:1521/x', ORACLE_USER: 'u' };
    const { oracle } = loadConfig({ ...env, ORACLE_PASSWORD_FILE: file(' pass word \r\n') });
    expect(oracle?.password).toBe(' pass word ');
    expect(problemsOf({ ...env, ORACLE_PASSWORD_FILE: file('\n') })).toEqual([
      'oracle.password (ORACLE_PASSWORD): is empty',
    ]);
  });

  it('takes buckets as a list with commas', () => {
    const { gcs } = loadConfig({ ...minimal, ORAFERRY_BUCKETS: 'one, two,three,' });
    expect(gcs.buckets).toEqual(['one', 'two', 'three']);
    expect(problemsOf({ ...minimal, ORAFERRY_BUCKETS: ' , ' })).toEqual([
      'gcs.buckets (ORAFERRY_BUCKETS): must have at least 1 item',
    ]);
  });

  it('takes API keys as JSON', () => {
    const ORAFERRY_API_KEYS = JSON.stringify([key]);
    const { api } = loadConfig({ ...minimal, ORAFERRY_API_KEYS });
    expect(api.keys).toEqual([{ ...key, tenant: 'default' }]);
    for (const wrong of [secret, `{"${secret}"`, '5']) {
      expect(problemsOf({ ...minimal, ORAFERRY_API_KEYS: wrong })).toEqual([
        'api.keys (ORAFERRY_API_KEYS): must be a list of keys, as JSON when it comes from the environment',
      ]);
    }
  });

  it.each([
    ['a list', '- a\n- b', /must hold settings, one per line/],
    ['a text', 'hello', /must hold settings, one per line/],
    ['no YAML', 'a: [1\nb: 2', /is no valid YAML, near line \d+, column \d+$/],
    ['a tab', 'job:\n\tworkers: 2', /is no valid YAML, near line 2/],
  ])('a file with %s is refused', (_, yaml, expected) => {
    expect(problemsOfYaml(yaml)).toEqual([expect.stringMatching(expected)]);
  });

  it('a text that YAML takes for a number is to be quoted', () => {
    expect(
      problemsOfYaml('project: 5\noracle: {user: 1, password: 12, connect_string: x}'),
    ).toEqual([
      'oracle.user (ORACLE_USER): must be text; put it in quotes',
      'oracle.password (ORACLE_PASSWORD): must be text; put it in quotes',
    ]);
  });

  it.each([
    `oracle: {password: *${secret}}`,
    `oracle: {password: !${secret} }`,
    `oracle: {password: "${secret}}`,
    `oracle:\n  password: ${secret}: x`,
    `oracle: {password: [${secret}]}`,
    `oracle: ${secret}`,
    `${'-'}\npassword: ${secret}`,
  ])('no problem repeats a value: %s', (yaml) => {
    const problems = problemsOfYaml(yaml);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain(secret);
  });

  it('a file that is there must be readable', () => {
    const env = { ...minimal, ORAFERRY_CONFIG: folder };
    expect(problemsOf(env)).toEqual([`ORAFERRY_CONFIG: cannot read ${folder} (EISDIR)`]);
    const nowhere = join(folder, 'nowhere.yaml');
    expect(problemsOf({ ...minimal, ORAFERRY_CONFIG: nowhere })).toEqual([
      `ORAFERRY_CONFIG: cannot read ${nowhere} (ENOENT)`,
    ]);
  });

  it('reports what does not go together with all else', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nx\n-----BEGIN CERTIFICATE-----\ny\n';
    const env = { ...minimal, ORACLE_CONNECT_STRING: 'db:1521/x', ORACLE_USER: 'u' };
    expect(
      problemsOf({
        ...env,
        ORACLE_DRIVER: 'thick',
        ORACLE_WALLET_LOCATION: '/wallet',
        ORACLE_WALLET_CONTENT: pem,
        ORACLE_WALLET_PASSWORD: secret,
        ORACLE_POOL_MIN: '5',
        ORACLE_POOL_MAX: '4',
        ORACLE_INLINE_LOB_BYTES: '10',
      }),
    ).toEqual([
      'oracle.password (ORACLE_PASSWORD): is missing',
      'oracle.inline_lob_bytes (ORACLE_INLINE_LOB_BYTES): must be at least 1024',
      'oracle.driver (ORACLE_DRIVER): is thick, which needs client_lib_dir too',
      'oracle.wallet_content (ORACLE_WALLET_CONTENT): excludes wallet_location',
      'oracle.wallet_content (ORACLE_WALLET_CONTENT): is for Thin mode; Thick mode opens the cwallet.sso in wallet_location',
      'oracle.wallet_password (ORACLE_WALLET_PASSWORD): is for Thin mode; Thick mode opens the cwallet.sso in wallet_location',
      'oracle.pool_min (ORACLE_POOL_MIN): must be at most pool_max',
    ]);
  });

  it('leaves to the owner of a descriptor what Thick mode reads from it', () => {
    const env = { ...minimal, ORACLE_CLIENT_LIB_DIR: '/opt/oracle', ORACLE_USER: 'u' };
    const wallet = { ORACLE_WALLET_LOCATION: '/wallet', ORACLE_SSL_SERVER_CERT_DN: 'CN=db' };
    const reason =
      'is for Easy Connect strings in Thick mode; write it into the descriptor, tnsnames.ora or sqlnet.ora';
    const problems = problemsOf({ ...env, ...wallet, ORACLE_CONNECT_STRING: 'DB_LOW' });
    expect(problems).toContain(`oracle.wallet_location (ORACLE_WALLET_LOCATION): ${reason}`);
    expect(problems).toContain(`oracle.ssl_server_cert_dn (ORACLE_SSL_SERVER_CERT_DN): ${reason}`);
    const complete = { ...env, ...wallet, ORACLE_PASSWORD: 'p' };
    expect(problemsOf({ ...complete, ORACLE_CONNECT_STRING: 'tcps://db:2484/x' })).toEqual([]);
    const thin = { ...complete, ORACLE_DRIVER: 'thin', ORACLE_CONNECT_STRING: 'DB_LOW' };
    expect(problemsOf(thin)).toEqual([]);
  });

  it('takes the text of a wallet, also from a mounted file, and nothing else for one', () => {
    const pem = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n-----BEGIN CERTIFICATE-----\ny';
    const env = {
      ...minimal,
      ORACLE_CONNECT_STRING: 'tcps://db:2484/x',
      ORACLE_USER: 'u',
      ORACLE_PASSWORD: 'p',
    };
    expect(loadConfig({ ...env, ORACLE_WALLET_CONTENT_FILE: file(`${pem}\n`) }).oracle).toEqual({
      connect_string: 'tcps://db:2484/x',
      user: 'u',
      password: 'p',
      driver: 'auto',
      wallet_content: pem,
      pool_min: 0,
      pool_max: 4,
      connect_timeout_seconds: 20,
      count_timeout_seconds: 14_400,
      call_timeout_seconds: 300,
      inline_lob_bytes: 1_048_576,
    });
    for (const wrong of [secret, '-----BEGIN CERTIFICATE-----\ny', '/wallet/ewallet.pem']) {
      expect(problemsOf({ ...env, ORACLE_WALLET_CONTENT: wrong })).toEqual([
        'oracle.wallet_content (ORACLE_WALLET_CONTENT): must be the text of an ewallet.pem: a private key and certificates in PEM',
      ]);
    }
  });

  it('Oracle is required only of processes that need it', () => {
    const config = loadConfig(minimal);
    expect(() => requireOracle(config)).toThrow('ORACLE_CONNECT_STRING');
    const oracle = { connect_string: 'db', user: 'u', password: 'p' };
    const yaml = JSON.stringify({ oracle });
    const complete = loadConfig({ ...minimal, ORAFERRY_CONFIG: file(yaml) });
    expect(requireOracle(complete)).toMatchObject(oracle);
  });
});
