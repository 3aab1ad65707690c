import { type Collections, findDocument, type StoredDocument } from './documents.ts';
import type { Mask } from './messages.ts';
import { compareNames, compareStrings } from './values.ts';

export interface ListDocumentsRequest {
  parent: string;
  collectionId: string;
  pageSize?: number;
  pageToken?: string;
  mask?: Mask;
  showMissing?: boolean;
}

/** A collection's documents by name; with `showMissing` also those that only have subcollections. */
export function listDocuments(collections: Collections, request: ListDocumentsRequest) {
  const after = request.pageToken && Buffer.from(request.pageToken, 'base64url').toString();
  const names = documentNames(collections, request)
    .sort(compareNames)
    .filter((name) => !after || compareNames(name, after) > 0);
  const page = names.slice(0, request.pageSize || 300);
  const documents: { name: string; found?: StoredDocument | undefined }[] = page.map((name) => ({
    name,
    found: findDocument(collections, name),
  }));
  const last = page.at(-1);
  const more = last !== undefined && page.length < names.length;
  return { documents, ...(more && { nextPageToken: Buffer.from(last).toString('base64url') }) };
}

/** The ids of the collections directly below a document, or below the root. */
export function listCollectionIds(collections: Collections, parent: string): string[] {
  const prefix = `${parent}/`;
  const ids = [...collections.keys()]
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length).split('/')[0] ?? '');
  return [...new Set(ids)].sort(compareStrings);
}

function documentNames(
  collections: Collections,
  { parent, collectionId, showMissing }: ListDocumentsRequest,
): string[] {
  const path = `${parent}/${collectionId}`;
  const present = [...(collections.get(path)?.keys() ?? [])];
  if (!showMissing) return present;
  const ancestors = [...collections.keys()]
    .filter((other) => other.startsWith(`${path}/`))
    .map((other) => `${path}/${other.slice(path.length + 1).split('/')[0]}`);
  return [...new Set([...present, ...ancestors])];
}
