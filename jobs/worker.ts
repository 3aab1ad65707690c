import { loadConfig, requireOracle } from '../shared/config.ts';
import { OraFerryError } from '../shared/errors.ts';
import { createObjectStore } from '../shared/gcs/store.ts';
import { createLogger, type Logger } from '../shared/logging.ts';
import { createOracleSource } from '../shared/oracle/source.ts';
import { exportSplit, type SplitDependencies, type SplitTask } from './export-split.ts';
import { endOnUncaught } from './uncaught.ts';
import { type FromWorker, fromFailure, type ToWorker, toFailure } from './worker-messages.ts';

/**
 * Entry of the process that reads splits for a task, over one Oracle session. It lives and dies with the task:
 * signals are the task's to judge, and a lost task means that nobody can use the result.
 */
process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
process.on('message', receive);

interface Run {
  readonly id: number;
  readonly task: SplitTask;
  readonly abort: AbortController;
  recorded?: PromiseWithResolvers<void>;
}

interface WorkerContext extends SplitDependencies {
  readonly log: Logger;
}

let context: WorkerContext | undefined;
let current: Run | undefined;

function receive(message: ToWorker): void {
  if (message.kind === 'run') {
    void execute(message.run, message.task);
  } else if (message.kind === 'stop') {
    void stop();
  } else if (message.run === current?.id) {
    if (message.kind === 'abort') current.abort.abort(cancelled());
    else if (message.failure) current.recorded?.reject(fromFailure(message.failure));
    else current.recorded?.resolve();
  }
}

/** Answers with exactly one `done` or `failed`. */
async function execute(id: number, task: SplitTask): Promise<void> {
  const run: Run = { id, task, abort: new AbortController() };
  current = run;
  try {
    context ??= createContext(task.client);
    const result = await exportSplit(context, task, hooksOf(run), run.abort.signal);
    send({ kind: 'done', run: id, result });
  } catch (error) {
    context?.log.debug({ err: error, split: task.split }, 'A split ended with an error.');
    send({ kind: 'failed', run: id, failure: toFailure(error) });
  }
}

function createContext(client: string | undefined): WorkerContext {
  const config = loadConfig(process.env);
  const log = createLogger(config, 'oraferry-worker', undefined, () => ({
    ...current?.task.logFields,
  }));
  endOnUncaught(log);
  const purpose = { action: 'export', client, log, poolMax: 1 };
  const oracle = createOracleSource(requireOracle(config), purpose);
  return { log, oracle, objects: createObjectStore(config, log) };
}

function hooksOf(run: Run) {
  return {
    onUpload(name: string, uri: string): Promise<void> {
      const recorded = Promise.withResolvers<void>();
      run.recorded = recorded;
      run.abort.signal.addEventListener('abort', () => recorded.reject(run.abort.signal.reason));
      send({ kind: 'upload', run: run.id, name, uri });
      return recorded.promise;
    },
    onProgress: (progress: Extract<FromWorker, { kind: 'progress' }>['progress']) =>
      send({ kind: 'progress', run: run.id, progress }),
  };
}

async function stop(): Promise<void> {
  current?.abort.abort(cancelled());
  await context?.oracle.close().catch(() => undefined);
  process.exit(0);
}

function cancelled(): OraFerryError {
  return new OraFerryError('CANCELLED', 'The task stopped this split.');
}

function send(message: FromWorker): void {
  // Without a listener there is nobody to tell: `disconnect` ends the process.
  process.send?.(message, undefined, undefined, () => undefined);
}
