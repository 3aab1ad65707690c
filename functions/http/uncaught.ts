import { AsyncLocalStorage } from 'node:async_hooks';
import type { Server, ServerResponse } from 'node:http';
import type { Logger } from '../../shared/logging.ts';
import { answerError } from './answer.ts';
import { replaceListeners } from './process-listeners.ts';

interface Exchange {
  readonly res: ServerResponse;
  readonly traceId: string;
  readonly log: Logger;
}

const exchanges = new AsyncLocalStorage<Exchange>();

/** Everything that the work begins, timers and callbacks included, belongs to the exchange. */
export function withinExchange<T>(exchange: Exchange, work: () => T): T {
  return exchanges.run(exchange, work);
}

/**
 * What becomes of an error that nobody caught. The framework would answer the newest request with 500, whichever
 * failed, and exit at once. Here an exception answers its own request and, because nobody knows in which state it
 * left the process, lets the others finish before the process ends with 1. A rejection that nobody hears is of work
 * that nobody waits for: it is logged, and all goes on.
 */
export function surviveUncaught(
  server: Server,
  log: () => Logger,
  shutDown: (exitCode: number) => void,
): void {
  replaceListeners(server, {
    uncaughtException(err: unknown) {
      const exchange = exchanges.getStore();
      (exchange?.log ?? log()).fatal({ err }, 'Nobody caught this error; the process ends');
      if (exchange) answerError(exchange.res, exchange.traceId, err);
      shutDown(1);
    },
    unhandledRejection(err: unknown) {
      const ownLog = exchanges.getStore()?.log ?? log();
      ownLog.error({ err }, 'Nobody waited for this rejection');
    },
  });
}
