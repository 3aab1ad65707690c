import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createKeyring } from '../../../functions/http/auth-keys.ts';
import { type ApiKey, loadConfig } from '../../../shared/config.ts';
import { createLogger } from '../../../shared/logging.ts';
import { startApi } from '../api.ts';

let folder: string;
let file: string;
let log: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oraferry-keyring-'));
  file = join(folder, 'keys.json');
  log = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test('two keys of one principal are in force at a time', async () => {
  write([keyOf('old'), keyOf('new')]);
  const find = keyring();
  expect(await find('old.s-old')).toMatchObject({ id: 'old', tenant: 'team' });
  expect(await find('new.s-new')).toMatchObject({ id: 'new', tenant: 'team' });
  expect(await find('new.s-old')).toBeUndefined();
});

test('a change of the file is in force within a minute', async () => {
  write([keyOf('old')]);
  const find = keyring();
  expect(await find('old.s-old')).toBeDefined();
  write([keyOf('new')]);
  pass(59_999);
  expect(await find('old.s-old')).toBeUndefined();
  expect(await find('new.s-new')).toMatchObject({ id: 'new' });
});

test('the file is not read for every call', async () => {
  write([keyOf('old')]);
  const find = keyring();
  expect(await find('old.s-old')).toBeDefined();
  write([]);
  pass(1_000);
  expect(await find('old.s-old')).toBeDefined();
});

test.each([
  ['is cut off', () => writeFileSync(file, '[{"id": "ol')],
  ['is empty', () => writeFileSync(file, '')],
  ['holds a key that is not one', () => writeFileSync(file, '[{"id": "x", "sha256": "short"}]')],
  ['is gone', () => rmSync(file)],
])('while the file %s, the last good keys stay, and the log says so', async (_, breakFile) => {
  write([keyOf('good')]);
  const find = keyring();
  expect(await find('good.s-good')).toBeDefined();
  breakFile();
  pass(60_000);
  expect(await find('good.s-good')).toBeDefined();
  expect(JSON.parse(log.join())).toMatchObject({
    severity: 'ERROR',
    message: 'The file of API keys is not usable; the last good keys stay in force',
  });
  expect(log.join()).not.toContain('short');
  write([keyOf('mended')]);
  pass(120_000);
  expect(await find('mended.s-mended')).toBeDefined();
  expect(await find('good.s-good')).toBeUndefined();
});

test('a key ends at its time', async () => {
  const end = '2030-01-01T00:00:00.000Z';
  const find = createKeyring({ keys: [{ ...keyOf('k'), expires_at: end }] }, logger());
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(end) - 1 });
  expect(await find('k.s-k')).toBeDefined();
  vi.setSystemTime(Date.parse(end));
  expect(await find('k.s-k')).toBeUndefined();
  vi.useRealTimers();
});

test('keys that the environment gives win over the file', () => {
  write([keyOf('file')]);
  const given = [keyOf('environment')];
  const { api } = loadConfig({
    ...minimal,
    ORAFERRY_API_KEYS: JSON.stringify(given),
    ORAFERRY_API_KEYS_FILE: file,
  });
  expect([api.keys, api.keys_file]).toEqual([given, undefined]);
});

test('a function notices that a key was revoked', async () => {
  write([keyOf('one'), keyOf('two')]);
  const settings = { ORAFERRY_API_KEYS: '', ORAFERRY_API_KEYS_FILE: file };
  const api = await startApi({}, settings);
  const statusOf = async (key: string) => (await api.call('GET', '/api/jobs', { key })).status;
  expect([await statusOf('one.s-one'), await statusOf('two.s-two')]).toEqual([200, 200]);
  write([keyOf('two')]);
  pass(60_000);
  expect([await statusOf('one.s-one'), await statusOf('two.s-two')]).toEqual([401, 200]);
  await api.close();
});

const minimal = {
  GOOGLE_CLOUD_PROJECT: 'p',
  ORAFERRY_REGION: 'r',
  ORAFERRY_BUCKETS: 'bucket',
};

function keyring() {
  const { api } = loadConfig({ ...minimal, ORAFERRY_API_KEYS_FILE: file });
  return createKeyring(api, logger());
}

function logger() {
  return createLogger(loadConfig(minimal), 'api', { write: (line) => log.push(line) });
}

function keyOf(id: string): ApiKey {
  const sha256 = createHash('sha256').update(`s-${id}`).digest('hex');
  return { id, sha256, name: 'ci', tenant: 'team', scopes: ['read'] };
}

function write(keys: readonly ApiKey[]): void {
  writeFileSync(file, JSON.stringify(keys));
}

/** Lets so many milliseconds pass since now, for whoever asks the monotonic clock. */
function pass(ms: number): void {
  const then = performance.now() + ms;
  vi.spyOn(performance, 'now').mockReturnValue(then);
}
