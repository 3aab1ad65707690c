import type { Config } from '../config.ts';
import type { Logger } from '../logging.ts';
import type { ObjectStore } from '../ports/objects.ts';
import type { RetryPolicy } from '../retry.ts';
import { createCaller } from './caller.ts';
import { createClient } from './client.ts';
import { intact, openContent } from './content.ts';
import { listObjects } from './list.ts';
import { createOpener, createRequester } from './requester.ts';
import { createSession } from './session.ts';
import { createSmallObjects } from './small-objects.ts';
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
  const storage = createClient(config.gcs.api_endpoint, config.project);
  const request = createRequester(storage, stallMs);
  const open = createOpener(storage, stallMs);
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

    async open(bucket, name, abort) {
      const response = await call({ action: 'read from', bucket, transient: 'GCS_ERROR' }, () =>
        openContent(storage, open, { bucket, name }, abort),
      );
      return response && intact(response);
    },

    list: (bucket, prefix) => listObjects(storage, call, bucket, prefix),
  };
}

/** `…/upload/storage/v1/b/BUCKET/o?…` */
function bucketOf(uri: string): string {
  return decodeURIComponent(/\/b\/([^/]+)\/o/.exec(uri)?.[1] ?? '');
}
