import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Logger, traceField } from '../../shared/logging.ts';
import type { Context } from '../context.ts';
import { urlOf } from './hidden.ts';

/** A child logger binds the trace in both forms: the preset maps `trace_id` only within single entries. */
export function requestLogger({ config, log }: Context, traceId: string): Logger {
  return log.child({ trace_id: traceId, ...traceField(config, traceId) });
}

/**
 * The path is logged without its query, which may hold a ticket, or a secret that a caller put there by mistake.
 * https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest
 */
export function logWhenDone(req: IncomingMessage, res: ServerResponse, log: Logger): void {
  const begun = performance.now();
  const path = urlOf(req).split(/[?#]/)[0];
  res.once('close', () => {
    const httpRequest = {
      requestMethod: req.method,
      requestUrl: path,
      status: res.statusCode,
      latency: `${((performance.now() - begun) / 1000).toFixed(3)}s`,
      userAgent: req.headers['user-agent'],
    };
    log.info({ httpRequest, complete: res.writableFinished }, `${req.method} ${path}`);
  });
}
