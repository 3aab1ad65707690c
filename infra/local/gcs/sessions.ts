import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c, encodeCrc32c } from './crc32c.ts';
import { HttpError } from './errors.ts';
import type { ObjectResource, Objects } from './objects.ts';

/** Bytes of an unfinished upload are kept in multiples of this. */
const quantum = 256 * 1024;

export interface SessionTarget {
  readonly bucket: string;
  readonly name: string;
  readonly contentType: string;
  readonly ifGenerationMatch: string | undefined;
}

/** Resumable uploads (https://cloud.google.com/storage/docs/performing-resumable-uploads). */
export function createSessions(objects: Objects) {
  const sessions = new Map<string, ReturnType<typeof createSession>>();

  return {
    /** Returns the upload_id. */
    begin(target: SessionTarget): string {
      objects.path(target.bucket, target.name);
      const id = randomUUID();
      sessions.set(id, createSession(objects, target, join(objects.scratch, id)));
      return id;
    },

    get(id: string) {
      const session = sessions.get(id);
      if (!session) throw new HttpError(404, 'No such upload session.');
      return session;
    },

    close(): void {
      for (const session of sessions.values()) session.drop('dead');
    },
  };
}

function createSession(objects: Objects, target: SessionTarget, file: string) {
  let state: 'open' | 'done' | 'cancelled' | 'dead' = 'open';
  let resource: ObjectResource | undefined;
  const scratch = createScratchFile(file);
  let turn = 0;

  function requireUsable(): void {
    if (state === 'cancelled') throw new HttpError(499, 'The upload was cancelled.');
    if (state === 'dead') throw new HttpError(410, 'The upload session is no longer available.');
  }

  function requireTurn(own: number): void {
    requireUsable();
    if (own !== turn || state === 'done') throw new HttpError(409, 'The upload went on elsewhere.');
  }

  function drop(next: 'cancelled' | 'dead'): void {
    if (state !== 'open') return;
    state = next;
    scratch.close();
    rmSync(file, { force: true });
  }

  /** The object when it is complete, undefined while bytes are wanted. */
  function finishAt(total: number | undefined): ObjectResource | undefined {
    requireUsable();
    if (state === 'done' || total !== scratch.kept) return resource;
    try {
      resource = objects.put({ ...target, size: scratch.kept, crc32c: scratch.crc32c, file });
      state = 'done';
      scratch.close();
      return resource;
    } catch (error) {
      drop('dead');
      throw error;
    }
  }

  return {
    get kept() {
      return scratch.kept;
    },
    finishAt,
    drop,

    /**
     * Takes the body of a chunk that begins at `start`. Bytes that are kept already are skipped. A later request
     * on the session ends this one.
     */
    async take(body: AsyncIterable<Uint8Array>, start: number, total: number | undefined) {
      requireUsable();
      if (state === 'done') return resource;
      if (start > scratch.kept)
        throw new HttpError(400, `Bytes from ${scratch.kept} on are wanted.`);
      turn += 1;
      const own = turn;
      for await (const { bytes, last } of inQuanta(body, scratch.kept - start)) {
        requireTurn(own);
        if (!last || scratch.kept + bytes.length === total) scratch.append(bytes);
      }
      return finishAt(total);
    },

    /** From now on the session cannot create its object. */
    cancel(): void {
      requireUsable();
      if (state === 'done') throw new HttpError(410, 'The upload is complete.');
      drop('cancelled');
    },
  };
}

function createScratchFile(file: string) {
  const descriptor = openSync(file, 'w');
  let kept = 0;
  let crc = 0;

  return {
    get kept() {
      return kept;
    },
    get crc32c() {
      return encodeCrc32c(crc);
    },
    append(bytes: Uint8Array): void {
      writeSync(descriptor, bytes);
      crc = crc32c(bytes, crc);
      kept += bytes.length;
    },
    close: () => closeSync(descriptor),
  };
}

/** Drops the first `skip` bytes and cuts the rest in multiples of the quantum, but for what is left at the end. */
async function* inQuanta(body: AsyncIterable<Uint8Array>, skip: number) {
  let toSkip = skip;
  let pending = Buffer.alloc(0);
  for await (const piece of body) {
    const fresh = piece.subarray(Math.min(toSkip, piece.length));
    toSkip -= piece.length - fresh.length;
    pending = Buffer.concat([pending, fresh]);
    const whole = pending.length - (pending.length % quantum);
    if (whole === 0) continue;
    yield { bytes: pending.subarray(0, whole), last: false };
    pending = pending.subarray(whole);
  }
  yield { bytes: pending, last: true };
}
