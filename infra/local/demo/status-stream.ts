import { EventSource } from 'eventsource';
import type { StatusEvent } from './picture.ts';
import { parseStatusEvent, statusEventNames } from './status-events.ts';

const SILENCE_MS = 1_500;

/** A job's live status, heard in the background. */
export interface StatusStream {
  /** False when nothing came for a while, and after the last event: then better look at the record. */
  isLive(): boolean;
  close(): void;
}

/**
 * Hears the status stream of a transport's job. A stream that breaks is opened again where it left off; one that
 * is refused is not. Nothing is thrown: whoever needs the end of the job reads the record.
 */
export function hearStatus(
  { url, apiKey }: { readonly url: string; readonly apiKey: string },
  listener: (event: StatusEvent) => void,
): StatusStream {
  let heardAt = Number.NEGATIVE_INFINITY;
  const stream = new EventSource(url, {
    fetch: (target, init) =>
      fetch(target, { ...init, headers: { ...init.headers, 'X-API-Key': apiKey } }),
  });
  const close = () => {
    heardAt = Number.NEGATIVE_INFINITY;
    stream.close();
  };
  for (const name of statusEventNames) {
    stream.addEventListener(name, ({ data }: MessageEvent) => {
      const event = parseStatusEvent(name, String(data));
      if (!event) return;
      heardAt = performance.now();
      listener(event);
      if (event.terminal) close();
    });
  }
  return { isLive: () => performance.now() - heardAt < SILENCE_MS, close };
}
