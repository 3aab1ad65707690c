import type { Config } from '../shared/config.ts';
import type { Transport, transportInput } from '../shared/domain/transport.ts';
import type { Context } from './context.ts';
import { type ifMatch, type pageQuery, pageRequest, type transportId } from './fields.ts';
import type { Reply } from './http/answer.ts';
import { invalidRequest } from './http/input.ts';
import type { Call } from './http/route.ts';
import { type TransportView, viewTransport } from './views/transport.ts';

type One = { params: typeof transportId };
type Body = { body: typeof transportInput };
type Guarded = { headers: typeof ifMatch };

export async function createTransport(
  ctx: Context,
  { principal, body }: Call<Body>,
): Promise<Reply<TransportView>> {
  requireAllowedBucket(ctx.config, body.destination.bucket, 'body.destination.bucket');
  const transport = await ctx.transports.create(principal.tenant, body);
  return reply(transport, { Location: `/api/transport/${transport.id}` });
}

export async function listTransports(
  ctx: Context,
  { principal, query }: Call<{ query: typeof pageQuery }>,
): Promise<Reply<{ transports: TransportView[]; next_page_token: string | null }>> {
  const page = await ctx.transports.list(principal.tenant, pageRequest(query));
  const transports = page.items.map(viewTransport);
  return { body: { transports, next_page_token: page.nextPageToken ?? null } };
}

export async function getTransport(
  ctx: Context,
  { principal, params }: Call<One>,
): Promise<Reply<TransportView>> {
  return reply(await ctx.transports.get(principal.tenant, params.id));
}

/** Replaces the whole definition; running jobs keep the one that they began with. */
export async function replaceTransport(
  ctx: Context,
  { principal, params, headers, body }: Call<One & Guarded & Body>,
): Promise<Reply<TransportView>> {
  requireAllowedBucket(ctx.config, body.destination.bucket, 'body.destination.bucket');
  const etag = headers['if-match'];
  return reply(await ctx.transports.replace(principal.tenant, params.id, body, etag));
}

export async function deleteTransport(
  ctx: Context,
  { principal, params, headers }: Call<One & Guarded>,
): Promise<Reply<undefined>> {
  await ctx.transports.remove(principal.tenant, params.id, headers['if-match']);
  return {};
}

/** Throws VALIDATION_ERROR for a bucket that the configuration does not allow. */
export function requireAllowedBucket(
  config: Config,
  bucket: string | undefined,
  field: string,
): void {
  if (bucket === undefined || config.gcs.buckets.includes(bucket)) return;
  throw invalidRequest([{ field, message: 'is not on the list of allowed buckets' }]);
}

function reply(transport: Transport, headers: Record<string, string> = {}): Reply<TransportView> {
  return { body: viewTransport(transport), headers: { ...headers, ETag: `"${transport.etag}"` } };
}
