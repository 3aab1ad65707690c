import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';

const PARENT = fileURLToPath(new URL('./fixtures/parent.ts', import.meta.url));

it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'no task outlives a server that dies by %s',
  async (signal) => {
    const parent = spawn(process.execPath, [PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(parent, 'exit');
    const [line] = await once(createInterface({ input: parent.stdout }), 'line');
    const pids: number[] = JSON.parse(line).pids;
    expect(pids.map(isAlive)).toEqual([true, true]);
    parent.kill(signal);
    await ended;
    await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), 10_000);
  },
);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
