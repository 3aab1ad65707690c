import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { type ApiKey, apiKeys, apiSettings, limitSettings } from './api-config.ts';
import { commaSeparated, seconds } from './config-values.ts';
import { wording } from './config-wording.ts';
import { OraFerryError } from './errors.ts';
import { contradictionsOf, oracleSettings } from './oracle-config.ts';

const schema = z.strictObject({
  project: z.string().min(1),
  region: z.string().min(1),
  log_level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  oracle: oracleSettings.optional(),
  gcs: z
    .strictObject({
      /** The allow-list of buckets; the first is the default. */
      buckets: z.preprocess(commaSeparated, z.array(z.string().min(3)).min(1)),
      api_endpoint: z.url('must be a URL').optional(),
    })
    // When all of it is missing, the problem names the one setting that is needed.
    .prefault({ buckets: undefined }),
  firestore: z
    .strictObject({
      database: z.string().min(1).default('(default)'),
      /** host:port of an emulator; without TLS. */
      host: z.string().min(1).optional(),
    })
    .prefault({}),
  /** Where each function is served; all behind the host of the call unless told. */
  functions: z
    .strictObject({
      api_url: z.url('must be a URL').optional(),
      oracle_url: z.url('must be a URL').optional(),
      reconcile_url: z.url('must be a URL').optional(),
    })
    .prefault({}),
  pubsub: z
    .strictObject({
      topic: z.string().min(3).default('oraferry-progress'),
      completions_topic: z.string().min(3).default('oraferry-completions'),
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
        .regex(/^[^:]+:\d+$/, 'must be host:port')
        .optional(),
    })
    .prefault({}),
  api: apiSettings,
  limits: limitSettings,
  job: z
    .strictObject({
      /** Oracle sessions of one task. Decoding rows is work for a processor, so one for each by default. */
      workers: z.coerce.number().int().min(1).max(64).default(availableParallelism),
      /** Attempts at one split that may end in an error. */
      attempts: z.coerce.number().int().min(1).max(10).default(4),
      lease_seconds: seconds(30),
      /** A table with fewer bytes is one split, however many sessions there are. */
      min_split_bytes: z.coerce.number().int().min(1).default(33_554_432),
    })
    .prefault({}),
});

/** The whole configuration of a process, complete with defaults. */
export type Config = z.output<typeof schema>;

export type { ApiKey } from './api-config.ts';

/** Environment variables and the settings that they set. They win over the file. */
const environment = {
  GOOGLE_CLOUD_PROJECT: 'project',
  ORAFERRY_REGION: 'region',
  LOG_LEVEL: 'log_level',
  ORACLE_CONNECT_STRING: 'oracle.connect_string',
  ORACLE_USER: 'oracle.user',
  ORACLE_PASSWORD: 'oracle.password',
  ORACLE_DRIVER: 'oracle.driver',
  ORACLE_CLIENT_LIB_DIR: 'oracle.client_lib_dir',
  TNS_ADMIN: 'oracle.config_dir',
  ORACLE_WALLET_LOCATION: 'oracle.wallet_location',
  ORACLE_WALLET_CONTENT: 'oracle.wallet_content',
  ORACLE_WALLET_PASSWORD: 'oracle.wallet_password',
  ORACLE_SSL_SERVER_CERT_DN: 'oracle.ssl_server_cert_dn',
  ORACLE_POOL_MIN: 'oracle.pool_min',
  ORACLE_POOL_MAX: 'oracle.pool_max',
  ORACLE_CONNECT_TIMEOUT_SECONDS: 'oracle.connect_timeout_seconds',
  ORACLE_CALL_TIMEOUT_SECONDS: 'oracle.call_timeout_seconds',
  ORACLE_COUNT_TIMEOUT_SECONDS: 'oracle.count_timeout_seconds',
  ORACLE_INLINE_LOB_BYTES: 'oracle.inline_lob_bytes',
  ORAFERRY_BUCKETS: 'gcs.buckets',
  GCS_API_ENDPOINT: 'gcs.api_endpoint',
  FIRESTORE_DATABASE: 'firestore.database',
  FIRESTORE_EMULATOR_HOST: 'firestore.host',
  ORAFERRY_PROGRESS_TOPIC: 'pubsub.topic',
  ORAFERRY_COMPLETIONS_TOPIC: 'pubsub.completions_topic',
  PUBSUB_EMULATOR_HOST: 'pubsub.host',
  ORAFERRY_API_URL: 'functions.api_url',
  ORAFERRY_ORACLE_URL: 'functions.oracle_url',
  ORAFERRY_RECONCILE_URL: 'functions.reconcile_url',
  ORAFERRY_CLOUD_RUN_JOB: 'cloud_run.job',
  CLOUD_RUN_API_ENDPOINT: 'cloud_run.api_endpoint',
  ORAFERRY_API_KEYS: 'api.keys',
  INVOKER: 'api.invoker',
  ORAFERRY_AUDIENCES: 'api.audiences',
  ORAFERRY_PRINCIPALS: 'api.principals',
  GOOGLE_CERTS_URL: 'api.google_certs_url',
  ORAFERRY_TRUSTED_PROXIES: 'api.trusted_proxies',
  ORAFERRY_REQUESTS_PER_MINUTE: 'limits.requests_per_minute',
  ORAFERRY_ANONYMOUS_REQUESTS_PER_MINUTE: 'limits.anonymous_requests_per_minute',
  ORAFERRY_STREAMS: 'limits.streams',
  ORAFERRY_JOBS_PER_TENANT: 'limits.jobs_per_tenant',
  ORACLE_SESSION_BUDGET: 'limits.oracle_sessions',
  ORAFERRY_CORS_ORIGINS: 'api.cors_origins',
  ORAFERRY_REQUEST_TIMEOUT_SECONDS: 'api.request_timeout_seconds',
  ORAFERRY_WORKERS: 'job.workers',
  ORAFERRY_ATTEMPTS: 'job.attempts',
  ORAFERRY_LEASE_SECONDS: 'job.lease_seconds',
  ORAFERRY_MIN_SPLIT_BYTES: 'job.min_split_bytes',
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
  const keysFile = env['ORAFERRY_API_KEYS'] ? undefined : env['ORAFERRY_API_KEYS_FILE'];
  if (keysFile) assign(settings, ['api', 'keys_file'], keysFile);
  const parsed = schema.safeParse(settings, { error: wording });
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap(describeIssue));
  problems.push(...contradictions(settings));
  if (!parsed.success || problems.length > 0) throw invalid(problems);
  return parsed.data;
}

