import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from './cloud.ts';
import { cancelFault } from './faults/cancel.ts';
import { armFinaliser, finaliserFaults } from './faults/finaliser.ts';
import { oracleFaults } from './faults/oracle.ts';
import { processFaults } from './faults/processes.ts';
import { serviceFaults } from './faults/services.ts';
import type { Random } from './random.ts';
import { done, type FaultKind, type Scene } from './scene.ts';
import { createTally, type Injected } from './tally.ts';

const kinds: readonly FaultKind[] = [
  ...processFaults,
  ...oracleFaults,
  ...serviceFaults,
  cancelFault,
];
const launchKinds = ['launch left to reconcile', 'lost answer to RunJob'] as const;

/** How often the finaliser of one job is to be killed. */
const finaliserKills = 2;

const allKinds: readonly string[] = [
  ...kinds.map(({ name }) => name),
  ...finaliserFaults,
  ...launchKinds,
];

export type Storm = ReturnType<typeof createStorm>;

/** Does harm to jobs at random instants until so many processes were killed. */
export function createStorm(cloud: Cloud, random: Random, mostKills: number) {
  const tally = createTally(allKinds);
  let kills = 0;
  let finaliserStep = random.int(0, finaliserFaults.length - 1);
  const isOver = () => kills >= mostKills;

  const rage = (given: Omit<Scene, 'budget' | 'later' | 'killed'>) => {
    const calm = new AbortController();
    const deeds = createDeeds();
    let calmSince: number | undefined;
    const scene: Scene = {
      ...given,
      budget: budgetOf(random),
      later: deeds.later,
      killed: () => {
        kills += 1;
      },
    };
    for (let armed = 0; armed < finaliserKills && !isOver(); armed++) {
      const { name, injected } = armFinaliser(scene, finaliserStep++);
      tally.add(name, injected);
    }
    const until = performance.now() + random.int(20_000, 60_000);
    const raging = (async () => {
      while (!calm.signal.aborted && !isOver() && performance.now() < until) {
        const kind = random.weighted(kinds);
        const injected = await kind.inject(scene);
        if (injected) tally.add(kind.name, injected);
        await sleep(random.int(30, 400), undefined, { signal: calm.signal }).catch(() => undefined);
      }
      calmSince = performance.now();
    })();
    return {
      calmSince: () => calmSince,
      /** Ends the harm and undoes what passes by. */
      async end(): Promise<void> {
        calm.abort();
        await raging;
        await deeds.undo();
      },
    };
  };

  return {
    rage,
    isOver,
    kills: () => kills,
    counts: tally.counts,
    note: (kind: (typeof launchKinds)[number], injected: Injected = done) =>
      tally.add(kind, injected),
    loseLaunchAnswer(): void {
      const { faults } = cloud.cloudRun;
      const before = faults.consumed('run-job-answer-lost');
      faults.inject('run-job-answer-lost');
      tally.add('lost answer to RunJob', {
        get consumed() {
          return Math.min(1, faults.consumed('run-job-answer-lost') - before);
        },
      });
    },
  };
}

/** Mostly less than Cloud Run and reconcile together make up for; now and then more than that. */
function budgetOf(random: Random): Scene['budget'] {
  return { kills: random.chance(0.06) ? 60 : random.int(4, 11), changes: random.int(0, 3) };
}

/** What must be undone after a while, or at once when the job has ended. */
function createDeeds() {
  const waiting = new Map<NodeJS.Timeout, () => unknown>();
  const running = new Set<Promise<unknown>>();
  const run = (undo: () => unknown) => {
    const undoing = Promise.resolve(undo()).finally(() => running.delete(undoing));
    running.add(undoing);
  };
  return {
    later(ms: number, undo: () => unknown): void {
      const timer = setTimeout(() => {
        waiting.delete(timer);
        run(undo);
      }, ms);
      waiting.set(timer, undo);
    },
    async undo(): Promise<void> {
      for (const [timer, undo] of waiting) {
        clearTimeout(timer);
        run(undo);
      }
      waiting.clear();
      await Promise.all(running);
    },
  };
}
