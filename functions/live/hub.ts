import type { ServerResponse } from 'node:http';
import type { Job } from '../../shared/domain/job.ts';
import type { Logger } from '../../shared/logging.ts';
import type { ProgressBus } from '../../shared/ports/messages.ts';
import type { JobStore } from '../../shared/ports/stores.ts';
import { type EventStream, openEventStream } from '../http/event-stream.ts';
import { createEar } from './ear.ts';
import type { Position } from './event-id.ts';
import { followJob } from './follow.ts';
import type { Intervals } from './intervals.ts';
import { createJobWatch, type JobWatch } from './job-watch.ts';

/** The live status of jobs for all clients of this process: one subscription, one watch per job. */
export interface LiveHub {
  /** Begins a stream of events; it is ended with the hub. */
  open(res: ServerResponse): EventStream;
  /** Tells the stream of the job until the job's end. `seen` is what the client knows of it already. */
  follow(stream: EventStream, job: Job, seen?: Position): void;
  /** Ends all streams, so that their clients reconnect elsewhere, and the subscription. Never rejects. */
  close(): Promise<void>;
}

interface HubOptions {
  readonly jobs: JobStore;
  readonly bus: ProgressBus;
  readonly log: Logger;
  readonly intervals: Intervals;
}

export function createLiveHub({ jobs, bus, log, intervals: times }: HubOptions): LiveHub {
  const streams = new Set<EventStream>();
  const watches = new Map<string, JobWatch>();
  const ear = createEar(bus, (progress) => watches.get(progress.jobId)?.hear(progress), log, times);
  const forgetting = new Map<string, NodeJS.Timeout>();
  let isClosed = false;

  function watchOf(job: Job): JobWatch {
    const known = watches.get(job.id);
    if (known) return known;
    let letGo = () => {};
    const watch = createJobWatch(job, {
      jobs,
      log,
      times,
      onWatched() {
        clearTimeout(forgetting.get(job.id));
        letGo = ear.hold();
        return ear.ready();
      },
      onIdle() {
        letGo();
        if (!isClosed)
          forgetting.set(
            job.id,
            setTimeout(() => forget(job.id), times.lingerMs),
          );
      },
    });
    watches.set(job.id, watch);
    return watch;
  }

  /** Not at once: whoever reconnects must not see numbers go back. */
  function forget(jobId: string): void {
    clearTimeout(forgetting.get(jobId));
    forgetting.delete(jobId);
    watches.get(jobId)?.close();
    watches.delete(jobId);
  }

  return {
    open(res) {
      const stream = openEventStream(res, times);
      streams.add(stream);
      stream.signal.addEventListener('abort', () => streams.delete(stream), { once: true });
      if (isClosed) stream.end();
      return stream;
    },
    follow(stream, job, seen) {
      if (!stream.signal.aborted) followJob(stream, watchOf(job), seen, times.catchUpMs);
    },
    async close() {
      isClosed = true;
      for (const stream of streams) stream.end();
      for (const jobId of watches.keys()) forget(jobId);
      await ear.close();
    },
  };
}
