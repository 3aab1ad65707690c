import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { OraFerryError } from '../../shared/errors.ts';
import { answerError } from './answer.ts';
import { continueLater } from './body-limit.ts';
import { hideFromFramework } from './hidden.ts';
import { answerRefusals, type OnRefusal } from './refusals.ts';
import { traceIdOf } from './trace.ts';

/** An Express app is a function with `handle`; what it cannot answer goes to the third argument. */
type ExpressApp = ((
  ...args: [...Parameters<RequestListener>, (error?: unknown) => void]
) => void) & {
  readonly handle: unknown;
};

interface Hooks {
  /** Gets the server before it listens. */
  onServer(server: Server): void;
  readonly onRefusal: OnRefusal;
}

/**
 * Stands between Node's HTTP server and the functions framework, which parses bodies and answers errors in
 * HTML before our function runs, and offers no hook for either. Call it before the framework makes its server:
 * https://github.com/GoogleCloudPlatform/functions-framework-nodejs/blob/main/src/server.ts
 */
export function guardFramework({ onServer, onRefusal }: Hooks): void {
  const createServer = http.createServer;
  const guarded = (...args: unknown[]): Server => {
    const [app] = args;
    if (!isExpressApp(app)) return Reflect.apply(createServer, http, args);
    // Our function refuses a request without a host in its own shape.
    const server = createServer({ requireHostHeader: false }, (req, res) => {
      hideFromFramework(req);
      app(req, res, (error) => answerError(res, traceIdOf(req.headers), unforeseen(req, error)));
    });
    server.on('checkContinue', (req, res) => {
      continueLater(req, () => res.writeContinue());
      server.emit('request', req, res);
    });
    // Any other expectation may be passed over: https://www.rfc-editor.org/rfc/rfc9110#name-expect
    server.on('checkExpectation', (req, res) => server.emit('request', req, res));
    answerRefusals(server, onRefusal);
    onServer(server);
    return server;
  };
  http.createServer = guarded as typeof createServer;
}

function isExpressApp(value: unknown): value is ExpressApp {
  return typeof value === 'function' && 'handle' in value;
}

function unforeseen({ method }: IncomingMessage, cause: unknown): OraFerryError {
  return new OraFerryError('INTERNAL_ERROR', `${method} failed before it was handled.`, { cause });
}
