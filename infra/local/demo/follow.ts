import { setTimeout as delay } from 'node:timers/promises';
import type { Api, ExtractionView, JobView } from './api.ts';

const POLL_MS = 200;
const LONGEST_MS = 10 * 60_000;
const terminal = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED'];

export interface FollowedJob {
  readonly job: JobView;
  /** Per table, the longest that its export can have taken, in milliseconds, as far as the polls tell. */
  readonly durations: ReadonlyMap<string, number>;
}

/**
 * Polls the job to its end and tells each change of the job's state and each table that is done. Throws when
 * the job has not ended after ten minutes.
 */
export async function followJob(
  api: Api,
  id: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<FollowedJob> {
  const giveUp = performance.now() + LONGEST_MS;
  const stopwatch = createStopwatch();
  let state = '';
  while (performance.now() < giveUp) {
    const job = await api.job(id);
    if (job.state !== state) say(`job ${job.state}${job.state === 'RUNNING' ? atScn(job) : ''}`);
    state = job.state;
    for (const done of stopwatch.look(job.extractions ?? [])) say(describeTable(done));
    if (terminal.includes(state)) return { job, durations: stopwatch.durations };
    await delay(POLL_MS, undefined, { signal });
  }
  throw new Error(`job ${id} is still ${state} after ${LONGEST_MS / 60_000} minutes`);
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

/** Times each table from the last look at which it had not begun to the first at which it is done. */
function createStopwatch() {
  const begun = new Map<string, number>();
  const durations = new Map<string, number>();
  return {
    durations,
    /** Returns the tables that are done since the last look. */
    look(extractions: readonly ExtractionView[]): ExtractionView[] {
      const now = performance.now();
      for (const extraction of extractions) {
        if (extraction.state === 'PENDING') begun.set(tableName(extraction), now);
      }
      const news = extractions.filter((one) => isDone(one) && !durations.has(tableName(one)));
      for (const table of news) {
        const name = tableName(table);
        durations.set(name, now - (begun.get(name) ?? now - POLL_MS));
      }
      return news;
    },
  };
}

function isDone({ state, splits_done, splits_total }: ExtractionView): boolean {
  return state === 'FAILED' || (splits_total > 0 && splits_done === splits_total);
}
