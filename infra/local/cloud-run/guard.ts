import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export type Guard = ReturnType<typeof startGuard>;

/**
 * Sees to it that no task outlives this process, even one that is killed by SIGKILL or Ctrl-C: a small helper
 * process kills the watched process groups when the pipe to it breaks. Two limits: a task's child that makes
 * a session of its own (setsid) is not reached, nor is any task when the helper itself is killed first.
 */
export function startGuard() {
  let reaper: ChildProcessByStdio<Writable, null, null> | undefined;
  const tell = (line: string) => {
    reaper ??= startReaper();
    reaper.stdin.write(`${line}\n`);
  };
  return {
    watch: (pid: number) => tell(`+${pid}`),
    forget: (pid: number) => tell(`-${pid}`),
    async close() {
      if (!reaper || reaper.exitCode !== null) return;
      const ended = once(reaper, 'exit');
      reaper.stdin.end();
      await ended;
    },
  };
}

function startReaper() {
  const program = fileURLToPath(new URL('./reaper.ts', import.meta.url));
  const reaper = spawn(process.execPath, [program], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  reaper.stdin.on('error', () => undefined);
  return reaper;
}
