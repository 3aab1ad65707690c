import { createHash } from 'node:crypto';
import type { Extraction } from '../shared/domain/extraction.ts';
import type { Job } from '../shared/domain/job.ts';
import type { TransportTable } from '../shared/domain/transport.ts';
import { OraFerryError, reportError, toOraFerryError } from '../shared/errors.ts';
import type { TableDefinition } from '../shared/ports/oracle.ts';
import { askOracle } from './ask-oracle.ts';
import type { TaskContext } from './context.ts';
import { designTable } from './design-table.ts';
import { joinProblems } from './problems.ts';
import { watchJob } from './watch-job.ts';

/**
 * Plans a job, if it is this task's turn: what each table is and, unless each gets its own, the SCN of all. A table
 * that cannot be exported fails on its own, and the job only when there is no other. From the one write at the end
 * on, tasks plan the tables one by one. False when another task plans.
 */
export async function planJob(
  ctx: TaskContext,
  jobId: string,
  holder: string,
  stop: AbortSignal,
): Promise<boolean> {
  const job = await ctx.ledger.beginPlanning(jobId, holder, ctx.execution);
  if (!job) return false;
  ctx.log.info({ epoch: job.epoch, tables: job.tables.length }, 'Planning.');
  const watch = watchJob(ctx, job);
  const signal = AbortSignal.any([stop, watch.signal]);
  try {
    await publish(ctx, job, signal);
  } catch (error) {
    stop.throwIfAborted();
    if (watch.signal.aborted) return true;
    const { code, retryable } = toOraFerryError(error);
    if (code === 'LEASE_LOST' || (code === 'STORE_ERROR' && retryable)) throw error;
    ctx.log.error({ err: error }, 'Planning failed.');
    await ctx.ledger.failPlanning(job, reportError(error));
  } finally {
    watch.stop();
  }
  return true;
}

async function publish(ctx: TaskContext, job: Job, signal: AbortSignal): Promise<void> {
  await ctx.objects.checkBucket(job.output.bucket);
  // The SCN is taken last: what the dictionary said before is what has to hold from then on.
  const tables = await describeTables(ctx, job, signal);
  const isShared = job.options.snapshot === 'job';
  const scn = isShared ? await askOracle(ctx, signal, (o) => o.currentScn(signal)) : undefined;
  const planned = tables.map((table) =>
    table.phase === 'PENDING' && scn !== undefined ? { ...table, scn } : table,
  );
  await ctx.ledger.saveTables(job, planned);
  await ctx.ledger.publishTables(job, isShared ? 'scn' : 'scn-per-table', scn);
  ctx.log.info({ scn, tables: tables.length }, 'The tables can be planned.');
}

async function describeTables(
  ctx: TaskContext,
  job: Job,
  signal: AbortSignal,
): Promise<Extraction[]> {
  const definitions = await askOracle(ctx, signal, ({ catalogue }) =>
    catalogue.describe(job.tables, signal),
  );
  const sources = definitions.flatMap((found) =>
    found instanceof OraFerryError ? [] : [found.source ?? found],
  );
  const sizes = await askOracle(ctx, signal, ({ catalogue }) => catalogue.sizes(sources, signal));
  let at = 0;
  const problems: OraFerryError[] = [];
  const tables = job.tables.map((table, position): Extraction => {
    const definition = definitions[position];
    const found = definition instanceof OraFerryError ? -1 : at++;
    try {
      return toExtraction(job, table, position, definition, sizes[found]);
    } catch (error) {
      const problem = toOraFerryError(error);
      problems.push(problem);
      return { ...bare(table, position), phase: 'FAILED', error: reportError(problem) };
    }
  });
  if (problems.length === tables.length) throw joinProblems(problems);
  return tables;
}

function toExtraction(
  job: Job,
  table: TransportTable,
  position: number,
  definition: TableDefinition | OraFerryError | undefined,
  bytes: number | undefined,
): Extraction {
  if (!definition || definition instanceof OraFerryError) throw definition;
  const { identity, statistics } = definition;
  const estimatedBytes = bytes ?? statistics?.bytes ?? undefined;
  return {
    ...bare(table, position),
    ...designTable(job, table, definition),
    ...(identity !== undefined && { identity }),
    ...(estimatedBytes !== undefined && { estimatedBytes }),
    ...(statistics && { estimatedRows: statistics.rows }),
  };
}

function bare(table: TransportTable, position: number): Extraction {
  return {
    id: extractionId(table),
    owner: table.owner,
    table: table.table,
    kind: 'table',
    position,
    phase: 'PENDING',
    epoch: 0,
    failures: 0,
    columns: [],
    splitsTotal: 0,
  };
}

/** A hash, because ids in sequence make a hot range of keys. */
function extractionId({ owner, table }: TransportTable): string {
  return createHash('sha256')
    .update(JSON.stringify([owner, table]))
    .digest('hex')
    .slice(0, 20);
}
