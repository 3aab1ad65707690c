import { createHash } from 'node:crypto';
import { FieldPath, type Query } from '@google-cloud/firestore';
import { z } from 'zod';
import { OraFerryError } from '../errors.ts';
import type { Page, PageRequest } from '../ports/stores.ts';
import { idForm } from './documents.ts';

const position = z.tuple([z.iso.datetime(), z.string().regex(idForm)]);
type Position = z.output<typeof position>;

interface ListRequest extends PageRequest {
  /** What is listed, and by which filters: a token is good for the same list only. */
  readonly list: readonly unknown[];
}

/** A document may have a mebibyte, and a page a thousand documents. */
const mostPageBytes = 8 * 1024 * 1024;
/** So many are read before it is known how large they are; a page of the usual size needs one more than it shows. */
const firstRead = 51;

/**
 * Reads a page of documents with `createdAt`, newest first; of large ones fewer than are asked for. The token is the
 * place after the last item, so documents created meanwhile neither repeat nor hide others. Throws VALIDATION_ERROR for
 * a token that was changed, or was given out for another list.
 */
export async function readPage<D extends { createdAt: string }, T>(
  query: Query<D>,
  { pageSize, pageToken, list }: ListRequest,
  toItem: (id: string, document: D) => T,
): Promise<Page<T>> {
  const ordered = query.orderBy('createdAt', 'desc').orderBy(FieldPath.documentId(), 'desc');
  const start = pageToken === undefined ? undefined : parseToken(pageToken, list, position);
  const items: T[] = [];
  let last = start;
  for await (const { doc, bytesBefore } of documentsAfter(ordered, start, pageSize + 1)) {
    const isFull = items.length === pageSize || bytesBefore >= mostPageBytes;
    if (isFull && last) return { items, nextPageToken: makeToken(last, list) };
    const document = doc.data();
    items.push(toItem(doc.id, document));
    last = [document.createdAt, doc.id];
  }
  return { items };
}

/** Not by a stream of the client, which stays open when its reader leaves early. */
async function* documentsAfter<D extends { createdAt: string }>(
  ordered: Query<D>,
  start: Position | undefined,
  most: number,
) {
  let last = start;
  for (let read = 0, bytes = 0; read < most; ) {
    const count = Math.min(roomFor(read, bytes), most - read);
    const { docs } = await (last ? ordered.startAfter(...last) : ordered).limit(count).get();
    for (const doc of docs) {
      yield { doc, bytesBefore: bytes };
      const document = doc.data();
      bytes += JSON.stringify(document).length;
      last = [document.createdAt, doc.id];
    }
    if (docs.length < count) return;
    read += docs.length;
  }
}

/** How many more to read, if they are as large as those that were read. */
function roomFor(read: number, bytes: number): number {
  return read === 0 ? firstRead : Math.max(1, Math.ceil(((mostPageBytes - bytes) * read) / bytes));
}

/**
 * The checksum finds mistakes; it needs no key, because a token only names a place in a list that its caller may
 * read in any case.
 */
export function makeToken(place: readonly unknown[], list: readonly unknown[]): string {
  const checksum = createHash('sha256')
    .update(JSON.stringify([place, list]))
    .digest('hex');
  return Buffer.from(JSON.stringify([...place, checksum.slice(0, 16)])).toString('base64url');
}

/** The place of a token, in its form. Throws VALIDATION_ERROR for one that was not given out for this list. */
export function parseToken<P extends readonly unknown[]>(
  token: string,
  list: readonly unknown[],
  form: z.ZodType<P>,
): P {
  try {
    const parts: unknown[] = JSON.parse(Buffer.from(token, 'base64url').toString());
    const place = form.parse(parts.slice(0, -1));
    // oxlint-disable-next-line security/detect-possible-timing-attacks -- it says where a page begins; it is no secret.
    if (makeToken(place, list) === token) return place;
    throw new Error('The checksum or the form is another.');
  } catch (cause) {
    throw new OraFerryError(
      'VALIDATION_ERROR',
      'page_token is not one that we gave out for this list.',
      { cause },
    );
  }
}
