import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Extraction,
  phaseTransitions,
  splitsOf,
  type TableClaim,
} from '../../../shared/domain/extraction.ts';
import type { Job } from '../../../shared/domain/job.ts';
import { type Claim, type Split, splitTransitions } from '../../../shared/domain/split.ts';
import { OraFerryError } from '../../../shared/errors.ts';
import type { Work, WorkQueue } from '../../../shared/ports/ledger.ts';
import {
  aTable,
  longMs,
  partOf,
  present,
  type Stores,
  tablePlan,
  unplannedJob,
} from '../../support/stores.ts';

const operations = ['claim', 'do', 'fail', 'fail for good', 'release', 'restart'] as const;
const events = ['expire', 'revive', 'begin anew'] as const;
type Operation = (typeof operations)[number] | (typeof events)[number];

/** What one of two tasks does next; `pick` chooses among all the work that it was ever given. */
interface Action {
  readonly task: number;
  readonly operation: Operation;
  readonly pick: number;
}

const action: fc.Arbitrary<Action> = fc.record({
  task: fc.nat(1),
  operation: fc.constantFrom<Operation>(
    ...operations,
    ...events,
    ...['claim' as const, 'claim' as const, 'do' as const, 'do' as const, 'do' as const],
  ),
  pick: fc.nat(9),
});

/** Actions of one moment happen at the same time. */
const moments = fc.array(fc.array(action, { minLength: 1, maxLength: 3 }), { maxLength: 25 });

export function properties(open: () => Stores): void {
  it('each table ends once, with every split of its last epoch done once, and no zombie’s write counts', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(moments, async (all) => {
        const world = await createWorld(open());
        try {
          for (const moment of all) await live(world, moment);
          await bringToAnEnd(world);
        } finally {
          await world.stores.db.terminate();
        }
      }),
      { numRuns: 10 },
    );
  });
}

interface World {
  readonly stores: Stores;
  readonly job: Job;
  readonly tasks: { readonly holder: string; queue: WorkQueue }[];
  readonly given: Work[];
  /** The claim by which each split was committed. */
  readonly committed: Map<string, Claim>;
}

async function createWorld(stores: Stores): Promise<World> {
  const tables = ['TIMES', 'COSTS'].map((name, position) => aTable(name, { position }));
  const job = await unplannedJob(stores, tables);
  const holders = ['a', 'b'];
  await Promise.all(holders.map((holder) => stores.ledger.renewLease(job.id, holder, longMs)));
  const tasks = holders.map((holder) => ({ holder, queue: stores.ledger.openQueue(job, holder) }));
  return { stores, job, tasks, given: [], committed: new Map() };
}

interface Records {
  readonly tables: readonly Extraction[];
  readonly splits: readonly Split[];
}

async function recordsOf({ stores: { ledger }, job }: World): Promise<Records> {
  const [tables, splits] = await Promise.all([ledger.extractions(job.id), ledger.splits(job.id)]);
  return { tables, splits };
}

async function live(world: World, moment: readonly Action[]): Promise<void> {
  const before = await recordsOf(world);
  await Promise.all(moment.map((one) => act(world, one)));
  const after = await recordsOf(world);
  for (const split of before.splits) {
    const now = present(after.splits.find(({ id }) => id === split.id));
    expect(reachable(splitTransitions, split.state)).toContain(now.state);
    expect(now.attempt).toBeGreaterThanOrEqual(split.attempt);
  }
  for (const table of before.tables) {
    const now = present(after.tables.find(({ id }) => id === table.id));
    expect(reachable(phaseTransitions, table.phase)).toContain(now.phase);
    expect(now.epoch).toBeGreaterThanOrEqual(table.epoch);
  }
  expectCommitsKept(world, after);
}

async function act(world: World, { task: index, operation, pick }: Action): Promise<void> {
  const { ledger } = world.stores;
  const task = present(world.tasks[index]);
  if (operation === 'expire') return ledger.releaseLease(world.job.id, task.holder);
  if (operation === 'revive') return ledger.renewLease(world.job.id, task.holder, longMs);
  if (operation === 'claim') return take(world, (await task.queue.next()).work);
  if (operation === 'begin anew') {
    task.queue = ledger.openQueue(world.job, task.holder);
    return;
  }
  const own = world.given.filter(({ claim }) => claim.holder === task.holder);
  const chosen = own[pick % Math.max(1, own.length)];
  if (chosen) await carryOut(world, chosen, operation).catch(expectLost);
}

