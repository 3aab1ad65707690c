import { setTimeout as delay } from 'node:timers/promises';
import type { ExtractionView, JobView } from './api.ts';

const POLL_MS = 200;
const LONGEST_MS = 10 * 60_000;
const terminal = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED'];

export interface FollowedJob {
  readonly job: JobView;
  /** Per table, the longest that its export can have taken, in milliseconds, as far as the polls tell. */
  readonly durations: ReadonlyMap<string, number>;
}

/**
 * Looks at the job until its end and tells each change of its state and each table that is done. Throws when
 * it has not ended after ten minutes.
 */
export async function followJob(
  look: () => Promise<JobView>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<FollowedJob> {
  const giveUp = performance.now() + LONGEST_MS;
  const stopwatch = createStopwatch();
  let state = '';
  while (performance.now() < giveUp) {
    const job = await look();
    if (job.state !== state) say(`job ${job.state}${job.state === 'RUNNING' ? atScn(job) : ''}`);
    state = job.state;
    for (const done of stopwatch.look(job.extractions ?? [])) say(describeTable(done));
    if (terminal.includes(state)) return { job, durations: stopwatch.durations };
    await delay(POLL_MS, undefined, { signal });
  }
  throw new Error(`the job is still ${state} after ${LONGEST_MS / 60_000} minutes`);
}

/** `OWNER.TABLE`, for people and as a key. */
export function tableName({ owner, table }: { owner: string; table: string }): string {
  return `${owner}.${table}`;
}

function atScn({ scn }: JobView): string {
  return scn ? ` at SCN ${scn}` : '';
}

function describeTable(table: ExtractionView): string {
  const { state, rows } = table;
  const result = state === 'FAILED' ? 'failed' : `${rows.toLocaleString('en-US')} rows`;
  return `  ${tableName(table)}: ${result}`;
}

/**
 * Times each table from the last look at which nobody had claimed it to the first at which it is done: never
 * less than it took.
 */
function createStopwatch() {
  const begun = new Map<string, number>();
  const durations = new Map<string, number>();
  let lastLook = performance.now();
  return {
    durations,
    /** Returns the tables that are done since the last look. */
    look(extractions: readonly ExtractionView[]): ExtractionView[] {
      const now = performance.now();
      const isNew = (name: string) => !begun.has(name);
      for (const name of extractions.map(tableName).filter(isNew)) begun.set(name, lastLook);
      for (const one of extractions) if (one.state === 'PENDING') begun.set(tableName(one), now);
      lastLook = now;
      const news = extractions.filter((one) => isDone(one) && !durations.has(tableName(one)));
      for (const name of news.map(tableName)) durations.set(name, now - (begun.get(name) ?? now));
      return news;
    },
  };
}

function isDone({ state, splits_done, splits_total }: ExtractionView): boolean {
  return state === 'FAILED' || (splits_total > 0 && splits_done === splits_total);
}
