import { setTimeout as sleep } from 'node:timers/promises';
import type { Extraction, TableClaim } from '../shared/domain/extraction.ts';
import { OraFerryError, reportError, toOraFerryError } from '../shared/errors.ts';
import { attemptsAllowed, failureDelayMs, withRetry } from '../shared/retry.ts';
import { logFields } from './log-fields.ts';
import { isOutdated, outdatedReport } from './outdated.ts';
import { identityOf, planTable } from './plan-table.ts';
import { storePolicy } from './store-policy.ts';
import type { Shared } from './work-context.ts';

/** After a change of its definition Oracle may refuse the past of a table for some seconds (ORA-01466). */
const settleMs = 5_000;

/** Plans the table of the claim, to its publication or to the record of why that was not possible. */
export function planClaim(shared: Shared, claim: TableClaim): Promise<void> {
  return carryOut(shared, claim, async (extraction) => {
    const { ctx, job, signal } = shared;
    const plan = await planTable(ctx, job, extraction, signal);
    await withRetry(storePolicy, signal, () => ctx.ledger.publishTable(claim, plan));
    const { splitMethod, ranges, countedRows, scn } = plan;
    const fields = logFields(ctx, job, { table: nameOf(extraction) });
    ctx.log.info(
      { ...fields, scn, splits: ranges.length, splitMethod, rows: countedRows },
      'A table is planned.',
    );
  });
}

/** Looks whether the table of the claim, all of which has been read, is still what was planned. */
export function checkClaim(shared: Shared, claim: TableClaim): Promise<void> {
  return carryOut(shared, claim, async (extraction) => {
    const { ctx, signal } = shared;
    const table = extraction.source ?? extraction;
    const identity = await identityOf(ctx, table, signal);
    if (identity !== extraction.identity) throw changed(extraction);
    await withRetry(storePolicy, signal, () => ctx.ledger.settleTable(claim));
  });
}

function changed(extraction: Extraction): OraFerryError {
  const message = `${nameOf(extraction)} was altered, moved or truncated while it was exported.`;
  return new OraFerryError('TABLE_CHANGED', message);
}

async function carryOut(
  shared: Shared,
  claim: TableClaim,
  step: (extraction: Extraction) => Promise<void>,
): Promise<void> {
  const { ctx, signal } = shared;
  const extraction = await ctx.ledger.extraction(claim.jobId, claim.extractionId);
  const fields = logFields(ctx, shared.job, { table: nameOf(extraction) });
  const log = ctx.log.child({ ...fields, epoch: claim.epoch });
  try {
    await step(extraction);
  } catch (error) {
    const { code, message } = toOraFerryError(error);
    if (code === 'LEASE_LOST') return log.warn({ err: error }, 'The table is not ours any more.');
    if (signal.aborted) return handBack(shared, claim);
    log.warn({ err: error }, `A table could not be ${doing[claim.purpose]}: ${message}`);
    await record(shared, claim, extraction, error).catch((refusal) => {
      if (toOraFerryError(refusal).code !== 'LEASE_LOST') throw refusal;
    });
  }
}

const doing = { plan: 'planned', check: 'checked' } as const;

async function record(
  shared: Shared,
  claim: TableClaim,
  extraction: Extraction,
  error: unknown,
): Promise<void> {
  const { ctx, job, signal } = shared;
  const { ledger } = ctx;
  if (isOutdated(error)) {
    const report = outdatedReport(job, extraction, error);
    await wait(report.code === 'TABLE_CHANGED' ? settleMs : 0, signal);
    if (signal.aborted) return handBack(shared, claim);
    await withRetry(storePolicy, signal, () => ledger.restartTable(claim, report));
    return;
  }
  const allowed = attemptsAllowed(error, ctx.config.job.attempts);
  const failures = extraction.failures + 1;
  const final = failures >= allowed;
  await wait(final ? 0 : failureDelayMs(error, failures), signal);
  if (signal.aborted) return handBack(shared, claim);
  await withRetry(storePolicy, signal, () => ledger.failTable(claim, reportError(error), final));
}

/** The table stays in our hands meanwhile, or an idle session would plan it at once. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

async function handBack({ ctx }: Shared, claim: TableClaim): Promise<void> {
  await ctx.ledger.releaseTable(claim).catch((err) => {
    ctx.log.warn({ err }, 'A table could not be handed back; its lease will run out.');
  });
}

function nameOf({ owner, table }: Extraction): string {
  return `${owner}.${table}`;
}
