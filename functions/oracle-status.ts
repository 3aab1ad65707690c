import { z } from 'zod';
import { reportError } from '../shared/errors.ts';
import type { DatabaseFacts, OracleSource } from '../shared/ports/oracle.ts';
import type { Context } from './context.ts';
import type { Reply } from './http/answer.ts';
import type { Caller } from './http/route.ts';
import { within } from './oracle.ts';
import { errorView } from './views/job.ts';

const factsView = z.object({
  user: z.string(),
  service: z.string(),
  database: z.string(),
  version: z.string(),
  /** Of one round trip. */
  latency_ms: z.number(),
  /** How the SCN of an export is found, V$DATABASE being the most exact; null: in no way. */
  scn_source: z.enum(['V$DATABASE', 'DBMS_FLASHBACK', 'TIMESTAMP_TO_SCN']).nullable(),
  /** Which of the system's views the user may read. */
  views: z.record(z.string(), z.boolean()),
  /** Seconds; null where the user may not look. */
  undo_retention: z.int().nullable(),
  tuned_undo_retention: z.int().nullable(),
});

export const oracleStatusView = z.object({
  connected: z.boolean(),
  /** Why not. */
  error: errorView.nullable(),
  driver: z.enum(['thin', 'thick']),
  /** `open`: Oracle could not be reached several times in a row and is left alone for a while. */
  circuit: z.enum(['closed', 'open', 'half-open']),
  /** Sessions of this instance. */
  pool: z.object({ open: z.int(), in_use: z.int(), max: z.int() }),
  /** Null while there is no connection. */
  database: factsView.nullable(),
});

type Facts = z.output<typeof factsView>;

const answerMs = 30_000;

/** How Oracle is reached and what our user may do there; a database that cannot be reached is an answer, too. */
export async function getOracleStatus(
  ctx: Context,
  { signal }: Caller,
): Promise<Reply<z.output<typeof oracleStatusView>>> {
  const oracle = await ctx.oracle.source();
  const [outcome] = await Promise.allSettled([within(answerMs, signal, askFacts(oracle))]);
  const { driver, circuit, pool } = oracle.connection();
  const isConnected = outcome.status === 'fulfilled';
  return {
    body: {
      connected: isConnected,
      error: isConnected ? null : reportError(outcome.reason),
      driver,
      circuit,
      pool: { open: pool.open, in_use: pool.inUse, max: pool.max },
      database: isConnected ? outcome.value : null,
    },
  };
}

function askFacts(oracle: OracleSource) {
  return async (signal: AbortSignal): Promise<Facts> => {
    const facts = await oracle.catalogue.facts(signal);
    const begun = performance.now();
    const { version } = await oracle.ping(signal);
    const latency = Math.round((performance.now() - begun) * 10) / 10;
    return viewFacts(facts, version, latency);
  };
}

function viewFacts(facts: DatabaseFacts, version: string, latency: number): Facts {
  return {
    user: facts.user,
    service: facts.service,
    database: facts.database,
    version,
    latency_ms: latency,
    scn_source: facts.scn?.source ?? null,
    views: facts.views,
    undo_retention: facts.undoRetention ?? null,
    tuned_undo_retention: facts.tunedUndoRetention ?? null,
  };
}
