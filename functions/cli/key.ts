import { createHash, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ApiKey } from '../../shared/config.ts';
import { changeKeyFile, readKeyFile } from './key-file.ts';

const usage = `Keeps a file of API keys. It holds no secret: only the SHA-256 of each key's second half.

  npm run key -- create --name NAME --scopes read,write,execute,admin [--tenant TENANT] [--expires 90d]
  npm run key -- list
  npm run key -- revoke ID

  --file PATH   the file; else the one that ORAFERRY_API_KEYS_FILE names, else keys.json
  --expires     after so many days (90d) or hours (12h), or at a time such as 2027-01-01T00:00:00Z

A running function reads the file that ORAFERRY_API_KEYS_FILE names again within a minute of a change. To change
a key without a pause, create a second one of the same name, then revoke the first.
`;

const options = {
  file: { type: 'string' },
  name: { type: 'string' },
  tenant: { type: 'string' },
  scopes: { type: 'string' },
  expires: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const knownScopes: readonly ApiKey['scopes'][number][] = ['read', 'write', 'execute', 'admin'];
const units = { h: 60 * 60 * 1000, d: 24 * 60 * 60 * 1000 };

type Values = { readonly [name in Exclude<keyof typeof options, 'help'>]?: string | undefined };

/** A call that cannot be meant: exit code 2. */
class UsageError extends Error {}

process.exitCode = run(process.argv.slice(2));

function run(args: string[]): number {
  try {
    const { values, positionals } = parse(args);
    if (values.help) process.stdout.write(usage);
    else perform(positionals, values);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (!(error instanceof UsageError)) return 1;
    process.stderr.write(`\n${usage}`);
    return 2;
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function perform([command, id, ...more]: string[], values: Values): void {
  const path = pathOf(values);
  const takesId = command === 'revoke';
  if (more.length > 0 || (id !== undefined) !== takesId) {
    throw new UsageError(takesId ? 'Give the id of one key.' : 'Give create, list or revoke ID.');
  }
  if (command === 'create') create(path, values);
  else if (command === 'list') list(path);
  else if (id !== undefined) revoke(path, id);
  else throw new UsageError('Give create, list or revoke ID.');
}

/** npm changes to the project's folder; a path that a person wrote begins where the person was. */
function pathOf({ file }: Values): string {
  const base = process.env['npm_lifecycle_event'] === 'key' ? process.env['INIT_CWD'] : undefined;
  return resolve(base ?? '.', file || process.env['ORAFERRY_API_KEYS_FILE'] || 'keys.json');
}

/** The key goes to standard output alone, so that a script can take it; the rest is for people. */
function create(path: string, { name, tenant = 'default', scopes, expires }: Values): void {
  if (!name) throw new UsageError('Give --name: who or what will use the key.');
  if (!tenant) throw new UsageError('Give --tenant a name, or leave it out.');
  const secret = randomBytes(32).toString('base64url');
  const key: ApiKey = {
    id: `k-${randomBytes(6).toString('hex')}`,
    sha256: createHash('sha256').update(secret).digest('hex'),
    name,
    tenant,
    scopes: scopesOf(scopes),
    ...(expires !== undefined && { expires_at: timeOf(expires) }),
  };
  changeKeyFile(path, (keys) => [...keys, key]);
  process.stderr.write(`${describe(key)}\nThe key, which is shown only now:\n`);
  process.stdout.write(`${key.id}.${secret}\n`);
}

function scopesOf(text: string | undefined): ApiKey['scopes'] {
  const asked = new Set(text?.split(',').map((scope) => scope.trim()));
  const scopes = knownScopes.filter((scope) => asked.has(scope));
  if (scopes.length > 0 && scopes.length === asked.size) return scopes;
  throw new UsageError(`Give --scopes: one or more of ${knownScopes.join(', ')}, with commas.`);
}

function timeOf(text: string): string {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const time =
    count === undefined
      ? Date.parse(/^\d{4}-\d{2}-\d{2}/.test(text) ? text : '')
      : Date.now() + Number(count) * units[unit as keyof typeof units];
  if (time > Date.now()) return new Date(time).toISOString();
  throw new UsageError(
    'Give --expires as 90d, 12h or a time to come, such as 2027-01-01T00:00:00Z.',
  );
}

function list(path: string): void {
  const keys = readKeyFile(path);
  const lines = keys.map(describe);
  process.stdout.write(
    lines.length > 0 ? `${lines.join('\n')}\n` : `There are no keys in ${path}\n`,
  );
}

function describe({ id, name, tenant, scopes, expires_at: end }: ApiKey): string {
  const until = end === undefined ? 'does not expire' : `${verbFor(end)} ${end}`;
  return `${id}  ${name}  tenant ${tenant}  ${scopes.join(',')}  ${until}`;
}

function verbFor(end: string): string {
  return new Date(end) <= new Date() ? 'expired' : 'expires';
}

function revoke(path: string, id: string): void {
  changeKeyFile(path, (keys) => {
    const rest = keys.filter((key) => key.id !== id);
    if (rest.length < keys.length) return rest;
    throw new Error(`There is no key ${id} in ${path}`);
  });
  process.stderr.write(`${id} is revoked; running functions know within a minute.\n`);
}
