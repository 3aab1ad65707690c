import type { Server } from 'node:http';
import { replaceListeners } from './process-listeners.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;
// Cloud Run kills ten seconds after SIGTERM: https://cloud.google.com/run/docs/container-contract#instance-shutdown
const patienceMs = 9_000;
const sweepMs = 50;

/**
 * Lets requests in flight finish when the process is told to stop, then exits with 0, in place of the framework's own
 * listeners, which answer 500 and exit at once
 * (https://github.com/GoogleCloudPlatform/functions-framework-nodejs/issues/704). `endStreams` ends the requests that
 * would not end by themselves; it must not reject. Returns what does the same with an exit code of choice.
 */
export function drainOnSignal(
  server: Server,
  endStreams: () => Promise<void>,
): (exitCode: number) => void {
  const stop = () => shutDown(0);
  replaceListeners(server, Object.fromEntries(signals.map((signal) => [signal, stop])));
  return shutDown;

  // A terminal sends SIGINT to all its processes, and then a parent SIGTERM to its children: once is enough.
  function shutDown(exitCode: number): void {
    if (server.listening) void drain(server, endStreams).then(() => process.exit(exitCode));
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
