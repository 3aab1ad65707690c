import { constants } from 'node:os';
import {
  type Execution,
  type ExecutionSpec,
  executionState,
  lastSegment,
  type Task,
  type TaskState,
} from './execution.ts';

/** google.cloud.run.v2 messages: https://cloud.google.com/run/docs/reference/rpc/google.cloud.run.v2 */
export function executionMessage(execution: Execution) {
  const { spec, tasks } = execution;
  const count = (state: TaskState) => tasks.filter((task) => task.state === state).length;
  return {
    name: execution.name,
    uid: execution.uid,
    job: lastSegment(spec.job),
    generation: '1',
    observedGeneration: '1',
    createTime: timestamp(execution.createTime),
    startTime: timestamp(execution.createTime),
    ...(execution.completionTime && { completionTime: timestamp(execution.completionTime) }),
    updateTime: timestamp(new Date()),
    parallelism: spec.taskCount,
    taskCount: spec.taskCount,
    template: jobTemplate(execution.spec),
    reconciling: !execution.completionTime,
    conditions: [completed(execution), { type: 'Started', state: 'CONDITION_SUCCEEDED' }],
    runningCount: count('RUNNING'),
    succeededCount: count('SUCCEEDED'),
    failedCount: count('FAILED'),
    cancelledCount: count('CANCELLED'),
    retriedCount: tasks.reduce((sum, task) => sum + task.retried, 0),
    logUri: logUri(execution),
  };
}

export function taskMessage(execution: Execution, task: Task) {
  const { containers, maxRetries, timeout } = jobTemplate(execution.spec);
  return {
    name: `${execution.name}/tasks/${lastSegment(execution.name)}-task${task.index}`,
    job: lastSegment(execution.spec.job),
    execution: lastSegment(execution.name),
    containers,
    maxRetries,
    timeout,
    createTime: timestamp(execution.createTime),
    startTime: timestamp(task.startTime),
    ...(task.completionTime && { completionTime: timestamp(task.completionTime) }),
    reconciling: task.state === 'RUNNING',
    conditions: [{ type: 'Completed', state: CONDITION[task.state] }],
    index: task.index,
    retried: task.retried,
    ...(task.last && { lastAttemptResult: attemptResult(task.last) }),
    logUri: logUri(execution),
  };
}

export interface Operation {
  name: string;
  execution: Execution;
  /** A cancelled execution is the success of a cancellation and the failure of a run. */
  purpose: 'run' | 'cancel';
}

export function operationMessage({ name, execution, purpose }: Operation) {
  const state = executionState(execution);
  const packed = {
    '@type': 'type.googleapis.com/google.cloud.run.v2.Execution',
    ...executionMessage(execution),
  };
  if (state === 'RUNNING') return { name, metadata: packed, done: false };
  if (state === 'SUCCEEDED' || purpose === 'cancel') {
    return { name, metadata: packed, done: true, response: packed };
  }
  const error = { code: RPC_CODE[state], message: completed(execution).message };
  return { name, metadata: packed, done: true, error };
}

const CONDITION: Record<TaskState, string> = {
  RUNNING: 'CONDITION_RECONCILING',
  SUCCEEDED: 'CONDITION_SUCCEEDED',
  FAILED: 'CONDITION_FAILED',
  CANCELLED: 'CONDITION_FAILED',
};

// https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto: CANCELLED and UNKNOWN
const RPC_CODE = { CANCELLED: 1, FAILED: 2 };

export const timestamp = (date: Date) => ({
  seconds: String(Math.floor(date.getTime() / 1000)),
  nanos: (date.getTime() % 1000) * 1_000_000,
});

export const jobTemplate = (spec: ExecutionSpec) => ({
  containers: [
    {
      name: lastSegment(spec.job),
      image: 'local',
      command: spec.command,
      args: spec.args,
      env: Object.entries(spec.env).map(([name, value]) => ({ name, value })),
      workingDir: spec.cwd,
    },
  ],
  maxRetries: spec.maxRetries,
  timeout: { seconds: String(Math.floor(spec.timeoutSeconds)) },
});

function completed(execution: Execution) {
  const state = executionState(execution);
  const type = 'Completed';
  if (state === 'RUNNING' && execution.cancelling) {
    return { type, state: CONDITION[state], executionReason: 'CANCELLING', message: 'Cancelling.' };
  }
  return { type, state: CONDITION[state], ...outcome(execution, state) };
}

function outcome({ tasks, spec }: Execution, state: TaskState) {
  if (state === 'CANCELLED') return { executionReason: 'CANCELLED', message: 'Cancelled.' };
  if (state !== 'FAILED') return { message: '' };
  const failed = tasks.filter((task) => task.state === 'FAILED').length;
  const message = `${failed} of ${spec.taskCount} tasks failed after ${spec.maxRetries} retries.`;
  return { executionReason: 'NON_ZERO_EXIT_CODE', message };
}

const attemptResult = ({ exitCode, signal, timedOut }: NonNullable<Task['last']>) => ({
  status:
    signal || exitCode || timedOut
      ? { code: RPC_CODE.FAILED, message: 'The task failed.' }
      : { code: 0 },
  exitCode,
  termSignal: signal ? constants.signals[signal] : 0,
});

function logUri(execution: Execution): string {
  const [, project] = execution.name.split('/');
  const filter = `resource.type="cloud_run_job" labels."run.googleapis.com/execution_name"="${lastSegment(execution.name)}"`;
  return `https://console.cloud.google.com/logs/query;query=${encodeURIComponent(filter)}?project=${project}`;
}
