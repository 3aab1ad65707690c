import type { Server } from 'node:http';

const signals = ['SIGINT', 'SIGTERM'] as const;
// Cloud Run kills ten seconds after SIGTERM: https://cloud.google.com/run/docs/container-contract#instance-shutdown
const patienceMs = 9_000;
const sweepMs = 50;

/**
 * Lets requests in flight finish when the process is told to stop, then exits with 0. It replaces the
 * framework's own listeners, which answer 500 and exit at once
 * (https://github.com/GoogleCloudPlatform/functions-framework-nodejs/issues/704). A server that the framework
 * does not run as a process has no such listeners and is left alone. `endStreams` ends the requests that would
 * not end by themselves; it must not reject.
 */
export function drainOnSignal(server: Server, endStreams: () => Promise<void>): void {
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  // The framework adds its listeners while the server announces that it listens.
  server.once('listening', () => setImmediate(takeOver));

  function takeOver(): void {
    for (const signal of signals) {
      const added = process
        .listeners(signal)
        .filter((listener) => !before.get(signal)?.includes(listener));
      for (const listener of added) process.off(signal, listener);
      if (added.length > 0) process.on(signal, stop);
    }
  }

  // A terminal sends SIGINT to all its processes, and then a parent SIGTERM to its children: once is enough.
  function stop(): void {
    if (server.listening) void drain(server, endStreams).then(() => process.exit(0));
  }
}

/** Closes the server once every request is answered, at the latest after nine seconds. */
async function drain(server: Server, endStreams: () => Promise<void>): Promise<void> {
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  const idle = setInterval(() => server.closeIdleConnections(), sweepMs);
  const deadline = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    server.closeAllConnections();
    deadline.resolve();
  }, patienceMs);
  await Promise.race([Promise.all([closed.promise, endStreams()]), deadline.promise]);
  clearInterval(idle);
  clearTimeout(timer);
}
