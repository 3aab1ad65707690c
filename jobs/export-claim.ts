import { setTimeout as sleep } from 'node:timers/promises';
import type { Extraction } from '../shared/domain/extraction.ts';
import type { Claim, SplitResult } from '../shared/domain/split.ts';
import { OraFerryError, reportError, toOraFerryError } from '../shared/errors.ts';
import { attemptsAllowed, failureDelayMs, withRetry } from '../shared/retry.ts';
import type { SplitTask } from './export-split.ts';
import { logFields } from './log-fields.ts';
import { isOutdated, outdatedReport } from './outdated.ts';
import type { AttemptTracker } from './progress.ts';
import { storePolicy } from './store-policy.ts';
import { checkClaim } from './table-claims.ts';
import type { Shared } from './work-context.ts';
import type { SplitWorker } from './worker-process.ts';

// A split that takes its whole task down leaves no failure behind, only another claim.
const maxClaims = 20;
/** Parts may grow to this multiple of the wanted size before the stream goes on in another one. */
const partAllowance = 2;

/** One attempt at a split: to its commit, or to the record of why it failed. */
export async function exportClaim(
  shared: Shared,
  claim: Claim,
  worker: SplitWorker,
): Promise<void> {
  const { ctx, signal } = shared;
  const extraction = await ctx.ledger.extraction(claim.jobId, claim.extractionId);
  const fields = logFields(ctx, shared.job, labelsOf(claim, extraction));
  const log = ctx.log.child({ ...fields, attempt: claim.attempt });
  // Claimed while the plan was given up: whatever were read for it could not be committed.
  if (extraction.epoch !== claim.epoch || extraction.phase !== 'READING') return log.warn(notOurs);
  const tracker = shared.report.track(claim);
  try {
    const { held, result } = await exportRange(shared, claim, extraction, worker, tracker);
    await withRetry(storePolicy, signal, () => ctx.ledger.commitSplit(held, result));
    tracker.commit(result.parts);
    const bytes = result.parts.reduce((sum, part) => sum + part.bytes, 0);
    log.info({ rows: result.rows, bytes }, 'Split done.');
    await checkIfLast(shared, held);
  } catch (error) {
    tracker.drop();
    const { code, message } = toOraFerryError(error);
    if (code === 'LEASE_LOST') return log.warn({ err: error }, notOurs);
    if (signal.aborted) return handBack(shared, claim);
    log.warn({ err: error }, `The attempt failed: ${message}`);
    await record(shared, claim, extraction, error).catch((refusal) => {
      if (toOraFerryError(refusal).code !== 'LEASE_LOST') throw refusal;
      log.warn({ err: refusal }, notOurs);
    });
  }
}

const notOurs = 'The split is not ours any more.';

async function exportRange(
  { ctx, job, signal }: Shared,
  claim: Claim,
  extraction: Extraction,
  worker: SplitWorker,
  tracker: AttemptTracker,
): Promise<{ held: Claim; result: SplitResult }> {
  if (claim.attempt > maxClaims) throw claimedTooOften(claim);
  const { owner, table, source, columns, filter, scn, consistency } = extraction;
  const { options, output, transportName, version } = job;
  const task: SplitTask = {
    owner,
    table,
    source,
    columns,
    filter,
    range: claim.range,
    scn: consistency === 'transaction' ? undefined : scn,
    bucket: output.bucket,
    prefix: output.prefix,
    split: claim.position,
    epoch: claim.epoch,
    attempt: claim.attempt,
    maxPartBytes: options.target_part_bytes * partAllowance,
    gzipLevel: options.gzip_level,
    refuseReplacements: options.on_replacement === 'fail',
    client: claim.jobId,
    action: `${transportName} v${version} ${table} ${claim.position}`,
    logFields: logFields(ctx, job, labelsOf(claim, extraction)),
  };
  let held = claim;
  // Recorded before the first byte, so that the finaliser can end every upload that may still create an object.
  const onUpload = async (name: string, uri: string) => {
    held = await withRetry(storePolicy, signal, () => ctx.ledger.recordUpload(held, name, uri));
  };
  const result = await worker.run(task, { onUpload, onProgress: tracker.advance }, signal);
  return { held, result };
}

function labelsOf({ position }: Claim, { owner, table }: Extraction) {
  return { table: `${owner}.${table}`, split: String(position) };
}

function claimedTooOften({ attempt }: Claim): OraFerryError {
  return new OraFerryError(
    'INTERNAL_ERROR',
    `The split was claimed ${attempt - 1} times and never finished; its tasks may run out of memory.`,
  );
}

/** The check follows at once: a change of the table that comes later cannot matter any more. */
async function checkIfLast(shared: Shared, done: Claim): Promise<void> {
  const { ctx } = shared;
  // Should this fail, the queue finds the table that nobody checks.
  const claim = await ctx.ledger.claimCheck(done).catch(() => undefined);
  if (claim) await checkClaim(shared, claim);
}

async function handBack({ ctx }: Shared, claim: Claim): Promise<void> {
  await ctx.ledger.releaseSplit(claim).catch((err) => {
    ctx.log.warn({ err }, 'A split could not be handed back; its lease will run out.');
  });
}

async function record(
  shared: Shared,
  claim: Claim,
  extraction: Extraction,
  error: unknown,
): Promise<void> {
  const { ctx, job, signal } = shared;
  if (isOutdated(error)) {
    const report = outdatedReport(job, extraction, error);
    await withRetry(storePolicy, signal, () => ctx.ledger.restartTable(claim, report));
    return;
  }
  const failures = claim.failures + 1;
  const final = failures >= attemptsAllowed(error, ctx.config.job.attempts);
  // It stays in our hands while we wait, or idle sessions would use up its attempts at once.
  const delayMs = final ? 0 : failureDelayMs(error, failures);
  await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  if (signal.aborted) return handBack(shared, claim);
  await withRetry(storePolicy, signal, () =>
    ctx.ledger.failSplit(claim, reportError(error), final),
  );
}
