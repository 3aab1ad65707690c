import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../../shared/config.ts';

/** The command as a person or a script runs it: a process of its own. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oraferry-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a created key is printed once and alone, and the function takes the file as it is', async () => {
  const { code, out, err } = await key(
    'create',
    ...['--name', 'nightly export', '--scopes', 'execute, read', '--tenant', 'sales'],
  );
  expect(code).toBe(0);
  const [id, secret] = out.trim().split('.');
  expect(out).toMatch(/^k-[0-9a-f]{12}\.[\w-]{43}\n$/);
  expect(err).toContain('nightly export');
  expect(err).not.toContain(secret);
  const sha256 = createHash('sha256')
    .update(secret ?? '')
    .digest('hex');
  const [stored] = configured();
  expect(stored).toEqual({
    id,
    sha256,
    name: 'nightly export',
    tenant: 'sales',
    scopes: ['read', 'execute'],
  });
  expect(readFileSync(file(), 'utf8')).not.toContain(secret);
});

test('the file is its owner’s alone, also after a change, and no draft stays behind', async () => {
  writeFileSync(file(), '[]', { mode: 0o644 });
  await create('one');
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['keys.json']);
});

test('two keys of one name are in force until one is revoked', async () => {
  const first = await create('ci', '--expires', '2099-01-01T00:00:00Z');
  const second = await create('ci');
  expect(configured().map(({ name }) => name)).toEqual(['ci', 'ci']);
  const id = first.split('.')[0] ?? '';
  expect((await key('revoke', id)).code).toBe(0);
  expect(configured().map((one) => one.id)).toEqual([second.split('.')[0]]);
});

test('the list shows everything but secrets', async () => {
  expect((await key('list')).out).toContain('There are no keys');
  const secret = (await create('ci', '--expires', '12h')).split('.')[1] ?? '';
  const { out } = await key('list');
  const [stored] = configured();
  expect(out).toContain(`${stored?.id}  ci  tenant default  read  expires ${stored?.expires_at}`);
  expect(out).not.toContain(stored?.sha256);
  expect(out).not.toContain(secret);
});

test('a key lives as long as was asked for', async () => {
  const before = Date.now();
  await create('days', '--expires', '90d');
  await create('hours', '--expires', '12h');
  await create('time', '--expires', '2099-01-01T01:00:00+01:00');
  const [days, hours, time] = configured().map(({ expires_at: end }) => Date.parse(end ?? ''));
  const hourMs = 60 * 60 * 1000;
  expect(Math.round(((days ?? 0) - before) / hourMs)).toBe(90 * 24);
  expect(Math.round(((hours ?? 0) - before) / hourMs)).toBe(12);
  expect(time).toBe(Date.parse('2099-01-01T00:00:00Z'));
});

test.each([
  [['create', '--scopes', 'read'], '--name'],
  [['create', '--name', 'x'], '--scopes'],
  [['create', '--name', 'x', '--scopes', 'read,everything'], '--scopes'],
  [['create', '--name', 'x', '--scopes', 'read', '--expires', 'soon'], '--expires'],
  [['create', '--name', 'x', '--scopes', 'read', '--expires', '2020-01-01'], '--expires'],
  [['create', '--name', 'x', '--scopes', 'read', '--colour', 'red'], '--colour'],
  [['create', '--name', 'x', '--scopes', 'read', '--tenant', ''], '--tenant'],
  [['revoke'], 'id'],
  [['list', 'all'], 'create, list or revoke'],
  [['destroy'], 'create, list or revoke'],
  [[], 'create, list or revoke'],
])('%j is no call: the reason and the usage, exit code 2, and no file', async (args, reason) => {
  const { code, out, err } = await key(...args);
  expect([code, out]).toEqual([2, '']);
  expect(err.split('\n')[0]).toContain(reason);
  expect(err).toContain('npm run key -- create');
  expect(readdirSync(folder)).toEqual([]);
});

test('what fails leaves the file as it was', async () => {
  await create('kept');
  const before = readFileSync(file(), 'utf8');
  expect(await key('revoke', 'k-unknown')).toMatchObject({ code: 1, out: '' });
  writeFileSync(`${file()}.new`, '');
  const busy = await key('create', '--name', 'x', '--scopes', 'read');
  expect([busy.code, busy.err]).toEqual([1, expect.stringContaining('keys.json.new')]);
  rmSync(`${file()}.new`);
  expect(readFileSync(file(), 'utf8')).toBe(before);
  writeFileSync(file(), '{"not": "a list"}');
  expect((await key('create', '--name', 'x', '--scopes', 'read')).code).toBe(1);
  expect(readFileSync(file(), 'utf8')).toBe('{"not": "a list"}');
  expect(readdirSync(folder)).toEqual(['keys.json']);
});

test('of keys that are created at once, every one that was printed is in the file', async () => {
  const calls = await Promise.all(
    Array.from({ length: 5 }, () => key('create', '--name', 'x', '--scopes', 'read')),
  );
  const printed = calls.filter(({ code }) => code === 0).map(({ out }) => out.split('.')[0]);
  expect(printed.length).toBeGreaterThan(0);
  expect(configured().map(({ id }) => id)).toEqual(expect.arrayContaining(printed));
  expect(configured()).toHaveLength(printed.length);
});

test('through npm, a path begins where the person is', async () => {
  const byNpm = { npm_lifecycle_event: 'key', INIT_CWD: folder };
  const args = ['create', '--name', 'x', '--scopes', 'read', '--file', 'mine.json'];
  expect((await run(args, byNpm)).code).toBe(0);
  expect(readdirSync(folder)).toEqual(['mine.json']);
});

test('help is no error', async () => {
  expect(await key('--help')).toMatchObject({ code: 0, err: '' });
});

function file(): string {
  return join(folder, 'keys.json');
}

/** The keys as a function reads them. */
function configured() {
  return loadConfig({
    GOOGLE_CLOUD_PROJECT: 'p',
    ORAFERRY_REGION: 'r',
    ORAFERRY_BUCKETS: 'bucket',
    ORAFERRY_API_KEYS_FILE: file(),
  }).api.keys;
}

async function create(name: string, ...more: string[]): Promise<string> {
  const { out } = await key('create', '--name', name, '--scopes', 'read', ...more);
  return out.trim();
}

function key(...args: string[]) {
  return run(args, { ORAFERRY_API_KEYS_FILE: file() });
}

function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number; out: string; err: string }> {
  const program = fileURLToPath(new URL('../../../functions/cli/key.ts', import.meta.url));
  const env = { PATH: process.env['PATH'], ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}
