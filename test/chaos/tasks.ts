import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Cloud } from './cloud.ts';
import type { Passing, Watch } from './watch.ts';

export interface LiveTask {
  readonly index: number;
  readonly pid: number;
  /** It has written to Firestore since it started: it holds a lease. */
  readonly works: boolean;
}

export type Tasks = ReturnType<typeof followTasks>;

/** The processes of one job, and what its writes tell of it. */
export function followTasks({ cloudRun }: Cloud, watch: Watch, jobId: string) {
  const workingPids = new Map<number, number>();
  let finaliser: number | undefined;
  let state = '';

  const running = () =>
    cloudRun
      .executions()
      .filter(({ args, state: now }) => now === 'RUNNING' && args.includes(`--job=${jobId}`))
      .flatMap(({ tasks }) => tasks)
      .flatMap(({ index, pid }) => (pid === undefined ? [] : [{ index, pid }]));
  const live = (): LiveTask[] =>
    running().map(({ index, pid }) => ({ index, pid, works: workingPids.get(index) === pid }));
  const seeLease = (index: number) => {
    const pid = running().find((task) => task.index === index)?.pid;
    if (pid !== undefined) workingPids.set(index, pid);
  };
  const seeJob = (fields: ReadonlyMap<string, string>) => {
    const owner = fields.get('owner');
    if (owner) finaliser = indexOf(owner);
    state = fields.get('state') || state;
  };
  const see = (passing: Passing) => {
    if (passing.to !== 'firestore') return;
    const { path, fields } = passing;
    const leases = `jobs/${jobId}/tasks/`;
    if (path === `jobs/${jobId}`) seeJob(fields);
    else if (path.startsWith(leases)) seeLease(indexOf(path.slice(leases.length)));
  };
  watch.add(see);

  return {
    live,
    /** The job is being finished, as far as its writes tell. */
    isFinishing: () => ['VERIFYING', 'PUBLISHING', 'CANCELLING'].includes(state),
    finaliser: () => live().find(({ index }) => index === finaliser),
    /** Resolves when no process of the job is left; false when that takes too long. */
    async ended(withinMs: number): Promise<boolean> {
      const deadline = performance.now() + withinMs;
      while (live().length > 0 && performance.now() < deadline) await sleep(100);
      return live().length === 0;
    },
    stop: () => watch.remove(see),
  };
}

/** Holders begin with the number of their task. */
function indexOf(holder: string): number {
  return Number.parseInt(holder, 10);
}

/** Signals a task and all that it has started; false when it is gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  return signalProcess(-pid, signal);
}

export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ids of the processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=', '-o', 'ppid=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []));
}
