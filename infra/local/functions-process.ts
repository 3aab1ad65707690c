import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Program, startAttempt } from './cloud-run/attempt.ts';
import { startGuard } from './cloud-run/guard.ts';
import { freePort } from './free-port.ts';

export interface FunctionsOptions {
  /** Everything that the process sees of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Working directory. */
  readonly directory: string;
  /** Takes each line that the process writes. */
  readonly log: (line: string) => void;
  /** A free one when left out. */
  readonly port?: number | undefined;
}

export interface FunctionsProcess {
  readonly url: string;
  /** Settles when the process has ended, also without being asked to. */
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Serves the product's functions, all on one port, as a deployment does each, by functions-framework in a process of its own.
 * Resolves when it answers; throws with its last lines when it ends before that.
 */
export async function startFunctions(options: FunctionsOptions): Promise<FunctionsProcess> {
  const attempts = options.port === undefined ? PORT_ATTEMPTS : 1;
  for (let attempt = 1; ; attempt++) {
    const started = await tryStart(options, options.port ?? (await freePort()));
    if ('url' in started) return started;
    const portWasTaken = started.lines.some((line) => line.includes('EADDRINUSE'));
    if (!portWasTaken || attempt === attempts) {
      throw new Error(`the functions did not start:\n${started.lines.join('\n')}`);
    }
  }
}

/** The framework takes no port 0, so somebody else may take the free one first. */
const PORT_ATTEMPTS = 3;
const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;
const STOP_WITHIN_MS = 3_000;
const LINES_KEPT = 20;

async function tryStart(
  { environment, directory, log }: FunctionsOptions,
  port: number,
): Promise<FunctionsProcess | { readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const guard = startGuard();
  const program: Program = {
    command: commandLine(port),
    cwd: directory,
    env: { ...environment },
    onLine(line) {
      log(line);
      lines.push(line);
      if (lines.length > LINES_KEPT) lines.shift();
    },
  };
  const child = startAttempt(program, guard);
  let running = true;
  void child.ended.then(() => {
    running = false;
  });
  const close = async () => {
    if (running) child.stop(STOP_WITHIN_MS);
    await child.ended;
    await guard.close();
  };
  const url = `http://127.0.0.1:${port}`;
  if (await becomesReady(url, () => running)) return { url, ended: child.ended, close };
  await close();
  return { lines };
}

// https://github.com/GoogleCloudPlatform/functions-framework-nodejs#configure-the-functions-framework
function commandLine(port: number): string[] {
  const require = createRequire(import.meta.url);
  const framework = dirname(require.resolve('@google-cloud/functions-framework'));
  return [
    process.execPath,
    join(framework, 'main.js'),
    `--source=${fileURLToPath(new URL('../../functions/index.ts', import.meta.url))}`,
    '--target=all',
    '--signature-type=http',
    `--port=${port}`,
  ];
}

async function becomesReady(url: string, isRunning: () => boolean): Promise<boolean> {
  const giveUp = performance.now() + READY_WITHIN_MS;
  while (isRunning() && performance.now() < giveUp) {
    if (await answers(url)) return true;
    await delay(POLL_MS);
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
