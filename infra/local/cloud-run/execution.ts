import { randomUUID } from 'node:crypto';
import { type Attempt, type AttemptResult, startAttempt } from './attempt.ts';
import type { Guard } from './guard.ts';

/** Where a line of output comes from. */
export interface LogSource {
  execution: string;
  index: number;
  attempt: number;
  stream: 'stdout' | 'stderr';
}

/** What an execution runs: the job's definition with the overrides of one RunJob call. */
export interface ExecutionSpec {
  /** `projects/P/locations/R/jobs/J` */
  job: string;
  command: string[];
  args: string[];
  cwd: string;
  env: Record<string, string>;
  taskCount: number;
  maxRetries: number;
  timeoutSeconds: number;
  graceSeconds: number;
  onLog?: ((line: string, task: LogSource) => void) | undefined;
}

export type TaskState = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface Task {
  index: number;
  state: TaskState;
  retried: number;
  startTime: Date;
  completionTime?: Date;
  current?: Attempt;
  last?: AttemptResult;
}

export interface Execution {
  /** `projects/P/locations/R/jobs/J/executions/J-abcde` */
  name: string;
  uid: string;
  spec: ExecutionSpec;
  tasks: Task[];
  createTime: Date;
  completionTime?: Date;
  cancelling: boolean;
  done: Promise<void>;
}

/** Starts all tasks at once; `done` resolves when none runs any more, and never rejects. */
export function startExecution(spec: ExecutionSpec, guard: Guard): Execution {
  const createTime = new Date();
  const tasks = Array.from(
    { length: spec.taskCount },
    (_, index): Task => ({ index, state: 'RUNNING', retried: 0, startTime: createTime }),
  );
  const execution: Execution = {
    name: `${spec.job}/executions/${lastSegment(spec.job)}-${randomUUID().slice(0, 5)}`,
    uid: randomUUID(),
    spec,
    tasks,
    createTime,
    cancelling: false,
    done: Promise.resolve(),
  };
  execution.done = Promise.all(tasks.map((task) => runTask(execution, task, guard))).then(() => {
    execution.completionTime = new Date();
  });
  return execution;
}

/** Asks running tasks to end, kills them after the grace, and starts no further attempt. */
export function cancelExecution(execution: Execution) {
  execution.cancelling = true;
  const graceMs = execution.spec.graceSeconds * 1000;
  for (const { current } of execution.tasks) current?.stop(graceMs);
}

/** Kills all that runs at once. */
export function killExecution(execution: Execution) {
  execution.cancelling = true;
  for (const { current } of execution.tasks) current?.kill('SIGKILL');
}

export function executionState({ tasks, completionTime }: Execution): TaskState {
  if (!completionTime) return 'RUNNING';
  const has = (state: TaskState) => tasks.some((task) => task.state === state);
  if (has('CANCELLED')) return 'CANCELLED';
  return has('FAILED') ? 'FAILED' : 'SUCCEEDED';
}

export const lastSegment = (name: string) => name.slice(name.lastIndexOf('/') + 1);

async function runTask(execution: Execution, task: Task, guard: Guard) {
  const { maxRetries } = execution.spec;
  for (let attempt = 0; ; attempt++) {
    task.retried = attempt;
    task.last = await runAttempt(execution, task, guard);
    task.state = stateAfter(task.last, execution.cancelling, attempt < maxRetries);
    if (task.state !== 'RUNNING') break;
  }
  task.completionTime = new Date();
}

async function runAttempt(execution: Execution, task: Task, guard: Guard): Promise<AttemptResult> {
  const { spec } = execution;
  const source = { execution: execution.name, index: task.index, attempt: task.retried };
  const program = {
    command: [...spec.command, ...spec.args],
    cwd: spec.cwd,
    env: taskEnv(execution, task),
    onLine: (line: string, stream: LogSource['stream']) =>
      spec.onLog?.(line, { ...source, stream }),
  };
  const attempt = startAttempt(program, guard);
  task.current = attempt;
  let timedOut = false;
  const timeout = setTimeout(() => {
    timedOut = true;
    attempt.stop(spec.graceSeconds * 1000);
  }, spec.timeoutSeconds * 1000);
  const result = await attempt.ended;
  clearTimeout(timeout);
  delete task.current;
  return { ...result, timedOut };
}

// https://cloud.google.com/run/docs/container-contract#jobs-env-vars
const taskEnv = ({ name, spec }: Execution, { index, retried }: Task): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  ...spec.env,
  CLOUD_RUN_JOB: lastSegment(spec.job),
  CLOUD_RUN_EXECUTION: lastSegment(name),
  CLOUD_RUN_TASK_INDEX: String(index),
  CLOUD_RUN_TASK_COUNT: String(spec.taskCount),
  CLOUD_RUN_TASK_ATTEMPT: String(retried),
});

function stateAfter(result: AttemptResult, cancelling: boolean, mayRetry: boolean): TaskState {
  if (cancelling) return 'CANCELLED';
  if (result.exitCode === 0 && !result.signal && !result.timedOut) return 'SUCCEEDED';
  return mayRetry ? 'RUNNING' : 'FAILED';
}
