import type { IncomingMessage, ServerResponse } from 'node:http';
import { OraFerryError, toOraFerryError } from '../../shared/errors.ts';
import { type Logger, traceField } from '../../shared/logging.ts';
import type { Context } from '../context.ts';
import { answer, answerError } from './answer.ts';
import { readJson } from './body-limit.ts';
import { findRoute, type Route, type Service } from './route.ts';
import { traceIdOf } from './trace.ts';

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/**
 * Serves the table of routes, or those of one service: match, authenticate, read, check, call, answer. It never
 * rejects.
 */
export function serve(
  routes: readonly Route[],
  context: () => Context,
  service?: Service,
): Handler {
  return async (req, res) => {
    const ctx = context();
    const traceId = traceIdOf(req.headers);
    const log = requestLogger(ctx, traceId);
    logWhenDone(req, res, log);
    try {
      await handle(ctx, { routes, service }, { req, res, traceId, log });
    } catch (error) {
      if (toOraFerryError(error).status >= 500) log.error({ err: error }, 'Request failed');
      answerError(res, traceId, error, error instanceof MethodNotAllowed ? error.headers : {});
    }
  };
}

interface Served {
  readonly routes: readonly Route[];
  /** Every service unless told. */
  readonly service: Service | undefined;
}

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly traceId: string;
  readonly log: Logger;
}

async function handle(
  ctx: Context,
  { routes, service }: Served,
  { req, res, traceId, log }: Exchange,
): Promise<void> {
  const url = urlOf(req);
  const { route, params, methods } = findRoute(routes, req.method ?? '', url.pathname);
  if (!route) {
    await ctx.gate.countUnknown({ req, res });
    throw methods.length > 0 ? new MethodNotAllowed(methods) : unknownPath();
  }
  if (service && route.service !== service && route.service !== 'each') {
    await ctx.gate.countUnknown({ req, res });
    throw elsewhere(route);
  }
  const ticket = route.takesTicket ? (url.searchParams.get('ticket') ?? undefined) : undefined;
  const principal = await ctx.gate.admit({ req, res }, { scope: route.scope, ticket });
  const body = route.takesBody ? await readJson(req) : undefined;
  const caller = {
    principal,
    traceId,
    log: log.child({ principal: principal.id, tenant: principal.tenant }),
    origin: originOf(req),
  };
  const raw = { params, query: fieldsOf(url.searchParams), headers: req.headers, body };
  const reply = await route.run(ctx, caller, raw);
  if (reply.stream) ctx.gate.holdStream(principal.id, res);
  answer(res, reply.status ?? route.status, traceId, reply);
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  const parsed = URL.parse(url.startsWith('/') ? `http://localhost${url}` : url);
  if (parsed) return parsed;
  throw unknownPath();
}

/** A field that comes twice becomes a list, which no schema takes for a single value. */
function fieldsOf(query: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function originOf(req: IncomingMessage): string {
  const forwarded = req.headers['x-forwarded-proto'];
  return `${forwarded === 'https' ? 'https' : 'http'}://${req.headers.host ?? 'localhost'}`;
}

/** A child logger binds the trace in both forms: the preset maps `trace_id` only within single entries. */
function requestLogger({ config, log }: Context, traceId: string): Logger {
  return log.child({ trace_id: traceId, ...traceField(config, traceId) });
}

/**
 * The path is logged without its query, which may hold a ticket, or a secret that a caller put there by mistake.
 * https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest
 */
function logWhenDone(req: IncomingMessage, res: ServerResponse, log: Logger): void {
  const begun = performance.now();
  const path = req.url?.split(/[?#]/)[0];
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

class MethodNotAllowed extends OraFerryError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(methods: readonly string[]) {
    super('METHOD_NOT_ALLOWED', `This path knows the methods ${methods.join(', ')}.`);
    this.headers = { Allow: methods.join(', ') };
  }
}

function unknownPath(): OraFerryError {
  return new OraFerryError('NOT_FOUND', 'No such path.');
}

function elsewhere({ service }: Route): OraFerryError {
  return new OraFerryError('NOT_FOUND', `The function ${service} serves this path.`, {
    details: { function: service },
  });
}
