import type { IncomingMessage, ServerResponse } from 'node:http';
import { OraFerryError, toOraFerryError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import type { Context } from '../context.ts';
import { answer, answerError, type Reply } from './answer.ts';
import { audited, auditRefusal } from './audit.ts';
import { readJson, refuseBody } from './body-limit.ts';
import { openTo, optionsReply } from './cors.ts';
import { withinDeadline } from './deadline.ts';
import { findRoute } from './match.ts';
import { remoteAddress } from './remote-address.ts';
import { logFailure, logWhenDone, requestLogger } from './request-log.ts';
import { originOf, readUrl } from './request-url.ts';
import type { Route, Service } from './route.ts';
import { traceOf } from './trace.ts';
import { withinExchange } from './uncaught.ts';

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
    const trace = traceOf(req.headers);
    const { traceId } = trace;
    const log = requestLogger(ctx, trace);
    logWhenDone(req, res, log);
    openTo(ctx.config.api.cors_origins, req, res);
    await withinExchange({ res, traceId, log }, () =>
      answerCall(ctx, { routes, service }, { req, res, traceId, log }),
    );
  };
}

async function answerCall(
  ctx: Context,
  served: Served,
  exchange: Omit<Exchange, 'signal'>,
): Promise<void> {
  const { req, res, traceId, log } = exchange;
  try {
    const ms = ctx.config.api.request_timeout_seconds * 1_000;
    const { status, reply } = await withinDeadline(ms, res, (signal) =>
      handle(ctx, served, { ...exchange, signal }),
    );
    // An error that nobody caught may have been the answer already.
    if (!res.headersSent) answer(res, status, traceId, reply);
  } catch (error) {
    const { status } = toOraFerryError(error);
    if (status >= 500) logFailure(req, log, error, status);
    answerError(res, traceId, error, error instanceof MethodNotAllowed ? error.headers : {});
  }
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
  readonly signal: AbortSignal;
}

interface Outcome {
  readonly status: number;
  readonly reply: Reply;
}

async function handle(
  ctx: Context,
  { routes, service }: Served,
  { req, res, traceId, log, signal }: Exchange,
): Promise<Outcome> {
  const { pathname, query } = readUrl(req);
  requireClearHeaders(req);
  const { route, params, methods } = findRoute(routes, req.method ?? '', pathname);
  if (!route) {
    await ctx.gate.countUnknown({ req, res });
    if (methods.length === 0) throw new OraFerryError('NOT_FOUND', 'No such path.');
    if (req.method === 'OPTIONS') return { status: 204, reply: optionsReply(methods, res) };
    throw new MethodNotAllowed(methods);
  }
  if (service && route.service !== service && route.service !== 'each') {
    await ctx.gate.countUnknown({ req, res });
    throw elsewhere(route);
  }
  const ticket = route.takesTicket ? textOf(query['ticket']) : undefined;
  const address = remoteAddress(req, ctx.config.api.trusted_proxies);
  const deed = { route, target: pathname, address };
  const principal = await ctx.gate.admit({ req, res }, route, ticket).catch((error) => {
    auditRefusal(log, deed, error);
    throw error;
  });
  const caller = {
    principal,
    traceId,
    log: log.child({ principal: principal.id, tenant: principal.tenant }),
    origin: originOf(req),
    signal,
  };
  const reply = await audited(log, deed, principal, async () => {
    const body = route.takesBody ? await readJson(req) : refuseBody(req);
    return route.run(ctx, caller, { params, query, headers: req.headers, body });
  });
  if (reply.stream) ctx.gate.holdStream(principal.id, res);
  return { status: reply.status ?? route.status, reply };
}

/**
 * Of two hosts or authorizations Node shows the first, where a proxy may have heeded the last:
 * https://www.rfc-editor.org/rfc/rfc9112#section-3.2-6
 */
function requireClearHeaders({ headersDistinct: headers, httpVersion }: IncomingMessage): void {
  if (headers['host'] === undefined && httpVersion !== '1.0') {
    throw new OraFerryError('VALIDATION_ERROR', 'The header Host is missing.');
  }
  const twice = ['Host', 'Authorization'].find(
    (name) => headers[name.toLowerCase()]?.[1] !== undefined,
  );
  if (twice) throw new OraFerryError('VALIDATION_ERROR', `The header ${twice} came twice.`);
}

function textOf(field: string | string[] | undefined): string | undefined {
  return typeof field === 'string' ? field : undefined;
}

class MethodNotAllowed extends OraFerryError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(methods: readonly string[]) {
    super('METHOD_NOT_ALLOWED', `This path knows the methods ${methods.join(', ')}.`);
    this.headers = { Allow: methods.join(', ') };
  }
}

function elsewhere({ service }: Route): OraFerryError {
  return new OraFerryError('NOT_FOUND', `The function ${service} serves this path.`, {
    details: { function: service },
  });
}
