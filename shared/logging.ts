import { createGcpLoggingPinoConfig } from '@google-cloud/pino-logging-gcp-config';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';
import { OraFerryError, toOraFerryError } from './errors.ts';
import { createScrub } from './scrub.ts';

export type { Logger } from 'pino';

/**
 * A logger that writes Cloud Logging's structured JSON to standard output, one line per entry
 * (https://cloud.google.com/logging/docs/structured-logging). An error entry has its stack where Error Reporting looks
 * first, in `stack_trace`, with the service's name beside it
 * (https://cloud.google.com/error-reporting/docs/formatting-error-messages). `fields` tells, for each entry, what it has
 * besides its own. Known secrets never reach the stream.
 */
export function createLogger(
  config: Config,
  service: string,
  output: DestinationStream = process.stdout,
  fields?: () => Record<string, unknown>,
): Logger {
  const preset = createGcpLoggingPinoConfig(
    {
      serviceContext: { service, version: process.env['K_REVISION'] ?? 'local' },
      traceGoogleCloudProjectId: config.project,
      inihibitDiagnosticMessage: true,
    },
    {
      level: config.log_level,
      serializers: { err: describeError, error: describeError },
      ...(fields && { mixin: fields }),
    },
  );
  return pino(preset, scrubbed(output, secretsOf(config)));
}

/**
 * Ties the entries of a child logger to a trace, and to a span of it when one is told; the preset does so for single
 * entries only.
 */
export function traceField(
  { project }: Pick<Config, 'project'>,
  traceId: string,
  spanId?: string,
): Record<string, string> {
  return {
    'logging.googleapis.com/trace': `projects/${project}/traces/${traceId}`,
    ...(spanId !== undefined && { 'logging.googleapis.com/spanId': spanId }),
  };
}

/** What entries can be filtered by in Logs Explorer. A child logger's labels replace those of its parent. */
export interface Labels {
  readonly job?: string;
  readonly transport?: string;
  readonly version?: string;
  readonly task?: string;
  /** `OWNER.NAME`. */
  readonly table?: string;
  readonly split?: string;
}

export function labelsField(labels: Labels): Record<string, Labels> {
  return { 'logging.googleapis.com/labels': labels };
}

/**
 * An error as plain fields with its causes, outermost first: the stack of the first, and of the others the
 * message. Nothing else of a vendor's error object is logged.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    ...(error instanceof OraFerryError && { code: error.code, details: error.details }),
    message: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && { cause: describeCause(error.cause) }),
  };
}

/** Deep enough for every chain of clients that we use, and an end for an error that causes itself. */
const deepestCause = 8;

function describeCause(cause: unknown, depth = 1): unknown {
  if (!(cause instanceof Error)) return String(cause);
  const { name, message } = cause;
  if (cause.cause === undefined || depth === deepestCause) return { name, message };
  return { name, message, cause: describeCause(cause.cause, depth + 1) };
}

function secretsOf(config: Config): string[] {
  const { password, wallet_password, wallet_content } = config.oracle ?? {};
  return [password, wallet_password, wallet_content].filter((secret) => secret !== undefined);
}

const errorLevel = 50;

/** Works on the finished line, so that no way into the entry can be forgotten. */
function scrubbed(output: DestinationStream, secrets: readonly string[]): DestinationStream {
  const scrub = createScrub(secrets);
  return {
    write(line) {
      const entry = JSON.parse(line);
      // The preset gives a stack to every entry with an error; Error Reporting would count warnings, too.
      if (entry.level < errorLevel) delete entry.stack_trace;
      output.write(`${scrub(entry)}\n`);
    },
  };
}

/**
 * The last entry of a process that has no logger, to standard error. There is no configuration either, so it is the
 * environment that tells the secrets.
 */
export function logLastWords(error: unknown, env: NodeJS.ProcessEnv): void {
  const secrets = Object.entries(env).flatMap(([name, value]) =>
    value && /(PASSWORD|WALLET_CONTENT)$/.test(name) ? [value] : [],
  );
  const { message } = toOraFerryError(error);
  const entry = { severity: 'CRITICAL', message, err: describeError(error) };
  process.stderr.write(`${createScrub(secrets)(entry)}\n`);
}
