import { z } from 'zod';
import type { PageRequest } from '../shared/ports/stores.ts';

/** Pieces of requests that several calls share. */

/** An id that we gave out; any other text is one that does not exist. */
export const id = z.string().min(1).max(200);

export const transportId = z.object({ id });
export const jobId = z.object({ id });

/** How many, in decimal digits alone: `Number` would also read 1e2, 0x10 and an empty text. */
export const count = (most: number, unlessTold: number) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text),
    z.int('must be a whole number, once').min(1).max(most).default(unlessTold),
  );

export const pageQuery = z.strictObject({
  page_size: count(1000, 50),
  page_token: z.string().min(1).max(1000).optional(),
});

/** The store's words for the page that a query asks for. */
export function pageRequest(query: z.output<typeof pageQuery>): PageRequest {
  const { page_size: pageSize, page_token: pageToken } = query;
  return pageToken === undefined ? { pageSize } : { pageSize, pageToken };
}

/**
 * The etag of If-Match, without its quotes; `*` means any. A weak one never matches.
 * https://www.rfc-editor.org/rfc/rfc9110#name-if-match
 */
export const ifMatch = z.object({
  'if-match': z
    .string()
    .regex(/^(\*|(W\/)?"[^",]*"|[^",\s]+)$/, 'must be one etag, or *')
    .transform((text) => (text === '*' ? undefined : text.replace(/^"(.*)"$/, '$1')))
    .optional(),
});