/** The Oracle settings, for processes that cannot do without. Throws VALIDATION_ERROR. */
export function requireOracle(config: Config): NonNullable<Config['oracle']> {
  if (config.oracle) return config.oracle;
  throw invalid(['oracle: is missing; set ORACLE_CONNECT_STRING, ORACLE_USER and ORACLE_PASSWORD']);
}

/** The keys of a key file, which is a JSON list of them. Throws VALIDATION_ERROR that lists every problem. */
export function parseApiKeys(text: string): ApiKey[] {
  const parsed = apiKeys.safeParse(text, { error: wording });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) =>
    describeIssue({ ...issue, path: ['api', 'keys', ...issue.path] }),
  );
  throw invalid(problems);
}

type Settings = { [key: string]: unknown };

function readSettings(env: Environment, problems: string[]): Settings {
  const named = env['ORAFERRY_CONFIG'];
  const path = named || 'config.yaml';
  const { text, fault } = readText(path);
  if (text === undefined) {
    const mayBeAbsent = !named && fault === 'ENOENT';
    if (!mayBeAbsent) problems.push(`ORAFERRY_CONFIG: cannot read ${path} (${fault})`);
    return {};
  }
  try {
    const parsed = parseSettings(text);
    if (isSettings(parsed)) return parsed;
    problems.push(`${path}: must hold settings, one per line, such as "project: my-project"`);
  } catch (error) {
    problems.push(`${path}: is no valid YAML, ${placeOf(error)}`);
  }
  return {};
}

/** A key without a value counts as not set. Warnings are off: they repeat values. */
function parseSettings(text: string): unknown {
  return parseYaml(text, (_, value) => value ?? undefined, { logLevel: 'error' }) ?? {};
}

/** Never the parser's own message, which may repeat a secret. */
function placeOf(error: unknown): string {
  const place = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
  if (place) return `near line ${place.line}, column ${place.col}`;
  return 'perhaps because of a value that begins with * and needs quotes';
}

function readVariable(env: Environment, variable: string, problems: string[]): string | undefined {
  if (env[variable]) return env[variable];
  const path = env[`${variable}_FILE`];
  if (!path) return undefined;
  const { text, fault } = readText(path);
  if (text === undefined) problems.push(`${variable}_FILE: cannot read ${path} (${fault})`);
  return text?.replace(/\r?\n$/, '');
}

function readText(path: string): { text?: string; fault?: string } {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { fault: String((error as NodeJS.ErrnoException).code) };
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

/** Checked apart from the schema, which would not come to them when any setting is wrong by itself. */
function contradictions({ oracle }: Settings): string[] {
  if (!isSettings(oracle)) return [];
  return contradictionsOf(oracle).map(
    ({ setting, problem }) => `${nameOf(['oracle', setting])}: ${problem}`,
  );
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [`${nameOf(issue.path)}: ${issue.message}`];
  return issue.keys.map((key) => `${nameOf([...issue.path, key])}: is no known setting`);
}

function nameOf(path: readonly PropertyKey[]): string {
  const name = path.join('.');
  const variable = Object.entries(environment).find(([, target]) =>
    `${name}.`.startsWith(`${target}.`),
  );
  return variable ? `${name} (${variable[0]})` : name;
}

function invalid(problems: readonly string[]): OraFerryError {
  const list = problems.map((problem) => `\n  - ${problem}`).join('');
  return new OraFerryError('VALIDATION_ERROR', `The configuration is not usable:${list}`, {
    details: { problems },
  });
}
