import type { EventStream } from '../http/event-stream.ts';
import { hasReached, type Position } from './event-id.ts';
import type { Batch } from './feed.ts';
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
    while (stream.isReady) {
      const batch = nextBatch();
      if (!batch) return;
      told = Math.max(told, batch.version);
      stream.send(batch.frames);
      if (batch.isLast) stream.end();
    }
  }

  function nextBatch(): Batch | undefined {
    const opening = hasBegun || isBehind() ? undefined : watch.opening();
    hasBegun ||= opening !== undefined;
    return opening ?? watch.feed.after(told, hasBegun ? 'all' : 'standing');
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
