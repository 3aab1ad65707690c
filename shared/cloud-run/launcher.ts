import { ExecutionsClient, JobsClient, type protos } from '@google-cloud/run';
import { credentials } from '@grpc/grpc-js';
import type { Config } from '../config.ts';
import { type Logger, labelsField } from '../logging.ts';
import type { ExecutionState, LaunchRequest, TaskLauncher } from '../ports/launcher.ts';
import { codeOf, grpcStatus, launchError } from './errors.ts';

type Execution = protos.google.cloud.run.v2.IExecution;

// RunJob only creates the execution; within a minute three attempts and the searches between them must fit.
const launchTimeoutMs = 10_000;
const readOptions = { timeout: 5_000 };
const pageSize = 100;

/**
 * Runs the configured Cloud Run job. Every method throws JOB_LAUNCH_ERROR; its `retryable` is false only when
 * Cloud Run refused, so that nothing can have happened.
 */
export function createTaskLauncher(config: Config, log: Logger): TaskLauncher {
  const { project, region, cloud_run: settings } = config;
  const name = `projects/${project}/locations/${region}/jobs/${settings.job}`;
  const options = { projectId: project, ...endpointOptions(settings.api_endpoint) };
  const jobs = new JobsClient(options);
  const executions = new ExecutionsClient(options);
  return {
    async launch(request) {
      const execution = await launch(jobs, name, request).catch(rethrow);
      const labels = labelsField({ job: request.jobId, transport: request.transportName });
      log.info({ ...labels, execution, tasks: request.tasks }, 'Execution started');
      return execution;
    },
    find: (jobId, since) => find(executions, name, jobId, since).catch(rethrow),
    state: (execution) => readState(executions, execution).catch(rethrow),
    cancel: (execution) => cancel(executions, execution).catch(rethrow),
    async close() {
      await Promise.all([jobs.close(), executions.close()]);
    },
  };
}

function endpointOptions(endpoint: string | undefined) {
  if (endpoint === undefined) return {};
  const [host, port] = endpoint.split(':');
  return { apiEndpoint: host ?? '', port: Number(port), sslCreds: credentials.createInsecure() };
}

/**
 * https://cloud.google.com/run/docs/reference/rpc/google.cloud.run.v2#runjobrequest: overrides reach arguments,
 * environment, task count and timeout, nothing else. The operation ends with the execution and starts to poll
 * only when somebody listens to it, which nobody does: its metadata names the execution at once.
 */
async function launch(jobs: JobsClient, name: string, request: LaunchRequest): Promise<string> {
  const container = {
    args: [
      jobArgument(request.jobId),
      `--transport=${request.transportName}`,
      `--version=${request.version}`,
    ],
    env: [{ name: 'TRACEPARENT', value: request.traceparent }],
  };
  const overrides = { containerOverrides: [container], taskCount: request.tasks };
  const [operation] = await jobs.runJob({ name, overrides }, { timeout: launchTimeoutMs });
  const execution = (operation.metadata as Execution | null)?.name;
  if (execution) return execution;
  throw operation.error ?? new Error('The operation names no execution.');
}

/**
 * ListExecutions has no filter, but answers the newest first:
 * https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs.executions/list
 */
async function find(
  client: ExecutionsClient,
  parent: string,
  jobId: string,
  since: Date,
): Promise<string | undefined> {
  let pageToken: string | undefined = '';
  while (pageToken !== undefined) {
    const page = await listPage(client, { parent, pageSize, pageToken });
    const recent = page.executions.filter((execution) => createdAt(execution) >= since.getTime());
    const match = recent.find((execution) => hasArgument(execution, jobArgument(jobId)));
    if (match?.name) return match.name;
    const reachedOlder = recent.length < page.executions.length;
    pageToken = reachedOlder ? undefined : page.next;
  }
  return undefined;
}

async function listPage(
  client: ExecutionsClient,
  request: protos.google.cloud.run.v2.IListExecutionsRequest,
): Promise<{ executions: Execution[]; next: string | undefined }> {
  // Without autoPaginate: false the client reads all pages at once, whatever the page size.
  const options = { ...readOptions, autoPaginate: false };
  const [executions, , response] = await client.listExecutions(request, options);
  return { executions, next: response?.nextPageToken || undefined };
}

// https://cloud.google.com/run/docs/reference/rpc/google.cloud.run.v2#execution
async function readState(
  client: ExecutionsClient,
  name: string,
): Promise<ExecutionState | undefined> {
  const execution = await getExecution(client, name);
  if (!execution) return undefined;
  if (!execution.completionTime) return 'RUNNING';
  const completed = execution.conditions?.find(({ type }) => type === 'Completed');
  if (completed?.executionReason === 'CANCELLED' || (execution.cancelledCount ?? 0) > 0) {
    return 'CANCELLED';
  }
  return completed?.state === 'CONDITION_SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
}

async function getExecution(
  client: ExecutionsClient,
  name: string,
): Promise<Execution | undefined> {
  try {
    const [execution] = await client.getExecution({ name }, readOptions);
    return execution;
  } catch (error) {
    if (codeOf(error) === grpcStatus.notFound) return undefined;
    throw error;
  }
}

async function cancel(client: ExecutionsClient, name: string): Promise<void> {
  try {
    await client.cancelExecution({ name }, readOptions);
  } catch (error) {
    const code = codeOf(error);
    if (code !== grpcStatus.notFound && code !== grpcStatus.failedPrecondition) throw error;
  }
}

function jobArgument(jobId: string): string {
  return `--job=${jobId}`;
}

function hasArgument(execution: Execution, argument: string): boolean {
  return execution.template?.containers?.some(({ args }) => args?.includes(argument)) ?? false;
}

function createdAt({ createTime }: Execution): number {
  return Number(createTime?.seconds ?? 0) * 1000 + (createTime?.nanos ?? 0) / 1e6;
}

function rethrow(error: unknown): never {
  throw launchError(error);
}
