import type { StoredObject } from '../ports/objects.ts';
import type { Chunk } from './chunks.ts';
import type { UploadSession } from './session.ts';

/** The session is in a state that no request of ours can lead to. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
}

/**
 * Sends one chunk, however many requests that takes. Each attempt goes on where Cloud Storage left off: a chunk
 * may be kept in part, and an answer may be lost.
 */
export function createChunkSender(session: UploadSession, { bytes, start, total }: Chunk) {
  const end = start + bytes.length;
  let kept = start;
  let inDoubt = false;

  /** One request: a question when the state is unknown or only completion is missing, otherwise bytes. */
  async function step(): Promise<StoredObject | undefined> {
    const asking = inDoubt || kept === end;
    inDoubt = true;
    const progress = asking
      ? await session.query(total)
      : await session.send(bytes.subarray(kept - start), kept, total);
    inDoubt = false;
    if (progress.object) return progress.object;
    const before = kept;
    kept = requireWithin(progress.kept, kept, end);
    const stuck = kept === before && (!asking || (kept === end && total !== undefined));
    if (stuck) throw new Error(`The upload stays at ${kept} bytes.`);
    return undefined;
  }

  return {
    /** The object after the last chunk, otherwise undefined. Throws when a request failed or changed nothing. */
    async attempt(): Promise<StoredObject | undefined> {
      while (inDoubt || kept < end || total !== undefined) {
        const object = await step();
        if (object) return object;
      }
      return undefined;
    },
  };
}

/** Bytes before `from` are gone from memory, those after `end` were never sent. */
function requireWithin(kept: number, from: number, end: number): number {
  if (kept >= from && kept <= end) return kept;
  throw new SessionError(`Cloud Storage keeps ${kept} bytes where ${from} to ${end} were sent.`);
}
