import { CRC32C } from '@google-cloud/storage';
import type { StoredObject } from '../ports/objects.ts';
import { createCaller } from './caller.ts';
import { createClient } from './client.ts';
import { openContent } from './content.ts';
import { listObjects } from './list.ts';
import { createOpener } from './requester.ts';
import type { Digest } from './stored-object.ts';

const retry = { attempts: 6, initialDelayMs: 500, maxDelayMs: 32_000 };
const stallMs = 60_000;

/** Reads objects, however large, as one who may do nothing else with the bucket. */
export interface ObjectReader {
  /**
   * The content of one generation, or of the newest; undefined when it is not there. One attempt, because content that
   * breaks off is worth another one as well. Throws GCS_ERROR, as does the list.
   */
  open(
    bucket: string,
    name: string,
    generation?: string,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  list(bucket: string, prefix: string): AsyncIterable<StoredObject>;
}

/** Cloud Storage, or what answers in its place, with the application's default credentials. */
export function createObjectReader(apiEndpoint: string | undefined): ObjectReader {
  const storage = createClient(apiEndpoint);
  const open = createOpener(storage, stallMs);
  const { call: callOnce } = createCaller({ ...retry, attempts: 1 }, stallMs);
  const { call } = createCaller(retry, stallMs);
  return {
    open: (bucket, name, generation) =>
      callOnce({ action: 'read from', bucket, transient: 'GCS_ERROR' }, () =>
        openContent(storage, open, { bucket, name, generation }),
      ),
    list: (bucket, prefix) => listObjects(storage, call, bucket, prefix),
  };
}

/** Size and checksum of content that passes in pieces, as Cloud Storage would tell them. */
export function createDigest() {
  const crc32c = new CRC32C();
  let bytes = 0;
  return {
    update(piece: Uint8Array): void {
      crc32c.update(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
      bytes += piece.byteLength;
    },
    value: (): Digest => ({ bytes, crc32c: crc32c.toString() }),
  };
}
