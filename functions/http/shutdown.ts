import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { replaceListeners } from './process-listeners.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;
// Cloud Run kills ten seconds after SIGTERM: https://cloud.google.com/run/docs/container-contract#instance-shutdown
const patienceMs = 9_000;
// What a client has sent already on a connection that was idle must not meet its end.
const idleGraceMs = 250;
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
  const announceEnd = trackAnswers(server);
  const stop = () => shutDown(0);
  replaceListeners(server, Object.fromEntries(signals.map((signal) => [signal, stop])));
  return shutDown;

  // A terminal sends SIGINT to all its processes, and then a parent SIGTERM to its children: once is enough.
  function shutDown(exitCode: number): void {
    if (!server.listening) return;
    announceEnd();
    void drain(server, endStreams).then(() => process.exit(exitCode));
  }
}

/** Returns what makes every answer from then on tell its client that the connection ends with it. */
function trackAnswers(server: Server): () => void {
  const open = new Set<ServerResponse>();
  let isEnding = false;
  server.prependListener('request', (_, res: ServerResponse) => {
    if (isEnding) res.setHeader('Connection', 'close');
    open.add(res);
    res.once('close', () => open.delete(res));
  });
  return () => {
    isEnding = true;
    for (const res of open) if (!res.headersSent) res.setHeader('Connection', 'close');
  };
}

/**
 * Closes the server once every request is answered, at the latest after nine seconds. It takes no more connections,
 * and lets those that are there bring what is under way: the server's own `close` would cut the idle ones at once.
 * https://nodejs.org/api/http.html#serverclosecallback
 */
async function drain(server: Server, endStreams: () => Promise<void>): Promise<void> {
  const closed = Promise.withResolvers<void>();
  NetServer.prototype.close.call(server, () => closed.resolve());
  const begun = performance.now();
  const sweep = () => {
    if (performance.now() - begun >= idleGraceMs) server.closeIdleConnections();
  };
  const sweeping = setInterval(sweep, sweepMs);
  const deadline = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    server.closeAllConnections();
    deadline.resolve();
  }, patienceMs);
  await Promise.race([Promise.all([closed.promise, endStreams()]), deadline.promise]);
  clearInterval(sweeping);
  clearTimeout(timer);
}
