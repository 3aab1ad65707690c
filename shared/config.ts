import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { OraFerryError } from './errors.ts';

const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback);

const principal = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  /** Hex SHA-256 of the secret half of the key. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string().min(1),
  tenant: z.string().min(1).default('default'),
  scopes: z.array(z.enum(['read', 'write', 'execute', 'admin'])).min(1),
  expires_at: z.iso.datetime().optional(),
});

const schema = z.strictObject({
  project: z.string().min(1),
  region: z.string().min(1),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  oracle: z
    .strictObject({
      connect_string: z.string().min(1),
      user: z.string().min(1),
      password: z.string().min(1),
      connect_timeout_seconds: seconds(20),
      /** Longest wait for one round trip. */
      call_timeout_seconds: seconds(300),
    })
    .optional(),
  gcs: z.strictObject({
    /** The allow-list of buckets; the first is the default. */
    buckets: z.preprocess(commaSeparated, z.array(z.string().min(3)).min(1)),
    api_endpoint: z.url().optional(),
  }),
  firestore: z
    .strictObject({
      database: z.string().min(1).default('(default)'),
      /** host:port of an emulator; without TLS. */
      host: z.string().min(1).optional(),
    })
    .prefault({}),
  pubsub: z
    .strictObject({
      topic: z.string().min(3).default('oraferry-progress'),
      /** host:port of an emulator; without TLS. */
      host: z.string().min(1).optional(),
    })
    .prefault({}),
  cloud_run: z
    .strictObject({
      job: z.string().min(1).default('oraferry'),
      /** host:port of a server without TLS. */
      api_endpoint: z
        .string()
        .regex(/^[^:]+:\d+$/)
        .optional(),
    })
    .prefault({}),
  api: z
    .strictObject({
      keys: z.preprocess(jsonText, z.array(principal)).default([]),
    })
    .prefault({}),
  job: z
    .strictObject({
      /** Oracle sessions of one task. */
      workers: z.coerce.number().int().min(1).max(64).default(4),
      /** Attempts at one split that may end in an error. */
      attempts: z.coerce.number().int().min(1).max(10).default(4),
      lease_seconds: seconds(30),
    })
    .prefault({}),
});

/** The whole configuration of a process, complete with defaults. */
export type Config = z.output<typeof schema>;
export type ApiKey = z.output<typeof principal>;

/** Environment variables and the settings that they set. They win over the file. */
const environment = {
  GOOGLE_CLOUD_PROJECT: 'project',
  ORAFERRY_REGION: 'region',
  LOG_LEVEL: 'log_level',
  ORACLE_CONNECT_STRING: 'oracle.connect_string',
  ORACLE_USER: 'oracle.user',
  ORACLE_PASSWORD: 'oracle.password',
  ORACLE_CONNECT_TIMEOUT_SECONDS: 'oracle.connect_timeout_seconds',
  ORACLE_CALL_TIMEOUT_SECONDS: 'oracle.call_timeout_seconds',
  ORAFERRY_BUCKETS: 'gcs.buckets',
  GCS_API_ENDPOINT: 'gcs.api_endpoint',
  FIRESTORE_DATABASE: 'firestore.database',
  FIRESTORE_EMULATOR_HOST: 'firestore.host',
  ORAFERRY_PROGRESS_TOPIC: 'pubsub.topic',
  PUBSUB_EMULATOR_HOST: 'pubsub.host',
  ORAFERRY_CLOUD_RUN_JOB: 'cloud_run.job',
  CLOUD_RUN_API_ENDPOINT: 'cloud_run.api_endpoint',
  ORAFERRY_API_KEYS: 'api.keys',
  ORAFERRY_WORKERS: 'job.workers',
  ORAFERRY_ATTEMPTS: 'job.attempts',
  ORAFERRY_LEASE_SECONDS: 'job.lease_seconds',
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `config.yaml` (or the file that ORAFERRY_CONFIG names), then the environment, once. A variable with
 * `_FILE` behind its name gives the path of a mounted secret instead of the value. Throws VALIDATION_ERROR
 * that lists every problem at once.
 */
export function loadConfig(env: Environment): Config {
  const problems: string[] = [];
  const settings = readSettings(env, problems);
  for (const [variable, path] of Object.entries(environment)) {
    const value = readVariable(env, variable, problems);
    if (value !== undefined) assign(settings, path.split('.'), value);
  }
  const parsed = schema.safeParse(settings);
  if (!parsed.success) problems.push(...parsed.error.issues.map(describeIssue));
  if (!parsed.success || problems.length > 0) throw invalid(problems);
  return parsed.data;
}

/** The Oracle settings, for processes that cannot do without. Throws VALIDATION_ERROR. */
export function requireOracle(config: Config): NonNullable<Config['oracle']> {
  if (config.oracle) return config.oracle;
  throw invalid(['oracle: is missing; set ORACLE_CONNECT_STRING, ORACLE_USER and ORACLE_PASSWORD']);
}

type Settings = { [key: string]: unknown };

function readSettings(env: Environment, problems: string[]): Settings {
  const path = env['ORAFERRY_CONFIG'] ?? 'config.yaml';
  const text = readText(path);
  if (text === undefined) {
    if (env['ORAFERRY_CONFIG']) problems.push(`ORAFERRY_CONFIG: cannot read ${path}`);
    return {};
  }
  try {
    const parsed: unknown = parseYaml(text) ?? {};
    if (isSettings(parsed)) return structuredClone(parsed);
    problems.push(`${path}: must hold settings, one per line, such as "project: my-project"`);
  } catch (error) {
    problems.push(`${path}: is no valid YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  return {};
}

function readVariable(env: Environment, variable: string, problems: string[]): string | undefined {
  if (env[variable]) return env[variable];
  const path = env[`${variable}_FILE`];
  if (!path) return undefined;
  const text = readText(path);
  if (text === undefined) problems.push(`${variable}_FILE: cannot read ${path}`);
  return text?.trimEnd();
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function assign(settings: Settings, [key, ...rest]: string[], value: string): void {
  if (key === undefined) return;
  if (rest.length === 0) {
    settings[key] = value;
    return;
  }
  const child = settings[key];
  const next: Settings = isSettings(child) ? child : {};
  settings[key] = next;
  assign(next, rest, value);
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  const variable = Object.entries(environment).find(([, target]) => target === path)?.[0];
  const name = [path, variable && `(${variable})`].filter(Boolean).join(' ');
  return name ? `${name}: ${issue.message}` : issue.message;
}

function invalid(problems: readonly string[]): OraFerryError {
  const list = problems.map((problem) => `\n  - ${problem}`).join('');
  return new OraFerryError('VALIDATION_ERROR', `The configuration is not usable:${list}`, {
    details: { problems },
  });
}

function commaSeparated(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
}

function jsonText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
