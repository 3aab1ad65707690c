import type { ServerResponse } from 'node:http';
import { ping, retryAfter } from './sse.ts';

/** A stream of events to one client. It keeps nothing that the client does not take. */
export interface EventStream {
  /** Aborts when the client is gone or the stream has ended. */
  readonly signal: AbortSignal;
  /** False while the client has not taken what was sent; `onDrain` tells when it has. */
  readonly isReady: boolean;
  send(frames: string | Buffer): void;
  onDrain(listener: () => void): void;
  /** No more is sent; what is under way still arrives, within the patience for a stalled client. */
  end(): void;
}

interface StreamTimes {
  readonly pingMs: number;
  readonly stalledMs: number;
  readonly streamMs: number;
  readonly retryMs: number;
}

/**
 * Turns a response whose headers are set into a stream: pings it, ends it when its time is over, and cuts off a
 * client that takes nothing any more.
 */
export function openEventStream(res: ServerResponse, times: StreamTimes): EventStream {
  const over = new AbortController();
  let stalled: NodeJS.Timeout | undefined;
  const pinging = setInterval(() => stream.isReady && stream.send(ping), times.pingMs);
  const lifetime = setTimeout(() => stream.end(), times.streamMs);
  const cutOffLater = () => {
    stalled ??= setTimeout(() => res.destroy(), times.stalledMs);
  };
  const stop = () => {
    clearInterval(pinging);
    clearTimeout(lifetime);
    over.abort();
  };

  const stream: EventStream = {
    signal: over.signal,
    get isReady() {
      return !over.signal.aborted && !res.writableNeedDrain;
    },
    send(frames) {
      if (!over.signal.aborted && !res.write(frames)) cutOffLater();
    },
    onDrain: (listener) => void res.on('drain', () => !over.signal.aborted && listener()),
    end() {
      stop();
      cutOffLater();
      res.end();
    },
  };
  res.on('drain', () => {
    clearTimeout(stalled);
    stalled = undefined;
  });
  res.once('close', () => {
    stop();
    clearTimeout(stalled);
  });
  // A response that is broken off reports it here as well as by `close`, which is enough.
  res.on('error', () => undefined);
  stream.send(retryAfter(times.retryMs));
  return stream;
}
