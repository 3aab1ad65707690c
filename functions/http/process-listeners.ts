import type { Server } from 'node:http';

type Listener = (...args: never[]) => void;

/**
 * Puts listeners in the place of those that the framework adds to the process while its server announces that it
 * listens: https://github.com/GoogleCloudPlatform/functions-framework-nodejs/blob/main/src/invoker.ts
 * A server that the framework does not run as a process has none, and the process is left alone. Call it before the
 * server listens.
 */
export function replaceListeners(
  server: Server,
  replacements: Readonly<Record<string, Listener>>,
): void {
  const events = Object.entries(replacements);
  const before = new Map(events.map(([event]) => [event, process.listeners(event as 'SIGTERM')]));
  server.once('listening', () => setImmediate(takeOver));

  function takeOver(): void {
    for (const [event, replacement] of events) {
      const added = process
        .listeners(event as 'SIGTERM')
        .filter((listener) => !before.get(event)?.includes(listener));
      for (const listener of added) process.off(event, listener);
      if (added.length > 0) process.on(event, replacement as NodeJS.SignalsListener);
    }
  }
}
