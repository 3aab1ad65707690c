import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Job } from '../../../shared/domain/job.ts';
import {
  type Claim,
  type Split,
  type SplitState,
  splitTransitions,
} from '../../../shared/domain/split.ts';
import { OraFerryError } from '../../../shared/errors.ts';
import type { SplitQueue } from '../../../shared/ports.ts';
import { longMs, partOf, present, runningJob, type Stores } from '../../support/stores.ts';

const operations = [
  'claim',
  'commit',
  'fail',
  'failForGood',
  'release',
  'expire',
  'revive',
] as const;
type Operation = (typeof operations)[number];

/** What one of two tasks does next; `pick` chooses among all the claims that it was ever given. */
interface Action {
  readonly task: number;
  readonly operation: Operation;
  readonly pick: number;
}

const action: fc.Arbitrary<Action> = fc.record({
  task: fc.nat(1),
  operation: fc.constantFrom(...operations, 'claim', 'commit'),
  pick: fc.nat(9),
});

/** Actions of one moment happen at the same time. */
const moments = fc.array(fc.array(action, { minLength: 1, maxLength: 3 }), { maxLength: 15 });

export function properties(open: () => Stores): void {
  it('no split is ever committed twice, and the table of its states is obeyed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), moments, async (count, all) => {
        const world = await createWorld(open(), count);
        try {
          for (const moment of all) await live(world, moment);
          await bringToAnEnd(world);
        } finally {
          await world.stores.db.terminate();
        }
      }),
      { numRuns: 12 },
    );
  });
}

interface World {
  readonly stores: Stores;
  readonly job: Job;
  readonly tasks: readonly { readonly holder: string; readonly queue: SplitQueue }[];
  readonly claims: Claim[];
  /** The claim by which each split was committed. */
  readonly committed: Map<string, Claim>;
}

async function createWorld(stores: Stores, count: number): Promise<World> {
  const job = await runningJob(stores, count);
  const holders = ['a', 'b'];
  await Promise.all(holders.map((holder) => stores.ledger.renewLease(job.id, holder, longMs)));
  const tasks = holders.map((holder) => ({ holder, queue: stores.ledger.openQueue(job, holder) }));
  return { stores, job, tasks, claims: [], committed: new Map() };
}

async function live(world: World, moment: readonly Action[]): Promise<void> {
  const before = await world.stores.ledger.splits(world.job.id);
  await Promise.all(moment.map((one) => act(world, one)));
  const after = await world.stores.ledger.splits(world.job.id);
  for (const split of before) {
    const now = present(after.find(({ id }) => id === split.id));
    expect(reachable(split.state, moment.length)).toContain(now.state);
    expect(now.attempt).toBeGreaterThanOrEqual(split.attempt);
    expectCommitKept(world, now);
  }
}

async function act(world: World, { task, operation, pick }: Action): Promise<void> {
  const { ledger } = world.stores;
  const { holder, queue } = present(world.tasks[task]);
  if (operation === 'expire') return ledger.releaseLease(world.job.id, holder);
  if (operation === 'revive') return ledger.renewLease(world.job.id, holder, longMs);
  if (operation === 'claim') return void claim(world, await queue.next());
  const own = world.claims.filter((one) => one.holder === holder);
  const chosen = own[pick % Math.max(1, own.length)];
  if (chosen) await settle(world, chosen, operation).catch(expectLost);
}

function claim(world: World, { claim: given }: { claim: Claim | undefined }): void {
  if (!given) return;
  const same = (one: Claim) => one.splitId === given.splitId && one.attempt === given.attempt;
  expect(world.claims.some(same)).toBe(false);
  world.claims.push(given);
}

async function settle(
  { stores: { ledger }, committed }: World,
  given: Claim,
  operation: Exclude<Operation, 'claim' | 'expire' | 'revive'>,
): Promise<void> {
  const error = { code: 'ORACLE_ERROR', message: 'no' } as const;
  if (operation === 'fail') return ledger.failSplit(given, error, false);
  if (operation === 'failForGood') return ledger.failSplit(given, error, true);
  if (operation === 'release') return ledger.releaseSplit(given);
  await ledger.commitSplit(given, [partOf(given)]);
  expect(committed.get(given.splitId) ?? given).toEqual(given);
  committed.set(given.splitId, given);
}

function expectLost(error: unknown): void {
  if (!(error instanceof OraFerryError)) throw error;
  expect(error.code).toBe('LEASE_LOST');
}

function expectCommitKept({ committed }: World, split: Split): void {
  const winner = committed.get(split.id);
  expect(split.state === 'DONE').toBe(winner !== undefined);
  expect(split.parts).toEqual(winner ? [partOf(winner)] : []);
}

function reachable(from: SplitState, steps: number): Set<SplitState> {
  const states = new Set([from]);
  for (let step = 0; step < steps; step++) {
    for (const state of [...states]) for (const next of splitTransitions[state]) states.add(next);
  }
  return states;
}

/** Whatever has happened: once one task is left alive, it can settle every split and finish. */
async function bringToAnEnd({ stores: { ledger }, job, committed }: World): Promise<void> {
  await ledger.releaseLease(job.id, 'b');
  await ledger.renewLease(job.id, 'a', longMs);
  const queue = ledger.openQueue(job, 'a');
  for (;;) {
    const { claim: given } = await queue.next();
    if (!given) break;
    await ledger.commitSplit(given, [partOf(given)]);
    expect(committed.has(given.splitId)).toBe(false);
  }
  expect(await ledger.beginFinish(job.id, 'a')).toMatchObject({ state: 'VERIFYING' });
}
