import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startAttempt } from '../cloud-run/attempt.ts';
import { startGuard } from '../cloud-run/guard.ts';
import { freePort } from '../free-port.ts';

/** https://cloud.google.com/sdk/gcloud/reference/emulators and …/beta/emulators */
const emulators = {
  firestore: { command: ['emulators', 'firestore', 'start'], ready: 'is now running' },
  pubsub: { command: ['beta', 'emulators', 'pubsub', 'start'], ready: 'Server started' },
};

export interface EmulatorOptions {
  /** A free one when left out. */
  readonly port?: number | undefined;
  /** Ends the start. */
  readonly signal?: AbortSignal | undefined;
}

export interface Emulator {
  /** `127.0.0.1:PORT`, as FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST want it. */
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** What Google's emulators need and PATH does not have. */
export function missingPrograms(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return ['gcloud', 'java'].filter(
    (program) => !folders.some((folder) => isExecutable(join(folder, program))),
  );
}

/**
 * Starts one of Google's emulators, which come with gcloud and need Java. Throws with what it has written when
 * it ends before it is ready.
 */
export async function startEmulator(
  name: keyof typeof emulators,
  { port: wanted, signal }: EmulatorOptions = {},
): Promise<Emulator> {
  signal?.throwIfAborted();
  const { command, ready } = emulators[name];
  const port = wanted ?? (await freePort());
  const host = `127.0.0.1:${port}`;
  const said: string[] = [];
  const isReady = Promise.withResolvers<void>();
  const guard = startGuard();
  const emulator = startAttempt(
    {
      command: ['gcloud', ...command, `--host-port=${host}`],
      cwd: process.cwd(),
      env: surroundings(),
      onLine(line) {
        if (said.push(line) > LINES_KEPT) said.shift();
        if (line.includes(ready)) isReady.resolve();
      },
    },
    guard,
  );
  // Java lives on when only gcloud's wrapper is killed; at Ctrl-C, which the whole group gets, gcloud buries it.
  let killer: NodeJS.Timeout | undefined;
  const kill = () => {
    emulator.kill('SIGINT');
    killer ??= setTimeout(() => emulator.kill('SIGKILL'), GRACE_MS);
  };
  const close = async () => {
    kill();
    await emulator.ended;
    clearTimeout(killer);
    await guard.close();
  };
  signal?.addEventListener('abort', kill);
  if (signal?.aborted) kill();
  const hasEnded = emulator.ended.then(() => false);
  const started = await Promise.race([isReady.promise.then(() => true), hasEnded]);
  signal?.removeEventListener('abort', kill);
  if (started) return { host, port, close };
  await close();
  signal?.throwIfAborted();
  throw new Error(`Google's ${name} emulator did not start:\n${said.join('\n')}`);
}

const GRACE_MS = 2_000;
const LINES_KEPT = 20;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Those of this process; Java would leave a file of its performance counters behind when it is killed. */
function surroundings(): Record<string, string> {
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]);
  return { ...Object.fromEntries(own), JAVA_TOOL_OPTIONS: '-XX:-UsePerfData' };
}
