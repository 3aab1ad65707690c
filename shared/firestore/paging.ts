import { FieldPath, type Query } from '@google-cloud/firestore';
import { z } from 'zod';
import { OraFerryError } from '../errors.ts';
import type { Page, PageRequest } from '../ports.ts';
import { idForm } from './documents.ts';

const position = z.tuple([z.iso.datetime(), z.string().regex(idForm)]);

/**
 * Reads a page of documents with `createdAt`, newest first. The token is the place after the last item, so
 * documents created meanwhile neither repeat nor hide others. Throws VALIDATION_ERROR for a foreign token.
 */
export async function readPage<D extends { createdAt: string }, T>(
  query: Query<D>,
  request: PageRequest,
  toItem: (id: string, document: D) => T,
): Promise<Page<T>> {
  const ordered = query.orderBy('createdAt', 'desc').orderBy(FieldPath.documentId(), 'desc');
  const start = request.pageToken === undefined ? undefined : parseToken(request.pageToken);
  const from = start ? ordered.startAfter(...start) : ordered;
  const { docs } = await from.limit(request.pageSize + 1).get();
  const page = docs.slice(0, request.pageSize);
  const items = page.map((doc) => toItem(doc.id, doc.data()));
  const last = page.at(-1);
  if (!last || docs.length <= request.pageSize) return { items };
  return { items, nextPageToken: makeToken(last.data().createdAt, last.id) };
}

function makeToken(createdAt: string, id: string): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

function parseToken(token: string): [string, string] {
  try {
    return position.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
  } catch (cause) {
    throw new OraFerryError('VALIDATION_ERROR', 'page_token is not one that we gave out.', {
      cause,
    });
  }
}
