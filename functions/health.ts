import { z } from 'zod';
import type { Context } from './context.ts';
import type { Reply } from './http/answer.ts';
import type { Caller } from './http/route.ts';

export const healthView = z.object({
  status: z.enum(['ok', 'unavailable']),
  checks: z.object({ firestore: z.enum(['ok', 'unavailable']) }),
  version: z.string(),
});

/** That it answers shows that the process lives; the status, 200 or 503, shows whether it can serve. */
export async function getHealth(ctx: Context): Promise<Reply<z.output<typeof healthView>>> {
  const ready = await ctx.readiness();
  const status = ready ? 'ok' : 'unavailable';
  return {
    status: ready ? 200 : 503,
    body: { status, checks: { firestore: status }, version: ctx.version },
  };
}

export const indexView = z.object({
  name: z.literal('oraferry'),
  functions: z.array(z.object({ name: z.string(), url: z.string(), version: z.string() })),
});

/** The functions that serve this API. One without an address of its own is behind the host of the call. */
export async function getIndex(
  { config, version }: Context,
  { origin }: Caller,
): Promise<Reply<z.output<typeof indexView>>> {
  const { api_url: api, oracle_url: oracle, reconcile_url: reconcile } = config.functions;
  const addresses = { api, oracle, reconcile };
  const functions = Object.entries(addresses).map(([name, address = origin]) => ({
    name,
    url: `${address.replace(/\/$/, '')}/api`,
    version,
  }));
  return { body: { name: 'oraferry', functions } };
}
