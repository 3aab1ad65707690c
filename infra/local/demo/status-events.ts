import { z } from 'zod';
import type { StatusEvent } from './picture.ts';

const job = z.object({
  state: z.string(),
  scn: z.string().nullish(),
  extractions: z.array(
    z.object({
      owner: z.string(),
      table: z.string(),
      state: z.string(),
      rows: z.number(),
      splits_done: z.number(),
      splits_total: z.number(),
    }),
  ),
});

const table = z
  .object({
    table: z.string(),
    state: z.string().optional(),
    rows_processed: z.number(),
    rows_per_second: z.number(),
    progress_percent: z.number(),
    splits_done: z.number(),
    splits_total: z.number(),
  })
  .transform((view) => ({
    name: view.table,
    failed: view.state === 'FAILED',
    done: view.splits_total > 0 && view.splits_done === view.splits_total,
    rows: view.rows_processed,
    rowsPerSecond: view.rows_per_second,
    percent: view.progress_percent,
  }));

const events = {
  snapshot: z
    .object({ job: job.nullable(), progress: z.array(table) })
    .transform((data) => ({ tables: data.progress, ...(data.job && { job: data.job }) })),
  progress: table.transform((data) => ({ tables: [data] })),
  table: table.transform((data) => ({ tables: [data] })),
  terminal: z.object({ job }).transform((data) => ({ tables: [], job: data.job })),
};

type EventName = keyof typeof events;

/** The events that the demo listens to. `error` is not among them: the record names every error, too. */
export const statusEventNames = Object.keys(events) as EventName[];

/** Reads the data of an event; undefined when it is not what we know of. */
export function parseStatusEvent(name: EventName, data: string): StatusEvent | undefined {
  const { success, data: event } = events[name].safeParse(jsonOf(data));
  return success ? { ...event, terminal: name === 'terminal' } : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
