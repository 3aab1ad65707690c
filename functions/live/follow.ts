import type { EventStream } from '../http/event-stream.ts';
import { hasReached, type Position } from './event-id.ts';
import type { FeedEntry } from './feed.ts';
import type { JobWatch } from './job-watch.ts';

/**
 * Tells a client of a job until the job's end. One that reconnects brings the position that it has `seen`: until
 * this process has caught up with it, at most `catchUpMs`, only the job's end is told.
 */
export function followJob(
  stream: EventStream,
  watch: JobWatch,
  seen: Position | undefined,
  catchUpMs: number,
): void {
  const patience = seen && setTimeout(giveUpWaiting, catchUpMs);
  let ahead = seen;
  let hasBegun = false;
  let told = 0;

  const detach = watch.attach(tell, seen !== undefined);
  stream.onDrain(tell);
  if (stream.signal.aborted) leave();
  else stream.signal.addEventListener('abort', leave, { once: true });

  /** Called whenever there may be something to tell; a client that is not ready is told on its next drain. */
  function tell(): void {
    if (!stream.isReady) return;
    for (const { frame, version, isLast } of due()) {
      told = Math.max(told, version);
      stream.send(frame);
      if (isLast) stream.end();
      if (!stream.isReady) return;
    }
  }

  function* due(): Iterable<FeedEntry> {
    const opening = hasBegun || isBehind() ? undefined : watch.opening();
    if (opening) {
      hasBegun = true;
      yield opening;
    }
    yield* watch.feed.since(told, hasBegun ? 'all' : 'standing');
  }

  function isBehind(): boolean {
    const now = watch.position();
    if (ahead && now && hasReached(now, ahead)) ahead = undefined;
    return ahead !== undefined;
  }

  function giveUpWaiting(): void {
    ahead = undefined;
    tell();
  }

  function leave(): void {
    clearTimeout(patience);
    detach();
  }
}
