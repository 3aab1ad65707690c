import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { OraFerryError } from '../../shared/errors.ts';
import { answerError } from './answer.ts';
import { endUnreadBody, hideBody } from './body-limit.ts';
import { traceIdOf } from './trace.ts';

/** An Express app is a function with `handle`; what it cannot answer goes to the third argument. */
type ExpressApp = ((
  ...args: [...Parameters<RequestListener>, (error?: unknown) => void]
) => void) & {
  readonly handle: unknown;
};

/**
 * Stands between Node's HTTP server and the functions framework, which parses bodies and answers errors in
 * HTML before our function runs, and offers no hook for either. Call it before the framework makes its server:
 * https://github.com/GoogleCloudPlatform/functions-framework-nodejs/blob/main/src/server.ts
 * `onServer` gets that server before it listens.
 */
export function guardFramework(onServer: (server: Server) => void): void {
  const createServer = http.createServer;
  const guarded = (...args: unknown[]): Server => {
    const [app] = args;
    if (!isExpressApp(app)) return Reflect.apply(createServer, http, args);
    const server = createServer((req, res) => {
      hideBody(req);
      res.once('finish', () => endUnreadBody(req));
      app(req, res, (error) => answerError(res, traceIdOf(req.headers), translate(req, error)));
    });
    onServer(server);
    return server;
  };
  http.createServer = guarded as typeof createServer;
}

function isExpressApp(value: unknown): value is ExpressApp {
  return typeof value === 'function' && 'handle' in value;
}

/** What Express reports before our function: a path that does not decode is the caller's fault. */
function translate(req: IncomingMessage, error: unknown): OraFerryError {
  const { status } = (error ?? {}) as { status?: unknown };
  if (status === 400) {
    return new OraFerryError('VALIDATION_ERROR', 'The path is not properly percent-encoded.');
  }
  return new OraFerryError('INTERNAL_ERROR', `${req.method} failed before it was handled.`, {
    cause: error,
  });
}
