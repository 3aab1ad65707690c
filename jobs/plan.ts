import { createHash } from 'node:crypto';
import type { PlannedColumn } from '../shared/domain/column.ts';
import { boundComments } from '../shared/domain/comments.ts';
import { type PlannedCondition, planFilter } from '../shared/domain/filter.ts';
import type { Job } from '../shared/domain/job.ts';
import { planColumns } from '../shared/domain/plan-columns.ts';
import type { TransportTable } from '../shared/domain/transport.ts';
import { OraFerryError, reportError, toOraFerryError } from '../shared/errors.ts';
import { mapLimited } from '../shared/map-limited.ts';
import type { OracleSource, TableDefinition, TableName, TablePlan } from '../shared/ports.ts';
import { withRetry } from '../shared/retry.ts';
import type { TaskContext } from './context.ts';
import { watchJob } from './watch-job.ts';

// The planner's own sessions; the workers' sessions begin only after planning.
const concurrentTables = 4;

/**
 * Plans a job, if it is this task's turn: columns of every table, the SCN, the count of every table at it, then
 * everything published in one write. Nothing has been written to the bucket by then, so any problem of any
 * table fails the job as a whole, with the problems named. False when another task plans.
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
    await ctx.objects.checkBucket(job.output.bucket);
    const { plans, scn } = await planTables(ctx, job, signal);
    await ctx.ledger.savePlans(job, plans);
    await ctx.ledger.publishPlan(job, scn === undefined ? 'scn-per-table' : 'scn', scn);
    ctx.log.info({ scn, tables: plans.length }, 'The plan is published.');
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

async function planTables(ctx: TaskContext, job: Job, signal: AbortSignal) {
  const tables = await describeTables(ctx, job, signal);
  const scn = job.options.snapshot === 'job' ? await takeScn(ctx, signal) : undefined;
  const plans = await mapLimited(tables, concurrentTables, (table) =>
    countTable(ctx, job, table, scn, signal),
  );
  return { plans, scn };
}

interface DescribedTable {
  readonly table: TransportTable;
  /** What is read when the table is a synonym. */
  readonly source: TableName | undefined;
  readonly position: number;
  readonly columns: readonly PlannedColumn[];
  readonly filter: readonly PlannedCondition[];
  readonly comment: string | undefined;
}

async function describeTables(
  ctx: TaskContext,
  job: Job,
  signal: AbortSignal,
): Promise<DescribedTable[]> {
  const outcomes = await retrying(ctx, signal, (oracle) =>
    oracle.catalogue.describe(job.tables, signal),
  );
  const problems: OraFerryError[] = [];
  const described = job.tables.flatMap((table, position) => {
    try {
      return [describedTable(job, table, position, outcomes[position])];
    } catch (error) {
      problems.push(toOraFerryError(error));
      return [];
    }
  });
  if (problems.length > 0) throw joinProblems(problems);
  return described;
}

function describedTable(
  job: Job,
  table: TransportTable,
  position: number,
  definition: TableDefinition | OraFerryError | undefined,
): DescribedTable {
  if (!definition || definition instanceof OraFerryError) throw definition;
  return {
    table,
    source: definition.source,
    position,
    columns: boundComments(planColumns(definition, table, job.options)),
    filter: planFilter(definition, table.where),
    comment: definition.comment ?? undefined,
  };
}

async function countTable(
  ctx: TaskContext,
  job: Job,
  { table, source, position, columns, filter, comment }: DescribedTable,
  jobScn: string | undefined,
  signal: AbortSignal,
): Promise<TablePlan> {
  const scn = jobScn ?? (await takeScn(ctx, signal));
  // Counted right after the SCN is taken, because the undo that both need only gets older.
  const countedRows =
    job.options.verify === 'count'
      ? await retrying(ctx, signal, (oracle) =>
          oracle.count(source ?? table, { scn, filter }, signal),
        )
      : undefined;
  return {
    splits: 1,
    extraction: {
      id: extractionId(table),
      owner: table.owner,
      table: table.table,
      position,
      epoch: job.epoch,
      scn,
      columns,
      splitsTotal: 1,
      ...(source && { source }),
      ...(filter.length > 0 && { filter }),
      ...(comment !== undefined && { comment }),
      ...(countedRows !== undefined && { countedRows }),
    },
  };
}

function takeScn(ctx: TaskContext, signal: AbortSignal): Promise<string> {
  return retrying(ctx, signal, (oracle) => oracle.currentScn(signal));
}

function retrying<T>(
  ctx: TaskContext,
  signal: AbortSignal,
  operation: (oracle: OracleSource) => Promise<T>,
): Promise<T> {
  const policy = { attempts: ctx.config.job.attempts, initialDelayMs: 250, maxDelayMs: 5_000 };
  return withRetry(policy, signal, () => operation(ctx.oracle));
}

/** A hash, because ids in sequence make a hot range of keys. */
function extractionId({ owner, table }: TransportTable): string {
  return createHash('sha256')
    .update(JSON.stringify([owner, table]))
    .digest('hex')
    .slice(0, 20);
}

/** The report lies in the job's record, which holds 1 MiB, and a missing grant may concern thousands of tables. */
const namedProblems = 20;

function joinProblems(problems: readonly OraFerryError[]): OraFerryError {
  const [first] = problems;
  if (first && problems.length === 1) return first;
  const named = problems.slice(0, namedProblems);
  const unnamed = problems.length - named.length;
  const sentences = named.map((problem) => problem.message);
  if (unnamed > 0) sentences.push(`${unnamed} more tables have problems.`);
  return new OraFerryError(first?.code ?? 'VALIDATION_ERROR', sentences.join(' '), {
    details: { problems: named.map(reportError), problems_total: problems.length },
    cause: first,
  });
}
