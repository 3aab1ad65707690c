import { createGcpLoggingPinoConfig } from '@google-cloud/pino-logging-gcp-config';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';
import { OraFerryError } from './errors.ts';

export type { Logger } from 'pino';

/**
 * A logger that writes Cloud Logging's structured JSON to standard output, one line per entry
 * (https://cloud.google.com/logging/docs/structured-logging). Known secrets never reach the stream.
 */
export function createLogger(
  config: Config,
  service: string,
  output: DestinationStream = process.stdout,
): Logger {
  const preset = createGcpLoggingPinoConfig(
    {
      serviceContext: { service, version: process.env['K_REVISION'] ?? 'local' },
      traceGoogleCloudProjectId: config.project,
      inihibitDiagnosticMessage: true,
    },
    { level: config.log_level, serializers: { err: describeError, error: describeError } },
  );
  return pino(preset, scrubbed(output, secretsOf(config)));
}

/** Ties the entries of a child logger to a trace; the preset does so for single entries only. */
export function traceField(config: Config, traceId: string): Record<string, string> {
  return { 'logging.googleapis.com/trace': `projects/${config.project}/traces/${traceId}` };
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

/** Works on the finished line, so that no way into the entry can be forgotten. */
function scrubbed(output: DestinationStream, secrets: readonly string[]): DestinationStream {
  return {
    write(line) {
      const mask = (key: string, value: unknown) => maskValue(key, value, secrets);
      output.write(`${JSON.stringify(JSON.parse(line), mask)}\n`);
    },
  };
}

const masked = '***';
const secretName = /(password|secret|authorization|api[-_]?key|cookie)$/i;

function maskValue(key: string, value: unknown, secrets: readonly string[]): unknown {
  if (secretName.test(key) && value !== null) return masked;
  if (Array.isArray(value)) return value.map((item, index) => maskHeader(value[index - 1], item));
  return typeof value === 'string' ? maskText(value, secrets) : value;
}

/** Raw headers are a list in which each name stands before its value. */
function maskHeader(before: unknown, item: unknown): unknown {
  return typeof before === 'string' && secretName.test(before) ? masked : item;
}

function maskText(text: string, secrets: readonly string[]): string {
  // First the known ones, because a pattern may cut one in two. JSON within JSON is escaped.
  const known = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return maskPatterns(known.reduce((so, secret) => so.replaceAll(secret, masked), text));
}

/** Bearer tokens, API keys, private keys and passwords in connect strings, whoever wrote them into a message. */
function maskPatterns(text: string): string {
  return text
    .replace(/Bearer\s+[\w.~+/=-]+/gi, `Bearer ${masked}`)
    .replace(/(x-api-key[\\"']*\s*[:=,]\s*[\\"']*)[^\s"'\\,}\]]+/gi, `$1${masked}`)
    .replace(/([\w$#]+)\/[^@\s"/]+@/g, `$1/${masked}@`)
    .replace(/(-BEGIN [A-Z ]*PRIVATE KEY-+).*?(-+END|$)/gs, `$1${masked}$2`);
}
