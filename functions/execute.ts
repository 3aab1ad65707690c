import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../shared/config.ts';
import { OraFerryError } from '../shared/errors.ts';
import { labelsField } from '../shared/logging.ts';
import type { Enqueued, ExecuteLimits, ExecuteRequest } from '../shared/ports/stores.ts';
import type { Context } from './context.ts';
import { transportId } from './fields.ts';
import type { Reply } from './http/answer.ts';
import { invalidRequest } from './http/input.ts';
import type { Call } from './http/route.ts';
import { ensureLaunched } from './launch.ts';
import { requireAllowedBucket } from './transports.ts';
import { type JobView, viewJob } from './views/job.ts';

const key = z.string().regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters');

const wish = z.strictObject({
  request_id: key.optional(),
  /** In place of the option of the transport. */
  allow_concurrent: z.boolean().optional(),
});

export const executeInput = {
  params: transportId,
  headers: z.object({
    'idempotency-key': key.optional(),
    'x-cloudscheduler': z.string().optional(),
    'x-cloudscheduler-jobname': z.string().max(1_000).optional(),
    'x-cloudscheduler-scheduletime': z.string().max(100).optional(),
  }),
  body: wish.optional(),
};

type ExecuteCall = Call<typeof executeInput>;
type ExecuteReply = Reply<{ job: JobView }>;

/**
 * Makes the next job of a transport and starts its tasks. A request with a key that was used before answers
 * the job of that time, and finishes its launch if that was left undone. Cloud Scheduler, which would repeat a
 * call that is refused, is answered with the job that runs already.
 */
export async function executeTransport(ctx: Context, call: ExecuteCall): Promise<ExecuteReply> {
  const { principal, params, body, traceId, log } = call;
  const idempotencyKey = schedulerKey(call) ?? oneKey(call.headers['idempotency-key'], body);
  const transport = await ctx.transports.get(principal.tenant, params.id);
  const { bucket } = transport.destination;
  requireAllowedBucket(ctx.config, bucket, 'transport.destination.bucket');
  const queued = await enqueue(ctx, {
    tenant: principal.tenant,
    transportId: params.id,
    traceId,
    defaultBucket: ctx.config.gcs.buckets[0] ?? '',
    fingerprint: fingerprintOf(body),
    limits: limitsOf(ctx.config),
    takesRunning: isScheduler(call),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(body?.allow_concurrent !== undefined && { allowConcurrent: body.allow_concurrent }),
  });
  const job = await ensureLaunched(ctx, queued.job);
  const labels = { job: job.id, transport: job.transportName, version: String(job.version) };
  log.info({ ...labelsField(labels), created: queued.created }, 'Transport executed');
  return {
    ...(queued.isRunning && { status: 200 }),
    body: { job: viewJob(job) },
    headers: { Location: `/api/jobs/${job.id}` },
  };
}

/** Anybody can send the headers of Cloud Scheduler, so they count only beside a token of Google's. */
function isScheduler({ principal, headers }: ExecuteCall): boolean {
  return principal.kind === 'account' && headers['x-cloudscheduler'] === 'true';
}

/**
 * Cloud Scheduler delivers at least once; these two headers are the same each time. No caller can send such a key,
 * because of its first character. https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#httptarget
 */
function schedulerKey(call: ExecuteCall): string | undefined {
  const { 'x-cloudscheduler-jobname': jobName, 'x-cloudscheduler-scheduletime': scheduleTime } =
    call.headers;
  if (!isScheduler(call) || !jobName || !scheduleTime) return undefined;
  return `\u0000${JSON.stringify([jobName, scheduleTime])}`;
}

function oneKey(
  header: string | undefined,
  body: z.output<typeof executeInput.body>,
): string | undefined {
  const requestId = body?.request_id;
  if (header === undefined || requestId === undefined || header === requestId)
    return header ?? requestId;
  throw invalidRequest([
    { field: 'body.request_id', message: 'contradicts the header Idempotency-Key' },
  ]);
}

/** Tells requests apart by what they ask for, whatever the key and however the JSON is written. */
export function fingerprintOf(body: z.output<typeof executeInput.body>): string {
  const asked = JSON.stringify({ allow_concurrent: body?.allow_concurrent });
  return createHash('sha256').update(asked).digest('hex');
}

function limitsOf({ limits, job }: Config): ExecuteLimits {
  return {
    jobsPerTenant: limits.jobs_per_tenant,
    sessions: limits.oracle_sessions,
    sessionsPerTask: job.workers,
  };
}

/** A running job is a conflict, but one whose launch was left undone would stay so for ever: it is finished. */
async function enqueue(ctx: Context, request: ExecuteRequest): Promise<Enqueued> {
  try {
    return await ctx.jobs.enqueue(request);
  } catch (error) {
    const running = runningJobOf(error);
    if (running !== undefined) {
      await ensureLaunched(ctx, await ctx.jobs.get(request.tenant, running));
    }
    throw error;
  }
}

function runningJobOf(error: unknown): string | undefined {
  if (!(error instanceof OraFerryError) || error.code !== 'CONFLICT') return undefined;
  const { job_id: id } = (error.details ?? {}) as { job_id?: unknown };
  return typeof id === 'string' ? id : undefined;
}
