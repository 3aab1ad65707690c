import { z } from 'zod';
import type { Context } from './context.ts';
import { jobId } from './fields.ts';
import type { Reply } from './http/answer.ts';
import type { Call } from './http/route.ts';

export const ticketInput = { params: jobId, body: z.strictObject({}).optional() };

/** `url` is the stream's, relative to the host, with the ticket in it. */
export const ticketView = z.object({
  ticket: z.string(),
  expires_at: z.iso.datetime(),
  url: z.string(),
});

/** Gives out a ticket for the status of one job. A browser's EventSource cannot send headers, hence no key either. */
export async function createTicket(
  ctx: Context,
  { principal, params }: Call<typeof ticketInput>,
): Promise<Reply<z.output<typeof ticketView>>> {
  const { id, tenant, transportId } = await ctx.jobs.get(principal.tenant, params.id);
  const ticket = { tenant, transportId, jobId: id, principal: principal.id };
  const { text, expiresAt } = await ctx.tickets.issue(ticket);
  const url = `/api/transport/${transportId}/status?job=${id}&ticket=${text}`;
  return { body: { ticket: text, expires_at: expiresAt, url } };
}
