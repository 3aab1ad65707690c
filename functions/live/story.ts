import { isTerminal, type Job } from '../../shared/domain/job.ts';
import type { TaskProgress } from '../../shared/domain/progress.ts';
import type { ErrorReport } from '../../shared/errors.ts';
import type { JobDetail } from '../../shared/ports/stores.ts';
import { formatEvent } from '../http/sse.ts';
import { type JobDetailView, viewJobDetail } from '../views/job.ts';
import type { ShownTable } from '../views/progress.ts';
import { type Position, positionOf } from './event-id.ts';
import { errorEvent, snapshotEvent, terminalEvent } from './events.ts';
import { type Batch, createFeed, type Feed } from './feed.ts';
import { createTableNews } from './table-news.ts';
import { createTally } from './tally.ts';

/** A job as events tell it: takes records and live progress, and keeps the feed of what is new. */
export interface Story {
  readonly feed: Feed;
  /** The snapshot of the moment; undefined before the first record. */
  opening(): Batch | undefined;
  position(): Position | undefined;
  record(detail: JobDetail): void;
  /** False for what is older than what was heard before. */
  hear(progress: TaskProgress): boolean;
  /** True when it tells of splits that the record did not have yet. */
  lacks(progress: TaskProgress): boolean;
  /** Puts what was heard into the feed. False when nothing has changed. */
  refresh(): boolean;
  /** The record cannot be read at the moment. */
  fail(error: ErrorReport): void;
  /** It can be read again. */
  mend(): void;
}

export function createStory(job: Job, silentMs: number): Story {
  const feed = createFeed();
  const tally = createTally(silentMs);
  const tellTables = createTableNews(feed);
  let now: Chapter | undefined;

  function record(detail: JobDetail): void {
    tally.record(detail);
    const before = now;
    const { job: current } = detail;
    const isEnd = isTerminal(current.state);
    const view = viewJobDetail(detail);
    // The id of nothing but the end itself may say that the end was seen.
    now = chapterOf(view, tally.tables(), isEnd && before ? before.position : current);
    tellTables(now.tables, view.extractions, now.position);
    if (isEnd) end(current, now);
    else if (before && hasTurned(before, now)) {
      feed.put('snapshot', snapshotEvent(view, now.tables, now.position));
    }
  }

  function end(ended: Job, { view, tables }: Chapter): void {
    now = chapterOf(view, tables, ended);
    if (ended.error) feed.put('error', errorEvent(ended.error, job), 'standing');
    else feed.drop('error');
    feed.put('terminal', terminalEvent(view, now.position), 'last');
  }

  function refresh(): boolean {
    if (!now || isTerminal(now.position.state)) return false;
    const { version } = feed;
    now = chapterOf(now.view, tally.tables(), now.position);
    tellTables(now.tables, now.view.extractions, now.position);
    return feed.version > version;
  }

  return {
    feed,
    record,
    refresh,
    position: () => now?.position,
    hear: tally.hear,
    lacks: tally.lacks,
    opening: () => now && feed.opening(frameOf(now)),
    fail: (error) => feed.put('error', errorEvent(error, job), 'standing'),
    mend() {
      if (now && !isTerminal(now.position.state)) feed.drop('error');
    },
  };
}

/** All that is known at one moment. */
interface Chapter {
  readonly view: JobDetailView;
  readonly tables: readonly ShownTable[];
  readonly position: Position;
  /** The snapshot as it goes out, made when first asked for. */
  frame?: Buffer;
}

function chapterOf(
  view: JobDetailView,
  tables: readonly ShownTable[],
  { epoch, state }: Pick<Position, 'epoch' | 'state'>,
): Chapter {
  const rows = tables.map(({ shown }) => shown.rows);
  return { view, tables, position: positionOf({ id: view.id, epoch, state }, rows) };
}

function hasTurned({ position: before }: Chapter, { position: now }: Chapter): boolean {
  const isSamePlan = before.epoch === now.epoch && before.rows.length === now.rows.length;
  return before.state !== now.state || !isSamePlan;
}

function frameOf(chapter: Chapter): Buffer {
  const { view, tables, position } = chapter;
  if (chapter.frame) return chapter.frame;
  const isOver = isTerminal(position.state);
  const event = snapshotEvent(view, tables, isOver ? undefined : position);
  chapter.frame = Buffer.from(formatEvent(event));
  return chapter.frame;
}
