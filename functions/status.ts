import { z } from 'zod';
import { OraFerryError } from '../shared/errors.ts';
import type { Context } from './context.ts';
import { id, transportId } from './fields.ts';
import type { Reply } from './http/answer.ts';
import type { Call } from './http/route.ts';
import { type JobDetailView, viewJobDetail } from './views/job.ts';

export const statusInput = {
  params: transportId,
  query: z.strictObject({ job: id.optional() }),
};

/** The newest job of a transport, or the one that `?job=` names; null before there is any. */
export async function getStatus(
  ctx: Context,
  { principal, params, query }: Call<typeof statusInput>,
): Promise<Reply<{ job: JobDetailView | null }>> {
  const { tenant } = principal;
  const { id } = await ctx.transports.get(tenant, params.id);
  const jobId = query.job ?? (await newestJob(ctx, tenant, id));
  if (jobId === undefined) return { body: { job: null } };
  const detail = await ctx.jobs.detail(tenant, jobId);
  if (detail.job.transportId === id) return { body: { job: viewJobDetail(detail) } };
  throw new OraFerryError('JOB_NOT_FOUND', 'This transport has no job with this id.');
}

async function newestJob(
  ctx: Context,
  tenant: string,
  transport: string,
): Promise<string | undefined> {
  const page = await ctx.jobs.list(tenant, { transportId: transport }, { pageSize: 1 });
  return page.items[0]?.id;
}
