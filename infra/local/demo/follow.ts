import { setTimeout as delay } from 'node:timers/promises';
import type { JobView } from './api.ts';
import type { Display } from './display.ts';
import { createPicture, type StatusEvent } from './picture.ts';
import type { StatusStream } from './status-stream.ts';
import { createStopwatch } from './stopwatch.ts';

const POLL_MS = 200;
/** Between looks at the record while the stream is live. */
const CALM_MS = 1_000;
const LONGEST_MS = 10 * 60_000;
const terminal = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED'];

export interface FollowedJob {
  readonly job: JobView;
  /** Per table, the longest that its export can have taken, in milliseconds, as far as we were told. */
  readonly durations: ReadonlyMap<string, number>;
}

export interface Following {
  /** Reads the job's record, which alone decides when the job is at its end. */
  readonly look: () => Promise<JobView>;
  /** Opens the job's live status. */
  readonly hear: (listener: (event: StatusEvent) => void) => StatusStream;
  readonly display: Display;
  readonly signal: AbortSignal;
}

/**
 * Shows the job until its end: by its live status, and by its record whenever the live status has nothing to
 * say. Throws when the job has not ended after ten minutes.
 */
export async function followJob({ look, hear, display, signal }: Following): Promise<FollowedJob> {
  const began = performance.now();
  const picture = createPicture();
  const stopwatch = createStopwatch(began);
  const show = () => {
    const current = picture.current();
    stopwatch.stop(current.tables, performance.now());
    display.show(current);
  };
  const stream = hear((event) => {
    picture.hear(event);
    show();
  });
  try {
    while (performance.now() - began < LONGEST_MS) {
      const asked = performance.now();
      const job = await look();
      stopwatch.look(job.extractions ?? [], asked);
      picture.see(job);
      show();
      if (terminal.includes(job.state)) return { job, durations: stopwatch.durations };
      await untilNextLook(stream, signal);
    }
  } finally {
    stream.close();
    display.close();
  }
  const { state } = picture.current();
  throw new Error(`the job is still ${state} after ${LONGEST_MS / 60_000} minutes`);
}

async function untilNextLook(stream: StatusStream, signal: AbortSignal): Promise<void> {
  const latest = performance.now() + CALM_MS;
  do await delay(POLL_MS, undefined, { signal });
  while (stream.isLive() && performance.now() < latest);
}
