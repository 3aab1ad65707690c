import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillDatabase, type LoadedData, loadTables } from '../data/load.ts';
import { loadOwnData } from '../data/own/load.ts';
import { lastErrors } from '../demo/product-log.ts';
import { chooseEmulators } from '../emulators.ts';
import { requireFreePort } from '../free-port.ts';
import { type Stack, startStack } from '../stack.ts';
import type { LocalArguments } from './arguments.ts';
import { type Endpoints, publish, refuseSecond, withdraw } from './endpoints.ts';
import { greet } from './greeting.ts';

export interface LocalOptions extends Omit<LocalArguments, 'help'> {
  readonly say: (line: string) => void;
  /** Aborted when everything is to stop. */
  readonly signal: AbortSignal;
}

const usualFolder = fileURLToPath(new URL('../../../.local/', import.meta.url));

/**
 * Runs the stack until the signal, then stops it without a trace. Throws when it cannot start or its API ends,
 * or with the signal's reason when that comes before it is ready.
 */
export async function runLocal(options: LocalOptions): Promise<void> {
  const { data: dir, port, say, signal } = options;
  const file = join(process.env['ORAFERRY_LOCAL_DIR'] || usualFolder, 'endpoints.json');
  refuseSecond(file);
  const emulators = chooseEmulators(process.env['ORAFERRY_EMULATORS']);
  if (port !== undefined) await requireFreePort(port);

  const data: LoadedData =
    dir === undefined ? fillDatabase(loadTables()) : await loadOwnData(fromCaller(dir), signal);
  const { database, tables } = data;
  const stack = await startStack({ database, emulators, apiPort: port, signal });
  try {
    signal.throwIfAborted();
    const endpoints = endpointsOf(stack);
    publish(file, endpoints);
    say(greet(endpoints, tables, { file, logFile: stack.logFile }));
    await untilStopped(stack, signal);
  } finally {
    withdraw(file);
    await stack.close();
  }
}

/** npm changes to the project's folder; a path that a person wrote begins where the person was. */
function fromCaller(path: string): string {
  const byNpm = process.env['npm_lifecycle_event'] === 'local';
  return resolve((byNpm && process.env['INIT_CWD']) || '.', path);
}

function endpointsOf({ apiUrl, apiKey, bucket, bucketDir, oracle, servers }: Stack): Endpoints {
  return {
    api_url: apiUrl,
    api_key: apiKey,
    gcs_url: servers.gcs.url,
    bucket,
    bucket_dir: join(bucketDir, bucket),
    oracle: {
      connect_string: oracle.connectString,
      user: oracle.user,
      password: oracle.password,
      wallet_dir: null,
    },
    pid: process.pid,
  };
}

async function untilStopped({ apiEnded, logFile }: Stack, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await Promise.race([once(signal, 'abort'), apiEnded]);
  if (signal.aborted) return;
  throw new Error(["OraFerry's API has ended by itself.", ...lastErrors(logFile)].join('\n  '));
}
