import type { StoredObject } from '../ports/objects.ts';
import { HttpStatusError } from './errors.ts';
import type { Answer, Requester } from './requester.ts';
import { toStoredObject } from './stored-object.ts';

/** How far an upload has come: the object when it is complete, otherwise the bytes that Cloud Storage keeps. */
export type Progress =
  | { readonly object: StoredObject; readonly kept?: never }
  | { readonly object?: never; readonly kept: number };

export type UploadSession = ReturnType<typeof createSession>;

/** One resumable upload by its session URI. Statuses without a meaning here are thrown as HttpStatusError. */
export function createSession(request: Requester, uri: string, signal: AbortSignal) {
  return {
    /** https://cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload */
    async send(bytes: Uint8Array, start: number, total: number | undefined): Promise<Progress> {
      const range = `bytes ${start}-${start + bytes.length - 1}/${total ?? '*'}`;
      const headers = { 'content-range': range };
      return progressOf(await request({ method: 'PUT', uri, headers, body: bytes }, signal));
    },

    /**
     * With the total, an upload whose bytes are all there is completed by the question
     * (https://cloud.google.com/storage/docs/performing-resumable-uploads#status-check).
     */
    async query(total: number | undefined): Promise<Progress> {
      const headers = { 'content-range': `bytes */${total ?? '*'}` };
      return progressOf(await request({ method: 'PUT', uri, headers }, signal));
    },

    /**
     * https://cloud.google.com/storage/docs/performing-resumable-uploads#cancel-upload: 499 is the documented success.
     * Of a session whose object exists nothing is documented; it says so itself, and has ended as well.
     */
    async cancel(): Promise<void> {
      const answer = await request({ method: 'DELETE', uri, headers: {} }, signal);
      if (hasEnded(answer)) return;
      if (mayBeComplete(answer)) {
        const headers = { 'content-range': 'bytes */*' };
        if (hasEnded(await request({ method: 'PUT', uri, headers }, signal))) return;
      }
      throw new HttpStatusError(answer);
    },
  };
}

/** The session is done, cancelled, or not known any more: it can create nothing from now on. */
function hasEnded({ status }: Answer): boolean {
  return status < 300 || [404, 410, 499].includes(status);
}

function mayBeComplete({ status }: Answer): boolean {
  return status < 500 && ![401, 403, 408, 429].includes(status);
}

function progressOf(answer: Answer): Progress {
  if (answer.status === 308) return { kept: keptBytes(answer.headers.range) };
  if (answer.status === 200 || answer.status === 201) {
    return { object: toStoredObject(JSON.parse(answer.body.toString())) };
  }
  throw new HttpStatusError(answer);
}

/** `bytes=0-262143`; no header while nothing is kept. */
function keptBytes(range: string | undefined): number {
  const last = /^bytes=0-(\d+)$/.exec(range ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}
