import { Storage } from '@google-cloud/storage';
import type { Config } from '../config.ts';
import type { Logger } from '../logging.ts';
import type { ObjectStore, StoredObject } from '../ports.ts';
import type { RetryPolicy } from '../retry.ts';
import { createCaller } from './caller.ts';
import { createRequester } from './requester.ts';
import { createSession } from './session.ts';
import { createSmallObjects } from './small-objects.ts';
import { toStoredObject } from './stored-object.ts';
import { uploadThroughSession } from './upload.ts';

export interface ObjectStoreOptions {
  /** Size of the requests of an upload; a multiple of 256 KiB. An upload holds about two of them in memory. */
  readonly chunkBytes: number;
  /** Of every request, and of each chunk of an upload. */
  readonly retry: RetryPolicy;
  /** Longest time without progress before a request is given up and repeated, in milliseconds. */
  readonly stallMs: number;
}

const defaults: ObjectStoreOptions = {
  // https://cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload recommends at least 8 MiB.
  chunkBytes: 8 * 1024 * 1024,
  retry: { attempts: 6, initialDelayMs: 500, maxDelayMs: 32_000 },
  stallMs: 60_000,
};

/** Cloud Storage as the object store. Credentials are the application's default. */
export function createObjectStore(
  config: Config,
  log: Logger,
  options: Partial<ObjectStoreOptions> = {},
): ObjectStore {
  const { chunkBytes, retry, stallMs } = { ...defaults, ...options };
  const storage = createClient(config);
  const request = createRequester(storage, stallMs);
  const { call, signal } = createCaller(retry, stallMs);
  const objects = createSmallObjects(storage, request, call);

  return {
    async checkBucket(bucket) {
      // Not the bucket's metadata: reading that needs a right that nothing else here needs.
      await call({ action: 'list objects of', bucket, transient: 'GCS_ERROR' }, () =>
        storage.bucket(bucket).getFiles({ maxResults: 1, autoPaginate: false }),
      );
    },

    async beginUpload(bucket, name, contentType) {
      // A session that was begun twice lapses after a week; only the returned URI is ever used.
      const [uri] = await call({ action: 'write to', bucket, transient: 'GCS_UPLOAD_ERROR' }, () =>
        storage
          .bucket(bucket)
          .file(name)
          .createResumableUpload({
            metadata: { contentType },
            preconditionOpts: { ifGenerationMatch: 0 },
          }),
      );
      return uri;
    },

    upload(target, source, abort) {
      const { stat, remove } = objects;
      const context = { request, chunkBytes, retry, log, stat, remove };
      return uploadThroughSession(context, target, source, abort);
    },

    async cancelUpload(uri) {
      const session = createSession(request, uri, signal);
      const attempt = { action: 'cancel an upload to', bucket: bucketOf(uri) };
      await call({ ...attempt, transient: 'GCS_ERROR' }, () => session.cancel());
    },

    create: objects.create,
    replace: objects.replace,
    read: objects.read,
    remove: objects.remove,

    async *list(bucket, prefix): AsyncGenerator<StoredObject> {
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
    },
  };
}

/**
 * All retries are ours. The client's would multiply them, and one call without a precondition switches the
 * client's off for all others (`disableAutoRetryConditionallyIdempotent_` in its file.js).
 */
function createClient(config: Config): Storage {
  return new Storage({
    projectId: config.project,
    ...(config.gcs.api_endpoint && { apiEndpoint: config.gcs.api_endpoint }),
    retryOptions: { autoRetry: false },
  });
}

/** `…/upload/storage/v1/b/BUCKET/o?…` */
function bucketOf(uri: string): string {
  return decodeURIComponent(/\/b\/([^/]+)\/o/.exec(uri)?.[1] ?? '');
}
