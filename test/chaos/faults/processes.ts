import { setTimeout as sleep } from 'node:timers/promises';
import { leaseSeconds } from '../cloud.ts';
import { done, type FaultKind, longestMs, type Scene } from '../scene.ts';
import { childrenOf, type LiveTask, signalGroup, signalProcess } from '../tasks.ts';
import type { Passing } from '../watch.ts';

export const processFaults: readonly FaultKind[] = [
  { name: 'task killed', weight: 3, inject: killAnyTime },
  killedAt('a part was sent', isPart),
  killedAt('a split or table was written', isWork),
  { name: 'worker killed', weight: 10, inject: killWorker },
  { name: 'task frozen beyond its lease', weight: 2, inject: freeze },
];

/** Whatever starts for the job is killed, until nobody starts anything any more. */
export const killAll: FaultKind = {
  name: 'every task of a job killed',
  weight: 0,
  async inject({ tasks, killed, isOver, random }) {
    const fault = { consumed: 0 };
    while (!isOver()) {
      for (const { pid } of tasks.live()) {
        if (!signalGroup(pid, 'SIGKILL')) continue;
        killed();
        fault.consumed = 1;
      }
      await sleep(random.int(200, 1_500));
    }
    return fault;
  },
};

function killAnyTime(scene: Scene) {
  if (scene.budget.kills <= 0 || !killTask(scene)) return undefined;
  scene.budget.kills -= 1;
  return done;
}

function killTask(scene: Scene): boolean {
  const victim = chooseTask(scene);
  if (!victim || !signalGroup(victim.pid, 'SIGKILL')) return false;
  scene.killed();
  return true;
}

const soonMs = 40;
const mostPerJob = 3;

/** A task is killed at, or very soon after, a write; with luck the one that wrote. */
function killedAt(moment: string, is: (passing: Passing, scene: Scene) => boolean): FaultKind {
  const armed = new WeakSet<Scene>();
  const struck = new WeakMap<Scene, number>();
  return {
    name: `task killed when ${moment}`,
    weight: 4,
    inject(scene) {
      const before = struck.get(scene) ?? 0;
      if (before >= mostPerJob || armed.has(scene)) return undefined;
      const { watch, later, random } = scene;
      const fault = { consumed: 0 };
      const watcher = (passing: Passing) => {
        if (!is(passing, scene)) return;
        watch.remove(watcher);
        armed.delete(scene);
        later(random.int(0, soonMs), () => {
          if (!killTask(scene)) return;
          struck.set(scene, before + 1);
          fault.consumed = 1;
        });
      };
      armed.add(scene);
      watch.add(watcher);
      later(longestMs, () => watch.remove(watcher));
      return fault;
    },
  };
}

function isPart(passing: Passing, { transportName }: Scene): boolean {
  return (
    passing.to === 'gcs' && passing.kind === 'chunk' && passing.url.includes(`/${transportName}/`)
  );
}

function isWork(passing: Passing, { jobId }: Scene): boolean {
  return (
    passing.to === 'firestore' &&
    ['splits', 'extractions'].some((below) => passing.path.startsWith(`jobs/${jobId}/${below}/`))
  );
}

async function killWorker(scene: Scene) {
  const task = chooseTask(scene);
  const workers = task ? await childrenOf(task.pid) : [];
  if (workers.length === 0 || !signalProcess(scene.random.pick(workers), 'SIGKILL'))
    return undefined;
  scene.killed();
  return done;
}

/** All processes of a task stand still while others take its work over; then they go on where they were. */
function freeze(scene: Scene) {
  const victim = chooseTask(scene);
  if (!victim?.works || !signalGroup(victim.pid, 'SIGSTOP')) return undefined;
  const fault = { consumed: 0 };
  const lapsedAt = performance.now() + leaseSeconds * 1_100;
  scene.later(leaseSeconds * scene.random.int(1_100, 2_500), async () => {
    await sleep(Math.max(0, lapsedAt - performance.now()));
    if (signalGroup(victim.pid, 'SIGCONT')) fault.consumed = 1;
  });
  return fault;
}

/** Mostly one that works; now and then one that is only starting. */
function chooseTask({ tasks, random }: Scene): LiveTask | undefined {
  const live = tasks.live();
  const working = live.filter(({ works }) => works);
  const candidates = working.length > 0 && random.chance(0.9) ? working : live;
  return candidates.length > 0 ? random.pick(candidates) : undefined;
}
