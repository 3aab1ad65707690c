import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Guard } from './guard.ts';

export interface Program {
  command: string[];
  cwd: string;
  env: Record<string, string>;
  onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

export interface AttemptResult {
  exitCode: number;
  signal?: NodeJS.Signals;
  timedOut?: boolean;
}

export interface Attempt {
  pid: number | undefined;
  ended: Promise<AttemptResult>;
  /** Signals the process and all that it has started. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM to the process, after the grace SIGKILL to all that it has started. */
  stop(graceMs: number): void;
}

/** Starts a process in a group of its own. What cannot be started has ended with exit code 127. */
export function startAttempt(program: Program, guard: Guard): Attempt {
  const [file = '', ...args] = program.command;
  const child = spawn(file, args, {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid) guard.watch(child.pid);
  let killer: NodeJS.Timeout | undefined;
  const ended = endOf(child, program).finally(() => {
    clearTimeout(killer);
    if (child.pid) guard.forget(child.pid);
  });
  return {
    pid: child.pid,
    ended,
    kill: (signal) => signalGroup(child, signal),
    stop(graceMs) {
      child.kill('SIGTERM');
      killer ??= setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    },
  };
}

async function endOf(child: ChildProcess, { onLine }: Program): Promise<AttemptResult> {
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const drained = Promise.all([
    readLines(child.stdout, (line) => onLine(line, 'stdout')),
    readLines(child.stderr, (line) => onLine(line, 'stderr')),
  ]);
  const result = await exitOf(child, onLine);
  // A container ends with its main process: nothing that it has started may live on.
  signalGroup(child, 'SIGKILL');
  const cut = setTimeout(() => {
    for (const stream of outputs) stream.destroy();
  }, 1000);
  await drained;
  clearTimeout(cut);
  return result;
}

async function readLines(stream: Readable | null, onLine: (line: string) => void) {
  if (!stream) return;
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  const closed = once(lines, 'close');
  stream.once('close', () => lines.close());
  lines.on('line', onLine);
  await closed;
}

async function exitOf(child: ChildProcess, onLine: Program['onLine']): Promise<AttemptResult> {
  try {
    const [code, signal] = await once(child, 'exit');
    return signal ? { exitCode: 0, signal } : { exitCode: code };
  } catch (error) {
    onLine(`The task could not be started: ${error}`, 'stderr');
    return { exitCode: 127 };
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals) {
  if (!pid) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}
