import type { Scene } from '../scene.ts';
import type { Injected } from '../tally.ts';

const listenMs = 18_000;

/** Consumed once a task has logged a line of the pattern; the server cannot see who was kept out. */
export function heard({ cloud, later }: Scene, pattern: RegExp): Injected {
  const fault = { consumed: 0 };
  const listener = (line: string) => {
    if (pattern.test(line)) fault.consumed = 1;
  };
  cloud.listeners.add(listener);
  later(listenMs, () => cloud.listeners.delete(listener));
  return fault;
}
