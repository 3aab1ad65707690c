import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { isTerminal, type Job } from '../shared/domain/job.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { Logger } from '../shared/logging.ts';
import type { Context } from './context.ts';
import { id, transportId } from './fields.ts';
import type { Reply } from './http/answer.ts';
import type { EventStream } from './http/event-stream.ts';
import type { Call } from './http/route.ts';
import { acceptsEvents, eventStreamHeaders, formatEvent } from './http/sse.ts';
import { type Position, parseEventId } from './live/event-id.ts';
import { snapshotEvent } from './live/events.ts';
import { type JobDetailView, mostTablesShown, viewJobPage } from './views/job.ts';

export const statusInput = {
  params: transportId,
  query: z.strictObject({
    job: id.optional(),
    /** In place of a key, for clients that cannot send headers. */
    ticket: z.string().max(100).optional(),
  }),
  headers: z.object({
    accept: z.string().optional(),
    /** What an event stream sends when it reconnects; anything that is not an id of ours is passed over. */
    'last-event-id': z.string().optional(),
  }),
};

type StatusCall = Call<typeof statusInput>;
type StatusReply = Reply<{ job: JobDetailView | null }>;

/**
 * The newest job of a transport, or the one that `?job=` names: as it is, or, for a caller that accepts
 * text/event-stream, as events until its end. Before any job it is null, and a stream waits for the first one.
 */
export async function getStatus(ctx: Context, call: StatusCall): Promise<StatusReply> {
  const allowed = allowedCall(call);
  const { principal, params, query, headers } = allowed;
  const { tenant } = principal;
  const transport = await ctx.transports.get(tenant, params.id);
  const of: Of = { tenant, transportId: transport.id };
  if (acceptsEvents(headers.accept)) return streamStatus(ctx, allowed, of);
  const job =
    query.job === undefined ? await newestJob(ctx, of) : await askedJob(ctx, of, query.job);
  if (job === undefined) return { body: { job: null } };
  const page = await ctx.jobs.extractions(tenant, job.id, { pageSize: mostTablesShown });
  return { body: { job: viewJobPage(page) } };
}

/** The holder of a ticket gets the job of the ticket, and no other one. */
function allowedCall(call: StatusCall): StatusCall {
  const { ticket } = call.principal;
  if (!ticket) return call;
  const { query } = call;
  if (query.job === undefined || query.job === ticket.jobId) {
    return { ...call, query: { ...query, job: ticket.jobId } };
  }
  throw noSuchJob();
}

interface Of {
  readonly tenant: string;
  readonly transportId: string;
}

async function streamStatus(
  ctx: Context,
  { query, headers, log }: StatusCall,
  of: Of,
): Promise<StatusReply> {
  const seen = parseEventId(headers['last-event-id']);
  const job = await jobToFollow(ctx, of, query.job, seen);
  const seenOfIt = job && seen?.jobId === job.id ? seen : undefined;
  // The one answer after which an EventSource does not come back:
  // https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
  if (seenOfIt && isTerminal(seenOfIt.state)) return { status: 204 };
  return {
    headers: eventStreamHeaders,
    stream(res) {
      const stream = ctx.live.open(res);
      if (job) ctx.live.follow(stream, job, seenOfIt);
      else void followFirstJob(ctx, of, stream, log);
    },
  };
}

/** Whoever lost the stream of a job before its end goes on with that one, even if a newer one has begun. */
async function jobToFollow(
  ctx: Context,
  of: Of,
  asked: string | undefined,
  seen: Position | undefined,
): Promise<Job | undefined> {
  if (asked !== undefined) return askedJob(ctx, of, asked);
  if (!seen || isTerminal(seen.state)) return newestJob(ctx, of);
  try {
    return await askedJob(ctx, of, seen.jobId);
  } catch (error) {
    const isForeign = error instanceof OraFerryError && error.code === 'JOB_NOT_FOUND';
    if (isForeign) return newestJob(ctx, of);
    throw error;
  }
}

async function askedJob(ctx: Context, of: Of, jobId: string): Promise<Job> {
  const job = await ctx.jobs.get(of.tenant, jobId);
  if (job.transportId === of.transportId) return job;
  throw noSuchJob();
}

function noSuchJob(): OraFerryError {
  return new OraFerryError('JOB_NOT_FOUND', 'This transport has no job with this id.');
}

async function newestJob(ctx: Context, of: Of): Promise<Job | undefined> {
  const { tenant, transportId } = of;
  const page = await ctx.jobs.list(tenant, { transportId }, { pageSize: 1 });
  return page.items[0];
}

/** Says that there is no job, then looks for one until there is. Never rejects. */
async function followFirstJob(
  ctx: Context,
  of: Of,
  stream: EventStream,
  log: Logger,
): Promise<void> {
  stream.send(formatEvent(snapshotEvent(null, [])));
  while (!stream.signal.aborted) {
    await delay(ctx.intervals.lookMs, undefined, { signal: stream.signal }).catch(() => {});
    if (stream.signal.aborted) return;
    const job = await newestJob(ctx, of).catch((err) => {
      log.warn({ err }, 'The jobs of a watched transport could not be listed');
      return undefined;
    });
    if (job) return ctx.live.follow(stream, job);
  }
}