/** Nobody is ever given the same work twice. */
function take({ given }: World, work: Work | undefined): void {
  if (!work) return;
  expect(given.map(nameOf)).not.toContain(nameOf(work));
  given.push(work);
}

function nameOf({ kind, claim }: Work): string {
  if ('attempt' in claim) return `${kind} ${claim.splitId} ${claim.attempt}`;
  return `${kind} ${claim.extractionId} ${claim.claimId}`;
}

function carryOut(world: World, { claim }: Work, operation: Operation): Promise<void> {
  return 'attempt' in claim ? onSplit(world, claim, operation) : onTable(world, claim, operation);
}

const error = { code: 'ORACLE_ERROR', message: 'no' } as const;

async function onTable(world: World, claim: TableClaim, operation: Operation): Promise<void> {
  const { ledger } = world.stores;
  if (operation === 'fail') return ledger.failTable(claim, error, false);
  if (operation === 'fail for good') return ledger.failTable(claim, error, true);
  if (operation === 'release') return ledger.releaseTable(claim);
  if (operation === 'restart') return ledger.restartTable(claim, error);
  if (claim.purpose === 'plan') return ledger.publishTable(claim, tablePlan(1 + (claim.epoch % 3)));
  return ledger.settleTable(claim);
}

async function onSplit(world: World, claim: Claim, operation: Operation): Promise<void> {
  const { ledger } = world.stores;
  if (operation === 'fail') return ledger.failSplit(claim, error, false);
  if (operation === 'fail for good') return ledger.failSplit(claim, error, true);
  if (operation === 'release') return ledger.releaseSplit(claim);
  if (operation === 'restart') return ledger.restartTable(claim, error);
  const held = await ledger.recordUpload(claim, 'p', 'http://gcs/1').catch(() => claim);
  await ledger.commitSplit(held, { parts: [partOf(claim)] });
  const same = world.committed.get(claim.splitId) ?? claim;
  expect(same.attempt).toBe(claim.attempt);
  world.committed.set(claim.splitId, claim);
  const check = await ledger.claimCheck(claim);
  if (check) take(world, { kind: 'table', claim: check });
}

function expectLost(thrown: unknown): void {
  if (!(thrown instanceof OraFerryError)) throw thrown;
  expect(thrown.code).toBe('LEASE_LOST');
}

function expectCommitsKept({ committed }: World, { tables, splits }: Records): void {
  for (const split of splits) {
    const winner = committed.get(split.id);
    expect(split.parts).toEqual(winner ? [partOf(winner)] : []);
    if (split.state === 'DONE') expect(winner).toBeDefined();
    if (winner) expect(['DONE', 'SUPERSEDED']).toContain(split.state);
  }
  for (const table of tables.filter(({ phase }) => phase === 'READ')) {
    const own = splitsOf(table, splits);
    const everyPosition = Array.from({ length: table.splitsTotal }, (_, position) => position);
    expect(own.map(({ position }) => position)).toEqual(everyPosition);
    expect(own.every(({ state }) => state === 'DONE')).toBe(true);
  }
}

function reachable<S extends string>(
  transitions: Readonly<Record<S, readonly string[]>>,
  from: S,
): Set<string> {
  const states = new Set<string>([from]);
  for (const state of states) for (const next of transitions[state as S]) states.add(next);
  return states;
}

/** Whatever has happened: once one task is left alive, it can bring every table to its end, and finish. */
async function bringToAnEnd(world: World): Promise<void> {
  const { ledger } = world.stores;
  const { job } = world;
  await ledger.releaseLease(job.id, 'b');
  await ledger.renewLease(job.id, 'a', longMs);
  const queue = ledger.openQueue(job, 'a');
  for (let looks = 0; looks < 200; looks++) {
    const next = await queue.next();
    take(world, next.work);
    if (next.work) await carryOut(world, next.work, 'do');
    else if (!next.open) break;
    const check = world.given.at(-1)?.claim;
    if (check && 'purpose' in check && check.purpose === 'check') {
      await ledger.settleTable(check).catch(expectLost);
    }
  }
  const records = await recordsOf(world);
  expectCommitsKept(world, records);
  for (const { phase } of records.tables) expect(['READ', 'FAILED']).toContain(phase);
  expect(await ledger.beginFinish(job.id, 'a')).toMatchObject({ state: 'VERIFYING' });
}
