import { setTimeout as sleep } from 'node:timers/promises';
import { leaseSeconds } from '../cloud.ts';
import { done, type FaultKind, type Scene } from '../scene.ts';
import { childrenOf, type LiveTask, signalGroup, signalProcess } from '../tasks.ts';

export const processFaults: readonly FaultKind[] = [
  { name: 'task killed', weight: 14, inject: killTask },
  { name: 'worker killed', weight: 8, inject: killWorker },
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

function killTask(scene: Scene) {
  const victim = chooseTask(scene);
  if (!victim || scene.budget.kills <= 0 || !signalGroup(victim.pid, 'SIGKILL')) return undefined;
  scene.budget.kills -= 1;
  scene.killed();
  return done;
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
