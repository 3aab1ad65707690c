import { isTerminal, type Job } from '../../shared/domain/job.ts';
import type { JobDetail, JobStore } from '../../shared/ports/stores.ts';
import type { Intervals } from './intervals.ts';

/** Reads a job's record again and again, as seldom as it can. */
export interface RecordReader {
  /**
   * Number of the read that whoever comes now must wait for. Zero when it was read lately, which is not enough
   * for who comes back from elsewhere, or when nothing newer will ever come.
   */
  readFor(isReturning: boolean): number;
  /** Begins to look, once `after` is settled. */
  start(after: Promise<void>): void;
  /** Something asks for the whole record soon. */
  want(): void;
  stop(): void;
}

interface ReaderOptions {
  readonly jobs: JobStore;
  readonly times: Intervals;
  onRecord(detail: JobDetail, read: number): void;
  /** A look has succeeded or, with an error, failed; the next one comes anyway. */
  onLook(error?: unknown): void;
}

/**
 * Each look reads the job alone; the whole record, which is many documents, is read when the job's state has
 * changed, when it is wanted, and once in a while. The record of a job that is over is final.
 */
export function createRecordReader(
  { tenant, id }: Job,
  { jobs, times, onRecord, onLook }: ReaderOptions,
): RecordReader {
  let last: Job | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isOn = false;
  let isLooking = false;
  let reads = 0;
  let isWanted = false;
  let hasFailed = false;
  let before = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const isOver = () => last !== undefined && isTerminal(last.state);

  function schedule(): void {
    clearTimeout(timer);
    if (!isOn || isLooking || isOver()) return;
    const at = isWanted && !hasFailed ? readAt + times.freshMs : lookedAt + times.lookMs;
    timer = setTimeout(() => void look(), Math.max(0, at - performance.now()));
  }

  /** Never rejects. */
  async function look(): Promise<void> {
    isLooking = true;
    await before;
    lookedAt = performance.now();
    const error = await read(lookedAt).catch((thrown: unknown) => thrown);
    hasFailed = error !== undefined;
    isWanted ||= hasFailed;
    onLook(error);
    isLooking = false;
    schedule();
  }

  async function read(now: number): Promise<void> {
    if (!isWanted && now - readAt < times.detailMs) {
      const { state, epoch } = await jobs.get(tenant, id);
      if (state === last?.state && epoch === last.epoch) return;
    }
    isWanted = false;
    reads += 1;
    const detail = await jobs.detail(tenant, id);
    readAt = now;
    last = detail.job;
    onRecord(detail, reads);
  }

  return {
    readFor(isReturning) {
      const isFresh = performance.now() - readAt < times.freshMs;
      return isOver() || (isFresh && !isReturning) ? 0 : reads + 1;
    },
    start(after) {
      before = after;
      isOn = true;
      schedule();
    },
    want() {
      isWanted = true;
      schedule();
    },
    stop() {
      isOn = false;
      clearTimeout(timer);
    },
  };
}
