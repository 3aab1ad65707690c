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

function describeCause(cause: unknown): unknown {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause === undefined ? undefined : describeCause(cause.cause);
  return { name: cause.name, message: cause.message, ...(inner !== undefined && { cause: inner }) };
}

function secretsOf(config: Config): string[] {
  return [config.oracle?.password].filter((secret) => secret !== undefined);
}

function scrubbed(output: DestinationStream, secrets: readonly string[]): DestinationStream {
  // A secret stands in the line as JSON wrote it.
  const written = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
  return {
    write(line) {
      output.write(written.reduce(maskSecret, maskPatterns(line)));
    },
  };
}

function maskSecret(line: string, secret: string): string {
  return line.replaceAll(secret, '***');
}

/** Bearer tokens, API keys and passwords in connect strings, whoever wrote them into a message. */
function maskPatterns(line: string): string {
  return line
    .replace(/Bearer\s+[\w.~+/=-]+/gi, 'Bearer ***')
    .replace(/(x-api-key"?\s*[:=]\s*"?)[^"\s,}]+/gi, '$1***')
    .replace(/([\w$#]+)\/[^@\s"/]+@/g, '$1/***@');
}
