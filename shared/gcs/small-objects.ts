import type { Storage } from '@google-cloud/storage';
import { OraFerryError } from '../errors.ts';
import type { ObjectStore, StoredObject } from '../ports/objects.ts';
import { isRetryable } from '../retry.ts';
import type { Call } from './caller.ts';
import { checksumOf } from './content.ts';
import { HttpStatusError, statusOf } from './errors.ts';
import type { Requester } from './requester.ts';
import { digestOf, sameContent, toStoredObject } from './stored-object.ts';

interface NewObject {
  readonly bucket: string;
  readonly name: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** What must be there now; '0': nothing. */
  readonly generation: string;
}

type SmallObjects = Pick<ObjectStore, 'create' | 'replace' | 'read' | 'remove'> & {
  stat(bucket: string, name: string): Promise<StoredObject | undefined>;
};

/** Objects that are written and read whole, as ObjectStore says. */
export function createSmallObjects(storage: Storage, request: Requester, call: Call): SmallObjects {
  async function write(object: NewObject): Promise<StoredObject> {
    const { bucket, name } = object;
    try {
      return await call({ action: 'write to', bucket, transient: 'GCS_UPLOAD_ERROR' }, () =>
        insert(storage, object),
      );
    } catch (error) {
      const refused = statusOf(error) === 412;
      // Either an attempt before the last one was carried out and its answer lost, or another writer was there.
      const stored = refused || isRetryable(error) ? await findSame(object) : undefined;
      if (stored) return stored;
      throw refused ? alreadyChanged(name, error) : error;
    }
  }

  async function findSame({ bucket, name, body }: NewObject): Promise<StoredObject | undefined> {
    const stored = await stat(bucket, name).catch(() => undefined);
    return stored && sameContent(stored, digestOf(body)) ? stored : undefined;
  }

  function stat(bucket: string, name: string): Promise<StoredObject | undefined> {
    return call({ action: 'describe an object of', bucket, transient: 'GCS_ERROR' }, () =>
      describe(storage, bucket, name),
    );
  }

  return {
    stat,

    create(bucket, name, body, contentType) {
      return write({ bucket, name, body: Buffer.from(body), contentType, generation: '0' });
    },

    replace(bucket, name, body, contentType, generation) {
      return write({ bucket, name, body: Buffer.from(body), contentType, generation });
    },

    read(bucket, name) {
      return call({ action: 'read from', bucket, transient: 'GCS_ERROR' }, () =>
        download(storage, request, bucket, name),
      );
    },

    async remove(bucket, name, generation) {
      // With a generation it cannot hit what another writer has put there since
      // (https://cloud.google.com/storage/docs/json_api/v1/objects/delete).
      await call({ action: 'delete from', bucket, transient: 'GCS_ERROR' }, () =>
        unlessMissing(storage.bucket(bucket).file(name, { generation }).delete()),
      );
    },
  };
}

/**
 * One request. The checksum goes along, so that Cloud Storage refuses content that was damaged on its way
 * (https://cloud.google.com/storage/docs/data-validation#server-side).
 */
async function insert(storage: Storage, object: NewObject): Promise<StoredObject> {
  const { bucket, name, body, contentType, generation } = object;
  const file = storage.bucket(bucket).file(name);
  await file.save(body, {
    resumable: false,
    validation: false,
    metadata: { contentType, crc32c: digestOf(body).crc32c },
    preconditionOpts: { ifGenerationMatch: generation },
  });
  return toStoredObject(file.metadata);
}

async function describe(
  storage: Storage,
  bucket: string,
  name: string,
): Promise<StoredObject | undefined> {
  const answer = await unlessMissing(storage.bucket(bucket).file(name).getMetadata());
  return answer && toStoredObject(answer[0]);
}

/**
 * Not through the client: it adds listeners to its stream with every read of content above 64 KiB. The headers
 * are those that Google's libraries rely on
 * (https://github.com/googleapis/google-resumable-media-python/blob/main/google/resumable_media/_helpers.py,
 * https://cloud.google.com/storage/docs/data-validation#client-side).
 */
async function download(storage: Storage, request: Requester, bucket: string, name: string) {
  const path = `b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  const uri = `${storage.baseUrl}/${path}?alt=media`;
  const answer = await request({ method: 'GET', uri, headers: {} });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw new HttpStatusError(answer);
  const { 'x-goog-generation': generation } = answer.headers;
  if (digestOf(answer.body).crc32c !== checksumOf(answer))
    throw new Error('The content was damaged.');
  return { body: answer.body.toString(), generation: String(generation) };
}

async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

function alreadyChanged(name: string, cause: unknown): OraFerryError {
  return new OraFerryError(
    'PRECONDITION_FAILED',
    `The object ${name} was changed by another writer.`,
    { cause },
  );
}
