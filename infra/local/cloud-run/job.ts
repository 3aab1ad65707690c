import { failure } from '../grpc.ts';
import { type Execution, type ExecutionSpec, executionState, type LogSource } from './execution.ts';
import { jobTemplate, timestamp } from './messages.ts';

/** A job's definition: what a deployment would have put into Cloud Run. */
export interface LocalJob {
  /** Program and its first arguments, as `[process.execPath, 'main.ts']`; overrides add to them. */
  command: string[];
  cwd: string;
  /** All that a task gets besides PATH and Cloud Run's own variables: nothing else is inherited. */
  env: Record<string, string>;
  /** Attempts after the first; default 3. */
  maxRetries?: number;
  /** Of each attempt; default 600. */
  taskTimeoutSeconds?: number;
  /** Between SIGTERM and SIGKILL; default 10. */
  graceSeconds?: number;
  onLog?: (line: string, task: LogSource) => void;
}

export interface RunOverrides {
  containerOverrides: {
    args: string[];
    env: { name: string; value?: string }[];
    clearArgs?: boolean;
  }[];
  taskCount?: number;
  timeout?: { seconds?: string; nanos?: number };
}

/** https://cloud.google.com/run/docs/reference/rpc/google.cloud.run.v2#overrides */
export function specOf(name: string, job: LocalJob, overrides?: RunOverrides): ExecutionSpec {
  const [container, ...more] = overrides?.containerOverrides ?? [];
  if (more.length > 0) throw failure('INVALID_ARGUMENT', 'The job has one container');
  if (container?.clearArgs && container.args.length > 0) {
    throw failure('INVALID_ARGUMENT', 'args and clear_args exclude each other');
  }
  const extra = container?.env.map((one) => [one.name, one.value ?? '']) ?? [];
  return {
    job: name,
    command: job.command,
    args: container?.args ?? [],
    cwd: job.cwd,
    env: { ...job.env, ...Object.fromEntries(extra) },
    taskCount: overrides?.taskCount || 1,
    maxRetries: job.maxRetries ?? 3,
    timeoutSeconds: secondsOf(overrides?.timeout) || (job.taskTimeoutSeconds ?? 600),
    graceSeconds: job.graceSeconds ?? 10,
    onLog: job.onLog,
  };
}

export function jobMessage(name: string, job: LocalJob, executions: Execution[], createTime: Date) {
  const newest = executions.at(-1);
  return {
    name,
    generation: '1',
    observedGeneration: '1',
    createTime: timestamp(createTime),
    updateTime: timestamp(createTime),
    template: { taskCount: 1, template: jobTemplate(specOf(name, job)) },
    terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED' },
    executionCount: executions.length,
    ...(newest && { latestCreatedExecution: reference(newest) }),
  };
}

const reference = (execution: Execution) => ({
  name: execution.name,
  createTime: timestamp(execution.createTime),
  ...(execution.completionTime && { completionTime: timestamp(execution.completionTime) }),
  completionStatus: `EXECUTION_${executionState(execution)}`,
});

const secondsOf = (duration: RunOverrides['timeout']) =>
  Number(duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9;
