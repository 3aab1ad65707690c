import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SplitResult } from '../shared/domain/split.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { SplitHooks, SplitTask } from './export-split.ts';
import { type FromWorker, fromFailure, type ToWorker, toFailure } from './worker-messages.ts';

/** A process of its own that exports one split at a time. */
export interface SplitWorker {
  /**
   * As exportSplit. An abort rejects with the signal's reason once the worker has let go, or was killed for not
   * doing so. A worker that dies or cannot be started rejects with a retryable INTERNAL_ERROR; the next run starts
   * another process.
   */
  run(task: SplitTask, hooks: SplitHooks, signal: AbortSignal): Promise<SplitResult>;
  /** Ends the process. */
  stop(): Promise<void>;
  /** Of the process, while there is one. */
  readonly pid: number | undefined;
}

const entry = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

/** A worker that does not answer an abort or a stop within this time is killed. */
const patienceMs = 5_000;

/**
 * One process per Oracle session: in the driver's Thin mode rows are decoded on a process's main thread, and in
 * Thick mode a fault in Oracle's native code, or a thread pool full of its calls, must not take the task with it,
 * which keeps the lease. The process starts with the first run.
 */
export function startWorker(env: NodeJS.ProcessEnv = process.env): SplitWorker {
  let process: ChildProcess | undefined;
  let runs = 0;

  function live(): ChildProcess {
    if (process && isLive(process)) return process;
    try {
      process = fork(entry, { env });
    } catch (cause) {
      throw notStarted(cause);
    }
    return process;
  }

  return {
    async run(task, hooks, signal) {
      signal.throwIfAborted();
      const id = ++runs;
      return runIn(live(), { id, task, hooks, signal });
    },
    async stop() {
      if (!process || !isLive(process)) return;
      const exited = once(process, 'exit');
      tell(process, { kind: 'stop' });
      const killer = killLater(process);
      await exited;
      clearTimeout(killer);
    },
    get pid() {
      return process && isLive(process) ? process.pid : undefined;
    },
  };
}

interface Run {
  readonly id: number;
  readonly task: SplitTask;
  readonly hooks: SplitHooks;
  readonly signal: AbortSignal;
}

async function runIn(process: ChildProcess, run: Run): Promise<SplitResult> {
  const { id, task, signal } = run;
  const { promise, resolve, reject } = Promise.withResolvers<SplitResult>();
  let killer: NodeJS.Timeout | undefined;

  const onMessage = (message: FromWorker) => {
    if (message.run !== id) return;
    if (message.kind === 'done') resolve(message.result);
    else if (message.kind === 'failed') reject(fromFailure(message.failure));
    else if (message.kind === 'progress') run.hooks.onProgress?.(message.progress);
    else void record(process, run, message);
  };
  const onExit = (code: number | null, killedBy: string | null) => reject(died(code, killedBy));
  const onError = (error: Error) => reject(notStarted(error));
  const onAbort = () => {
    tell(process, { kind: 'abort', run: id });
    killer = killLater(process);
  };

  process.on('message', onMessage);
  process.on('exit', onExit);
  process.on('error', onError);
  signal.addEventListener('abort', onAbort);
  try {
    tell(process, { kind: 'run', run: id, task });
    return await promise;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(killer);
    process.off('message', onMessage);
    process.off('exit', onExit);
    process.off('error', onError);
    signal.removeEventListener('abort', onAbort);
  }
}

async function record(
  process: ChildProcess,
  { id, hooks }: Run,
  { name, uri }: Extract<FromWorker, { kind: 'upload' }>,
): Promise<void> {
  try {
    await hooks.onUpload(name, uri);
    tell(process, { kind: 'recorded', run: id });
  } catch (error) {
    tell(process, { kind: 'recorded', run: id, failure: toFailure(error) });
  }
}

function tell(process: ChildProcess, message: ToWorker): void {
  // A process that is gone hears nothing; its `exit` tells the rest.
  process.send(message, () => undefined);
}

function killLater(process: ChildProcess): NodeJS.Timeout {
  return setTimeout(() => process.kill('SIGKILL'), patienceMs);
}

function isLive(process: ChildProcess): boolean {
  return process.connected && process.exitCode === null && process.signalCode === null;
}

/** For want of memory or of process ids, which may pass. */
function notStarted(cause: unknown): OraFerryError {
  return new OraFerryError('INTERNAL_ERROR', 'A worker process could not be started.', {
    cause,
    retryable: true,
  });
}

function died(code: number | null, signal: string | null): OraFerryError {
  const how = signal ? `by ${signal}` : `with exit code ${code}`;
  return new OraFerryError('INTERNAL_ERROR', `A worker process ended ${how} during a split.`, {
    retryable: true,
    details: { exit_code: code, signal },
  });
}
