import type { Storage } from '@google-cloud/storage';
import type { StoredObject } from '../ports/objects.ts';
import type { Call } from './caller.ts';
import { toStoredObject } from './stored-object.ts';

/** The objects under a prefix, a page at a time. Throws GCS_ERROR. */
export async function* listObjects(
  storage: Storage,
  call: Call,
  bucket: string,
  prefix: string,
): AsyncGenerator<StoredObject> {
  let pageToken: string | undefined;
  do {
    const query = { prefix, autoPaginate: false, ...(pageToken && { pageToken }) };
    const [files, next] = await call(
      { action: 'list objects of', bucket, transient: 'GCS_ERROR' },
      () => storage.bucket(bucket).getFiles(query),
    );
    yield* files.map((file) => toStoredObject(file.metadata));
    pageToken = (next as { pageToken?: string } | null)?.pageToken;
  } while (pageToken);
}
