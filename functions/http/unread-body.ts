import type { IncomingMessage } from 'node:http';

/** How long a client may go on sending what is no longer wanted. */
export const lingerMs = 5_000;
/** So much is let through, so that a client that sends before it reads comes to its answer. */
const mostDiscarded = 2 * 1024 * 1024;

/**
 * Deals with the rest of a body that is answered before it was read. Node itself would take all of it, as fast as it
 * comes, and the garbage would grow with it. Here some is discarded; then no more is read, and a client that still
 * sends after five seconds is cut off.
 */
export function discardRest(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  let left = mostDiscarded;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.pause();
  });
  req.on('error', () => undefined);
  req.resume();
  const timer = setTimeout(() => req.destroy(), lingerMs);
  req.once('close', () => clearTimeout(timer));
}
