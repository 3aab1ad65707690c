import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Logger, traceField } from '../../shared/logging.ts';
import type { Context } from '../context.ts';
import { urlOf } from './hidden.ts';
import type { Trace } from './trace.ts';

/** A child logger binds the trace in both forms: the preset maps `trace_id` only within single entries. */
export function requestLogger({ config, log }: Context, { traceId, spanId }: Trace): Logger {
  return log.child({ trace_id: traceId, ...traceField(config, traceId, spanId) });
}

/** With the request in the form that Error Reporting shows: https://cloud.google.com/error-reporting/reference/rest/v1beta1/ErrorContext */
export function logFailure(
  req: IncomingMessage,
  log: Logger,
  error: unknown,
  responseStatusCode: number,
): void {
  const { method, headers } = req;
  const userAgent = headers['user-agent'];
  const httpRequest = { method, url: pathOf(req), userAgent, responseStatusCode };
  log.error({ err: error, context: { httpRequest } }, 'Request failed');
}

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest */
export function logWhenDone(req: IncomingMessage, res: ServerResponse, log: Logger): void {
  const begun = performance.now();
  const path = pathOf(req);
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

/** Without its query, which may hold a ticket, or a secret that a caller put there by mistake. */
function pathOf(req: IncomingMessage): string | undefined {
  return urlOf(req).split(/[?#]/)[0];
}
