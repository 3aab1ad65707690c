import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { announceEnd } from '../shared/announce.ts';
import type { Job } from '../shared/domain/job.ts';
import { OraFerryError } from '../shared/errors.ts';
import { type Logger, labelsField } from '../shared/logging.ts';
import type { JobFilter } from '../shared/ports/stores.ts';
import type { Context } from './context.ts';
import { id, jobId, pageQuery, pageRequest } from './fields.ts';
import { jsonType, type Reply } from './http/answer.ts';
import type { Call } from './http/route.ts';
import {
  type ExtractionListView,
  type JobDetailView,
  type JobView,
  jobState,
  manifestOf,
  mostTablesShown,
  viewExtractions,
  viewJob,
  viewJobPage,
} from './views/job.ts';

/** With any offset; stored times are in UTC, with milliseconds, and compared as text. */
const time = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-23T04:00:00Z' })
  .transform((text) => new Date(text).toISOString())
  .refine((text) => /^\d{4}-/.test(text), 'must lie in the years 0000 to 9999, in UTC');

export const jobsQuery = z.strictObject({
  ...pageQuery.shape,
  transport_id: id.optional(),
  state: jobState.optional(),
  /** Jobs that were made at that time or later, and before that time. */
  created_after: time.optional(),
  created_before: time.optional(),
});

export const extractionsInput = { params: jobId, query: pageQuery };

type One = Call<{ params: typeof jobId }>;

export async function listJobs(
  ctx: Context,
  { principal, query }: Call<{ query: typeof jobsQuery }>,
): Promise<Reply<{ jobs: JobView[]; next_page_token: string | null }>> {
  const filter: JobFilter = {
    transportId: query.transport_id,
    state: query.state,
    createdFrom: query.created_after,
    createdBefore: query.created_before,
  };
  const page = await ctx.jobs.list(principal.tenant, filter, pageRequest(query));
  return { body: { jobs: page.items.map(viewJob), next_page_token: page.nextPageToken ?? null } };
}

export async function getJob(
  ctx: Context,
  { principal, params }: One,
): Promise<Reply<JobDetailView>> {
  const page = await ctx.jobs.extractions(principal.tenant, params.id, {
    pageSize: mostTablesShown,
  });
  return { body: viewJobPage(page) };
}

export async function listExtractions(
  ctx: Context,
  { principal, params, query }: Call<typeof extractionsInput>,
): Promise<Reply<ExtractionListView>> {
  const page = await ctx.jobs.extractions(principal.tenant, params.id, pageRequest(query));
  return { body: viewExtractions(page) };
}

/** Asks the job to stop. Its tasks see that in its record and clean up; the answer does not wait for them. */
export async function cancelJob(
  ctx: Context,
  { principal, params, log }: One,
): Promise<Reply<{ job: JobView }>> {
  const job = await ctx.jobs.requestCancel(principal.tenant, params.id);
  await stopUnbegun(ctx, job, log);
  await announceUnbegun(ctx, job);
  return { body: { job: viewJob(job) } };
}

/** The manifest, byte for byte as it lies in the bucket, whatever its size. Throws NOT_FOUND before it is written. */
export async function getManifest(
  ctx: Context,
  { principal, params, signal, log }: One,
): Promise<Reply> {
  const job = await ctx.jobs.get(principal.tenant, params.id);
  const content = await ctx.objects.open(job.output.bucket, manifestOf(job), signal);
  if (content) {
    return {
      // Of an answer with a Content-Length Cloud Run passes on 32 MiB at most: https://cloud.google.com/run/quotas
      headers: { 'Content-Type': jsonType },
      stream(res) {
        pipeline(content, res).catch((err) => {
          log.warn({ err }, 'The manifest was not sent to its end');
        });
      },
    };
  }
  const reason =
    job.outputDeletedAt === undefined
      ? `The job is ${job.state} and has no manifest.`
      : 'The output of the job was deleted by the retention of its transport.';
  throw new OraFerryError('NOT_FOUND', reason, { details: { job_id: job.id, state: job.state } });
}

/** A courtesy: tasks that start after all find the job CANCELLED and exit. */
async function stopUnbegun(ctx: Context, job: Job, log: Logger): Promise<void> {
  if (job.state !== 'CANCELLED' || job.execution === undefined) return;
  try {
    await ctx.launcher.cancel(job.execution);
  } catch (error) {
    log.warn(
      { err: error, ...labelsField({ job: job.id }) },
      'The execution of a cancelled job was not cancelled',
    );
  }
}

/** A job that no task has begun has no task that could tell of its end. */
async function announceUnbegun(ctx: Context, job: Job): Promise<void> {
  if (job.state !== 'CANCELLED' || job.announcedAt !== undefined) return;
  await announceEnd({ ...ctx, record: ctx.jobs }, job);
}
