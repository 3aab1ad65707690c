import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosOptions } from './arguments.ts';
import type { Cloud } from './cloud.ts';
import { cancelFault } from './faults/cancel.ts';
import { armFinaliser, finaliserFaults } from './faults/finaliser.ts';
import { oracleFaults } from './faults/oracle.ts';
import { killAll, processFaults } from './faults/processes.ts';
import { serviceFaults } from './faults/services.ts';
import type { Random } from './random.ts';
import { done, type FaultKind, type Scene } from './scene.ts';
import { createTally, type Injected, type Tally } from './tally.ts';

const kinds: readonly FaultKind[] = [
  ...processFaults,
  ...oracleFaults,
  ...serviceFaults,
  cancelFault,
];
/** How jobs are launched, in turns. */
const launches = [
  'usual',
  'launch left to reconcile',
  'usual',
  'usual',
  'lost answer to RunJob',
] as const;

/** How often the finaliser of one job is to be killed. */
const finaliserKills = 2;
/** Of so many jobs one has all its tasks killed, however often they are started. */
const jobsPerMassacre = 8;
const massacreMs = 180_000;
/** So often one is chosen of the kinds alone that were not met so far. */
const unmetShare = 0.15;

const allKinds: readonly string[] = [
  ...kinds.map(({ name }) => name),
  killAll.name,
  ...finaliserFaults,
  ...launches.filter((launch) => launch !== 'usual'),
];

export type Storm = ReturnType<typeof createStorm>;

/** Does harm to jobs at random instants until so many processes were killed and every kind of fault was met. */
export function createStorm(
  cloud: Cloud,
  random: Random,
  { kills: wanted, moreKills }: Pick<ChaosOptions, 'kills' | 'moreKills'>,
) {
  const tally = createTally(allKinds);
  let kills = 0;
  let launched = 0;
  let raged = 0;
  const isOver = () =>
    kills >= wanted + moreKills || (kills >= wanted && tally.unmet().length === 0);
  const chooseKind = () => {
    const names = tally.unmet();
    const unmet = kinds.filter(({ name }) => names.includes(name));
    return random.weighted(unmet.length > 0 && random.chance(unmetShare) ? unmet : kinds);
  };

  const rage = (given: Omit<Scene, 'budget' | 'later' | 'killed' | 'isOver'>) => {
    const calm = new AbortController();
    const deeds = createDeeds();
    const isMassacre = ++raged % jobsPerMassacre === jobsPerMassacre / 2;
    const until = performance.now() + (isMassacre ? massacreMs : random.int(20_000, 60_000));
    let calmSince: number | undefined;
    const scene: Scene = {
      ...given,
      budget: { kills: random.int(2, 7), changes: random.int(0, 3) },
      later: deeds.later,
      killed: () => {
        kills += 1;
      },
      isOver: () => calm.signal.aborted || isOver() || performance.now() > until,
    };
    if (!isMassacre) armFinalisers(scene, tally);
    const raging = (async () => {
      while (!scene.isOver()) {
        const kind = isMassacre ? killAll : chooseKind();
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
    unmet: tally.unmet,
    /** How the next job is to be launched. */
    nextLaunch(): (typeof launches)[number] {
      const launch = launches[launched++ % launches.length] ?? 'usual';
      if (launch === 'launch left to reconcile') tally.add(launch, done);
      if (launch === 'lost answer to RunJob') tally.add(launch, loseLaunchAnswer(cloud));
      return launch;
    },
  };
}

function loseLaunchAnswer({ cloudRun }: Cloud): Injected {
  const { faults } = cloudRun;
  const before = faults.consumed('run-job-answer-lost');
  faults.inject('run-job-answer-lost');
  return {
    get consumed() {
      return Math.min(1, faults.consumed('run-job-answer-lost') - before);
    },
  };
}

/** At those steps at which finalisers were killed least often so far. */
function armFinalisers(scene: Scene, tally: Tally): void {
  const met = new Map(tally.counts().map(({ kind, consumed }) => [kind, consumed]));
  const places = finaliserFaults
    .map((kind, place) => ({
      kind,
      place,
      met: met.get(kind) ?? 0,
      order: scene.random.int(0, 99),
    }))
    .toSorted((a, b) => a.met - b.met || a.order - b.order);
  for (const { kind, place } of places.slice(0, finaliserKills)) {
    tally.add(kind, armFinaliser(scene, place));
  }
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
