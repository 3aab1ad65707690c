import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { exitCodeOf } from '../shared/domain/job.ts';
import { toOraFerryError } from '../shared/errors.ts';
import { logLastWords } from '../shared/logging.ts';
import { createTaskContext, type TaskContext } from './context.ts';
import { runJob } from './run-job.ts';
import { endOnUncaught } from './uncaught.ts';

// Cloud Run kills a task 10 seconds after SIGTERM; what has not ended by then is taken over by its lease.
// https://cloud.google.com/run/docs/container-contract#jobs-shutdown
const graceMs = 8_000;
const closeMs = 5_000;
const usageExitCode = 2;
const stoppedExitCode = 143;

const usage = `This program carries out one job; the API starts it with
  --job=<id> --transport=<name> --version=<n>
To export a transport, call POST /api/transport/<id>/execute instead of executing the Cloud Run job by hand.
`;

process.exitCode = await main(process.argv.slice(2));
// Idle sockets of the clients must not keep the task alive.
process.exit();

async function main(args: readonly string[]): Promise<number> {
  const jobId = parseJobId(args);
  if (jobId === undefined) {
    process.stderr.write(usage);
    return usageExitCode;
  }
  const context = await createContext(jobId);
  return context ? carryOut(context, jobId) : usageExitCode;
}

function parseJobId(args: readonly string[]): string | undefined {
  const option = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { job: option, transport: option, version: option },
    });
    return values.job;
  } catch {
    return undefined;
  }
}

/** Without a configuration there is no logger yet: the problem goes out in the form of a log entry all the same. */
async function createContext(jobId: string): Promise<TaskContext | undefined> {
  try {
    return createTaskContext(process.env, jobId);
  } catch (error) {
    logLastWords(error, process.env);
    return undefined;
  }
}

async function carryOut(context: TaskContext, jobId: string): Promise<number> {
  endOnUncaught(context.log);
  const stop = new AbortController();
  process.once('SIGTERM', () => {
    context.log.warn('The task was told to stop; its work is handed back.');
    stop.abort();
    setTimeout(() => process.exit(stoppedExitCode), graceMs).unref();
  });
  try {
    return exitCodeOf(await runJob(context, jobId, stop.signal));
  } catch (error) {
    if (stop.signal.aborted) return stoppedExitCode;
    context.log.error({ err: error }, toOraFerryError(error).message);
    return 1;
  } finally {
    await close(context);
  }
}

/** Clients wait for requests that nobody answers; a task whose work is done does not. */
async function close(context: TaskContext): Promise<void> {
  const closed = context.close().catch((err) => {
    context.log.warn({ err }, 'A client did not close.');
  });
  await Promise.race([closed, sleep(closeMs)]);
}
