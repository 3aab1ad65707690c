import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A function in a process of its own. */
export interface Framework {
  readonly url: string;
  readonly child: ChildProcess;
}

/** Starts the framework's own program on the sources; resolves when it listens. */
export async function startFramework(
  environment: Readonly<Record<string, string>>,
  target = 'api',
): Promise<Framework> {
  const { child, lines } = spawnFramework(environment, target);
  const listening = Promise.withResolvers<number>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { message, port } = JSON.parse(line);
    if (message === 'Listening') listening.resolve(port);
  });
  child.once('close', () => listening.reject(new Error(lines.join('\n'))));
  return { child, url: `http://127.0.0.1:${await listening.promise}` };
}

/** The process, and what it writes to standard error. */
export function spawnFramework(environment: Readonly<Record<string, string>>, target = 'api') {
  const require = createRequire(import.meta.url);
  const program = join(dirname(require.resolve('@google-cloud/functions-framework')), 'main.js');
  const source = fileURLToPath(new URL('../../functions/index.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [program, `--target=${target}`, `--source=${source}`, '--port=0'],
    {
      env: { PATH: process.env['PATH'], METADATA_SERVER_DETECTION: 'none', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  return { child, lines };
}

/** Sends the signal and waits for the exit code. */
export async function stop({ child }: Framework, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(child, 'close');
  child.kill(signal);
  const [code] = await closed;
  return code;
}

/** Resident memory in bytes, as Linux counts it: at present (VmRSS) or at its peak (VmHWM). */
export function memoryOf({ pid }: ChildProcess, which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}
