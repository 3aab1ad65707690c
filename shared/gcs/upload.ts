import { CRC32C } from '@google-cloud/storage';
import { OraFerryError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { ObjectStore, StoredObject } from '../ports/objects.ts';
import { type RetryPolicy, withRetry } from '../retry.ts';
import { createChunkSender, SessionError } from './chunk-sender.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import { statusOf, translateError } from './errors.ts';
import type { Requester } from './requester.ts';
import { createSession, type UploadSession } from './session.ts';
import { type Digest, sameContent } from './stored-object.ts';

type Target = Parameters<ObjectStore['upload']>[0];

export interface UploadContext {
  readonly request: Requester;
  /** A multiple of 256 KiB. */
  readonly chunkBytes: number;
  /** Of each chunk, not of the upload. */
  readonly retry: RetryPolicy;
  readonly log: Logger;
  stat(bucket: string, name: string): Promise<StoredObject | undefined>;
  remove(bucket: string, name: string, generation: string): Promise<void>;
}

/** Sends a source through its session and settles what became of it. As ObjectStore.upload. */
export async function uploadThroughSession(
  context: UploadContext,
  target: Target,
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<StoredObject> {
  try {
    signal.throwIfAborted();
    const outcome = await sendAll(context, target, source, signal);
    return await verify(context, target, outcome);
  } catch (error) {
    // Aborted requests fail in many ways; the caller wants to read its own reason.
    if (signal.aborted) throw signal.reason;
    throw error;
  }
}

interface Outcome {
  readonly sent: Digest;
  readonly object: StoredObject;
}

async function sendAll(
  context: UploadContext,
  target: Target,
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Outcome> {
  const session = createSession(context.request, target.uri, signal);
  const crc32c = new CRC32C();
  for await (const chunk of chunksOf(source, context.chunkBytes, signal)) {
    crc32c.update(chunk.bytes);
    const sent = { bytes: chunk.start + chunk.bytes.length, crc32c: crc32c.toString() };
    try {
      const object = await sendChunk(context, target, session, chunk, signal);
      if (object) return { sent, object };
    } catch (error) {
      const object = chunk.total !== undefined && (await findOwn(context, target, sent, signal));
      if (!object) throw explain(error, target);
      return { sent, object };
    }
  }
  throw new OraFerryError('GCS_UPLOAD_ERROR', `There was nothing to upload to ${target.name}.`, {
    retryable: false,
  });
}

/** Returns the object after the last chunk, otherwise undefined. */
function sendChunk(
  { retry, log }: UploadContext,
  target: Target,
  session: UploadSession,
  chunk: Chunk,
  signal: AbortSignal,
): Promise<StoredObject | undefined> {
  const sender = createChunkSender(session, chunk);
  return withRetry(retry, signal, async () => {
    try {
      return await sender.attempt();
    } catch (error) {
      if (hasEnded(error) || signal.aborted) throw error;
      log.warn({ err: error, object: target.name }, 'A request of an upload failed');
      throw explain(error, target);
    }
  });
}

/** Statuses after which no request on the session can succeed. The error is not retried as it is no OraFerryError. */
function hasEnded(error: unknown): boolean {
  return error instanceof SessionError || [404, 410, 412, 499].includes(statusOf(error) ?? 0);
}

/**
 * The last answer was lost, or the session is closed: the object is ours if it has our content, since its name
 * belongs to this attempt alone.
 */
async function findOwn(
  { stat, log }: UploadContext,
  { bucket, name }: Target,
  sent: Digest,
  signal: AbortSignal,
): Promise<StoredObject | undefined> {
  if (signal.aborted) return undefined;
  try {
    const object = await stat(bucket, name);
    if (!object || !sameContent(object, sent)) return undefined;
    log.info({ object: name }, 'An upload without an answer turned out complete');
    return object;
  } catch (err) {
    log.warn({ err, object: name }, 'The end of an upload is unknown');
    return undefined;
  }
}

/** Bytes that Cloud Storage took differently than we sent them are deleted again. */
async function verify(
  { remove, log }: UploadContext,
  { bucket, name }: Target,
  { sent, object }: Outcome,
): Promise<StoredObject> {
  if (sameContent(object, sent)) return object;
  const { generation } = object;
  await remove(bucket, name, generation).catch((err: unknown) => {
    log.error({ err, object: name, generation }, 'A damaged object could not be deleted');
  });
  throw new OraFerryError('GCS_UPLOAD_ERROR', `The object ${name} was damaged on its way.`, {
    details: { sent: { ...sent }, stored: { bytes: object.bytes, crc32c: object.crc32c } },
  });
}

/** For the caller, a session that has ended may be replaced: by a new attempt, under a new name. */
function explain(error: unknown, { bucket, name }: Target): OraFerryError {
  if (hasEnded(error)) {
    const reason = statusOf(error) === 412 ? 'the name is taken' : 'its session has ended';
    const message = `The upload of ${name} cannot go on: ${reason}.`;
    return new OraFerryError('GCS_UPLOAD_ERROR', message, { cause: error });
  }
  return translateError(error, { action: 'write to', bucket, transient: 'GCS_UPLOAD_ERROR' });
}
