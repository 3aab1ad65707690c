import { randomUUID } from 'node:crypto';
import { failure, unary } from '../grpc.ts';
import { cancelExecution, type Execution, lastSegment, startExecution } from './execution.ts';
import type { Faults } from './faults.ts';
import type { Guard } from './guard.ts';
import { jobMessage, type LocalJob, type RunOverrides, specOf } from './job.ts';
import { executionMessage, type Operation, operationMessage, taskMessage } from './messages.ts';

export interface RunState {
  /** `projects/P/locations/R` */
  location: string;
  /** By full name. */
  jobs: Map<string, LocalJob>;
  /** Oldest first. */
  executions: Execution[];
  operations: Map<string, Operation>;
  faults: Faults;
  guard: Guard;
  startedAt: Date;
}

interface ByName {
  name: string;
}

interface ListRequest {
  parent: string;
  pageSize?: number;
  pageToken?: string;
}

interface RunJobRequest extends ByName {
  overrides?: RunOverrides;
  validateOnly?: boolean;
}

interface WaitRequest extends ByName {
  timeout?: { seconds?: string; nanos?: number };
}

/** google.cloud.run.v2.Jobs: RunJob and GetJob. */
export const jobsService = (state: RunState) => ({
  RunJob: unary((request: RunJobRequest) => runJob(state, request)),
  GetJob: unary(({ name }: ByName) => {
    const executions = state.executions.filter(({ spec }) => spec.job === name);
    return jobMessage(name, findJob(state, name), executions, state.startedAt);
  }),
});

/** google.cloud.run.v2.Executions, except DeleteExecution. */
export const executionsService = (state: RunState) => ({
  GetExecution: unary(({ name }: ByName) => executionMessage(findExecution(state, name))),
  ListExecutions: unary((request: ListRequest) => listExecutions(state, request)),
  CancelExecution: unary(({ name }: ByName) => cancel(state, name)),
});

/** google.cloud.run.v2.Tasks: ListTasks. */
export const tasksService = (state: RunState) => ({
  ListTasks: unary(({ parent, ...paging }: ListRequest) => {
    const execution = findExecution(state, parent);
    const all = execution.tasks.map((task) => taskMessage(execution, task));
    const { items, ...next } = page(all, paging);
    return { tasks: items, ...next };
  }),
});

/** google.longrunning.Operations: GetOperation and WaitOperation. */
export const operationsService = (state: RunState) => ({
  GetOperation: unary(({ name }: ByName) => operationMessage(findOperation(state, name))),
  WaitOperation: unary(async ({ name, timeout }: WaitRequest) => {
    const operation = findOperation(state, name);
    await settledWithin(operation.execution, timeout);
    return operationMessage(operation);
  }),
});

function runJob(state: RunState, { name, overrides, validateOnly }: RunJobRequest) {
  if (state.faults.take('run-job-refused')) {
    throw failure('PERMISSION_DENIED', `Permission 'run.jobs.run' denied on resource '${name}'`);
  }
  const spec = specOf(name, findJob(state, name), overrides);
  if (validateOnly) throw failure('UNIMPLEMENTED', 'validate_only');
  const execution = startExecution(spec, state.guard);
  state.executions.push(execution);
  const operation = addOperation(state, execution, 'run');
  if (state.faults.take('run-job-answer-lost')) {
    throw failure('UNAVAILABLE', 'The connection was lost before the answer');
  }
  return operationMessage(operation);
}

function findJob(state: RunState, name: string): LocalJob {
  const job = state.jobs.get(name);
  if (job) return job;
  throw failure('NOT_FOUND', `Resource '${lastSegment(name)}' of kind 'JOB' does not exist`);
}

function addOperation(state: RunState, execution: Execution, purpose: Operation['purpose']) {
  const name = `${state.location}/operations/${randomUUID()}`;
  const operation = { name, execution, purpose };
  state.operations.set(name, operation);
  return operation;
}

function findExecution(state: RunState, name: string): Execution {
  const execution = state.executions.find((one) => one.name === name);
  if (execution) return execution;
  throw failure('NOT_FOUND', `Resource '${lastSegment(name)}' of kind 'EXECUTION' does not exist`);
}

// Newest first: https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs.executions/list
function listExecutions(state: RunState, { parent, ...paging }: ListRequest) {
  findJob(state, parent);
  const newestFirst = state.executions.filter(({ spec }) => spec.job === parent).toReversed();
  const { items, ...next } = page(newestFirst.map(executionMessage), paging);
  return { executions: items, ...next };
}

function cancel(state: RunState, name: string) {
  const execution = findExecution(state, name);
  if (execution.completionTime) {
    throw failure('FAILED_PRECONDITION', `Execution '${lastSegment(name)}' has already completed`);
  }
  cancelExecution(execution);
  return operationMessage(addOperation(state, execution, 'cancel'));
}

const DEFAULT_PAGE_SIZE = 100;

/** Tokens name the last item given, so that new items shift no page. */
function page<T extends ByName>(all: T[], { pageSize, pageToken }: Omit<ListRequest, 'parent'>) {
  const start = pageToken ? all.findIndex(({ name }) => name === pageToken) + 1 : 0;
  if (pageToken && start === 0) throw failure('INVALID_ARGUMENT', 'Unknown page token');
  const end = start + (pageSize || DEFAULT_PAGE_SIZE);
  const items = all.slice(start, end);
  return { items, nextPageToken: end < all.length ? (items.at(-1)?.name ?? '') : '' };
}

function findOperation(state: RunState, name: string): Operation {
  const operation = state.operations.get(name);
  if (operation) return operation;
  throw failure('NOT_FOUND', `Operation '${lastSegment(name)}' does not exist`);
}

async function settledWithin({ done }: Execution, timeout: WaitRequest['timeout']) {
  if (!timeout) return done;
  const ms = Number(timeout.seconds ?? 0) * 1000 + (timeout.nanos ?? 0) / 1_000_000;
  const { promise: elapsed, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([done, elapsed]);
  clearTimeout(timer);
}
