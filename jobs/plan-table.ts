import type { Extraction } from '../shared/domain/extraction.ts';
import type { Job } from '../shared/domain/job.ts';
import { splitsWanted } from '../shared/domain/splits-wanted.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { TablePlan } from '../shared/ports/ledger.ts';
import type { RowChoice, TableName } from '../shared/ports/oracle.ts';
import { askOracle } from './ask-oracle.ts';
import type { TaskContext } from './context.ts';
import { designTable } from './design-table.ts';

/**
 * How the table is to be read: at which SCN, how many rows Oracle counts there, in which splits. The count comes
 * first, because the undo that it needs only gets older. Throws what Oracle says.
 */
export async function planTable(
  ctx: TaskContext,
  job: Job,
  extraction: Extraction,
  signal: AbortSignal,
): Promise<TablePlan> {
  const { scn, ...known } = await snapshotOf(ctx, job, extraction, signal);
  const { kind, filter, columns, source } = known.design ?? extraction;
  const table = source ?? { owner: extraction.owner, table: extraction.table };
  const choice = { scn, filter };
  const count = await countAt(ctx, job, columns, { table, choice }, signal);
  if (count === 'forbidden') return { ...known, ...inOneTransaction };
  const countedRows = count === 'unknown' ? undefined : count;
  const splits = splitsWanted(ctx.config.job, job.options, { ...extraction, countedRows });
  const { method, ranges } = await divide(ctx, { ...table, kind, scn, splits }, signal);
  return {
    ...known,
    scn,
    consistency: 'scn',
    splitMethod: method,
    ranges,
    ...(countedRows !== undefined && { countedRows }),
  };
}

/** Without the right to read the past, what belongs together must come out of one transaction. */
const inOneTransaction = {
  consistency: 'transaction',
  splitMethod: 'whole table',
  ranges: [{ kind: 'whole' }],
} as const satisfies TablePlan;

type Snapshot = Pick<TablePlan, 'identity' | 'design'> & { readonly scn: string };

/**
 * A table that gets an SCN of its own may have changed since it was described. Identity and definition are of before
 * the SCN, in this order, so that whatever changes later shows.
 */
async function snapshotOf(
  ctx: TaskContext,
  job: Job,
  { scn, identity, owner, table, position }: Extraction,
  signal: AbortSignal,
): Promise<Snapshot> {
  if (scn !== undefined) return { scn, ...(identity !== undefined && { identity }) };
  const definition = await askOracle(ctx, signal, (o) => o.describe({ owner, table }, signal));
  const wanted = job.tables[position] ?? { owner, table };
  return {
    design: designTable(job, wanted, definition),
    ...(definition.identity !== undefined && { identity: definition.identity }),
    scn: await askOracle(ctx, signal, (o) => o.currentScn(signal)),
  };
}

/** What the dictionary says of the table now; to be compared with what it said before. */
export async function identityOf(
  ctx: TaskContext,
  table: TableName,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [identity] = await askOracle(ctx, signal, ({ catalogue }) =>
    catalogue.identities([table], signal),
  );
  return identity;
}

interface Question {
  readonly table: TableName;
  readonly choice: RowChoice;
}

/** The rows at the SCN; where nobody wants to know, one row is read to see whether that is allowed. */
async function countAt(
  ctx: TaskContext,
  job: Job,
  columns: Extraction['columns'],
  { table, choice }: Question,
  signal: AbortSignal,
): Promise<number | 'unknown' | 'forbidden'> {
  try {
    if (job.options.verify === 'count') {
      return await askOracle(ctx, signal, (oracle) => oracle.count(table, choice, signal));
    }
    const query = { ...table, ...choice, columns: columns.slice(0, 1), limit: 1 };
    await askOracle(ctx, signal, (oracle) => Array.fromAsync(oracle.rows(query, signal)));
    return 'unknown';
  } catch (error) {
    if (isFlashbackForbidden(error)) return 'forbidden';
    throw error;
  }
}

function isFlashbackForbidden(error: unknown): boolean {
  return error instanceof OraFerryError && error.code === 'PERMISSION_DENIED';
}

function divide(
  ctx: TaskContext,
  request: Parameters<TaskContext['oracle']['divide']>[0],
  signal: AbortSignal,
): ReturnType<TaskContext['oracle']['divide']> {
  if (request.splits <= 1) {
    return Promise.resolve({ method: 'whole table', ranges: [{ kind: 'whole' }] });
  }
  return askOracle(ctx, signal, (oracle) => oracle.divide(request, signal));
}
