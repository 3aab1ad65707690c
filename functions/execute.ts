import { z } from 'zod';
import { OraFerryError } from '../shared/errors.ts';
import type { ExecuteRequest } from '../shared/ports.ts';
import type { Context } from './context.ts';
import { transportId } from './fields.ts';
import type { Reply } from './http/answer.ts';
import { invalidRequest } from './http/input.ts';
import type { Call } from './http/route.ts';
import { ensureLaunched } from './launch.ts';
import { requireAllowedBucket } from './transports.ts';
import { type JobView, viewJob } from './views/job.ts';

const key = z.string().regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters');

export const executeInput = {
  params: transportId,
  headers: z.object({ 'idempotency-key': key.optional() }),
  body: z.strictObject({ request_id: key.optional() }).optional(),
};

/**
 * Makes the next job of a transport and starts its tasks. A request with a key that was used before answers
 * the job of that time, and finishes its launch if that was left undone.
 */
export async function executeTransport(
  ctx: Context,
  { principal, params, headers, body, traceId, log }: Call<typeof executeInput>,
): Promise<Reply<{ job: JobView }>> {
  const idempotencyKey = oneKey(headers['idempotency-key'], body?.request_id);
  const transport = await ctx.transports.get(principal.tenant, params.id);
  const { bucket } = transport.destination;
  requireAllowedBucket(ctx.config, bucket, 'transport.destination.bucket');
  const { job: queued, created } = await enqueue(ctx, {
    tenant: principal.tenant,
    transportId: params.id,
    traceId,
    defaultBucket: ctx.config.gcs.buckets[0] ?? '',
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
  const job = await ensureLaunched(ctx, queued, created);
  log.info({ job: job.id, version: job.version, created }, 'Transport executed');
  return { body: { job: viewJob(job) }, headers: { Location: `/api/jobs/${job.id}` } };
}

function oneKey(header: string | undefined, requestId: string | undefined): string | undefined {
  if (header === undefined || requestId === undefined || header === requestId)
    return header ?? requestId;
  throw invalidRequest([
    { field: 'body.request_id', message: 'contradicts the header Idempotency-Key' },
  ]);
}

/** A running job is a conflict, but one whose launch was left undone would stay so for ever: it is finished. */
async function enqueue(ctx: Context, request: ExecuteRequest) {
  try {
    return await ctx.jobs.enqueue(request);
  } catch (error) {
    const running = runningJobOf(error);
    if (running !== undefined) {
      await ensureLaunched(ctx, await ctx.jobs.get(request.tenant, running), false);
    }
    throw error;
  }
}

function runningJobOf(error: unknown): string | undefined {
  if (!(error instanceof OraFerryError) || error.code !== 'CONFLICT') return undefined;
  const { job_id: id } = (error.details ?? {}) as { job_id?: unknown };
  return typeof id === 'string' ? id : undefined;
}
