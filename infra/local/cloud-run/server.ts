import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadPackageDefinition, Server, type ServiceClientConstructor } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { listen } from '../grpc.ts';
import {
  type Execution,
  executionState,
  killExecution,
  lastSegment,
  type TaskState,
} from './execution.ts';
import { createFaults, type Faults } from './faults.ts';
import { startGuard } from './guard.ts';
import type { LocalJob } from './job.ts';
import {
  executionsService,
  jobsService,
  operationsService,
  type RunState,
  tasksService,
} from './service.ts';

export interface CloudRunOptions {
  /** Default 0: any free port. */
  port?: number;
  project: string;
  region: string;
  /** By their short names. */
  jobs: Record<string, LocalJob>;
}

/** An execution as tests and the local stack look at it. */
interface ExecutionView {
  name: string;
  state: TaskState;
  args: string[];
  tasks: { index: number; state: TaskState; retried: number; pid: number | undefined }[];
}

export interface LocalCloudRun {
  host: '127.0.0.1';
  port: number;
  faults: Omit<Faults, 'take'>;
  /** Newest first. */
  executions(): ExecutionView[];
  /** Signals a running task and all that it has started. Throws when there is none; takes full or short names. */
  kill(execution: string, taskIndex: number, signal: NodeJS.Signals): void;
  /** Kills every task, waits for its end, and closes the port. */
  close(): Promise<void>;
}

/**
 * Cloud Run jobs on loopback for the real `@google-cloud/run` client: executions are processes of this machine.
 * All tasks of an execution run at once, and the others go on when one has failed. Throws when the port is taken.
 */
export async function startCloudRun(options: CloudRunOptions): Promise<LocalCloudRun> {
  const state = createState(options);
  const server = new Server();
  addServices(server, state);
  const port = await listen(server, options.port ?? 0);
  return {
    host: '127.0.0.1',
    port,
    faults: state.faults,
    executions: () => state.executions.map(viewOf).toReversed(),
    kill: (execution, taskIndex, signal) => kill(state, execution, taskIndex, signal),
    async close() {
      server.forceShutdown();
      state.executions.forEach(killExecution);
      await Promise.all(state.executions.map(({ done }) => done));
      await state.guard.close();
    },
  };
}

function createState({ project, region, jobs }: CloudRunOptions): RunState {
  const location = `projects/${project}/locations/${region}`;
  const named = Object.entries(jobs).map(([id, job]) => [`${location}/jobs/${id}`, job] as const);
  return {
    location,
    jobs: new Map(named),
    executions: [],
    operations: new Map(),
    faults: createFaults(),
    guard: startGuard(),
    startedAt: new Date(),
  };
}

type Services<Name extends string> = Record<Name, ServiceClientConstructor>;

function addServices(server: Server, state: RunState) {
  const { run, operations } = serviceDefinitions();
  server.addService(run.Jobs.service, jobsService(state));
  server.addService(run.Executions.service, executionsService(state));
  server.addService(run.Tasks.service, tasksService(state));
  server.addService(operations.Operations.service, operationsService(state));
}

function serviceDefinitions() {
  const require = createRequire(import.meta.url);
  const client = dirname(require.resolve('@google-cloud/run'));
  const definition = fromJSON(require(join(client, '../protos/protos.json')), {
    longs: String,
    enums: String,
    arrays: true,
    objects: true,
  });
  const { google } = loadPackageDefinition(definition) as unknown as {
    google: {
      cloud: { run: { v2: Services<'Jobs' | 'Executions' | 'Tasks'> } };
      longrunning: Services<'Operations'>;
    };
  };
  return { run: google.cloud.run.v2, operations: google.longrunning };
}

const viewOf = (execution: Execution): ExecutionView => ({
  name: execution.name,
  state: executionState(execution),
  args: execution.spec.args,
  tasks: execution.tasks.map(({ index, state, retried, current }) => ({
    index,
    state,
    retried,
    pid: current?.pid,
  })),
});

function kill(state: RunState, name: string, taskIndex: number, signal: NodeJS.Signals) {
  const execution = state.executions.find((one) => lastSegment(one.name) === lastSegment(name));
  const running = execution?.tasks[taskIndex]?.current;
  if (!running) throw new Error(`Task ${taskIndex} of ${name} is not running`);
  running.kill(signal);
}
