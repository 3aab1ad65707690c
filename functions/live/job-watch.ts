import type { Job } from '../../shared/domain/job.ts';
import type { TaskProgress } from '../../shared/domain/progress.ts';
import { reportError } from '../../shared/errors.ts';
import { type Logger, labelsField } from '../../shared/logging.ts';
import type { JobStore } from '../../shared/ports/stores.ts';
import type { Position } from './event-id.ts';
import type { Batch, Feed } from './feed.ts';
import type { Intervals } from './intervals.ts';
import { createRecordReader } from './record-reader.ts';
import { createStory } from './story.ts';

/** One job that clients of this process watch, however many they are. */
export interface JobWatch {
  readonly feed: Feed;
  /** What a client is told first; undefined before the job was read. */
  opening(): Batch | undefined;
  /** How far this process knows the job. */
  position(): Position | undefined;
  /**
   * Calls `tell` once the job was read lately, and then whenever there is news. For who comes back from another
   * process, that may have known more, the job is read again first. Returns the way out.
   */
  attach(tell: () => void, isReturning: boolean): () => void;
  hear(progress: TaskProgress): void;
  close(): void;
}

interface WatchOptions {
  readonly jobs: JobStore;
  readonly log: Logger;
  readonly times: Intervals;
  /** Called when somebody watches again; the next look waits for what it returns. */
  readonly onWatched: () => Promise<void>;
  readonly onIdle: () => void;
}

/** While somebody watches, the job's record is read, and live progress moves the numbers in between. */
export function createJobWatch(job: Job, options: WatchOptions): JobWatch {
  const { jobs, times } = options;
  const log = options.log.child(labelsField({ job: job.id }));
  const story = createStory(job, times.silentMs);
  const watchers = new Set<Watcher>();
  const record = createRecordReader(job, {
    jobs,
    times,
    onRecord(detail, read) {
      story.record(detail);
      for (const watcher of watchers) watcher.isIn ||= read >= watcher.firstRead;
    },
    onLook(error) {
      if (error === undefined) mend();
      else fail(error);
      tellAll();
    },
  });
  let telling: NodeJS.Timeout | undefined;
  let isFailing = false;

  function attach(tell: () => void, isReturning: boolean): () => void {
    const firstRead = record.readFor(isReturning);
    const watcher: Watcher = { tell, firstRead, isIn: firstRead === 0 };
    watchers.add(watcher);
    if (watchers.size === 1) record.start(options.onWatched());
    if (watcher.isIn) tell();
    else record.want();
    return () => {
      if (!watchers.delete(watcher) || watchers.size > 0) return;
      record.stop();
      options.onIdle();
    };
  }

  function hear(progress: TaskProgress): void {
    if (!story.hear(progress)) return;
    telling ??= setTimeout(() => {
      telling = undefined;
      if (story.refresh()) tellAll();
    }, times.tellMs);
    const isSettled = progress.splits.some(({ done }) => done);
    if (isSettled || story.lacks(progress)) record.want();
  }

  /** Once, however long it lasts. */
  function fail(error: unknown): void {
    if (isFailing) return;
    isFailing = true;
    log.warn({ err: error }, 'The record of a watched job cannot be read');
    story.fail(reportError(error));
  }

  function mend(): void {
    if (isFailing) story.mend();
    isFailing = false;
  }

  function tellAll(): void {
    for (const { isIn, tell } of watchers) if (isIn) tell();
  }

  function close(): void {
    record.stop();
    clearTimeout(telling);
    watchers.clear();
  }

  const { feed, opening, position } = story;
  return { feed, opening, position, attach, hear, close };
}

interface Watcher {
  readonly tell: () => void;
  /** Has been told of the record, so news can follow. */
  isIn: boolean;
  /** Of the record, which must have begun after it came. */
  readonly firstRead: number;
}
