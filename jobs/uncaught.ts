import type { Logger } from '../shared/logging.ts';

/**
 * An error that nobody caught ends the process with 1, logged like any other. By itself Node would print the whole
 * object, with whatever request a client has attached to it. Rejections come here as well:
 * https://nodejs.org/api/process.html#event-unhandledrejection
 */
export function endOnUncaught(log: Logger): void {
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'Nobody caught this error; the process ends.');
    process.exit(1);
  });
}
