import type { AddressInfo, Server } from 'node:net';
import { loadConfig } from '../shared/config.ts';
import { logLastWords, traceField } from '../shared/logging.ts';
import { type Context, createContext } from './context.ts';
import { guardFramework } from './http/framework.ts';
import { drainOnSignal } from './http/shutdown.ts';
import { surviveUncaught } from './http/uncaught.ts';

/** Prepares the process before the framework makes its server; the context is made once, when it is first asked for. */
export function boot(): () => Context {
  // Anything else would let the framework's crash answers show messages and stacks:
  // https://github.com/GoogleCloudPlatform/functions-framework-nodejs/blob/main/src/logger.ts
  process.env['NODE_ENV'] = 'production';
  let context: Context | undefined;
  const getContext = (): Context => {
    context ??= createContext(loadConfig(process.env));
    return context;
  };
  guardFramework({
    onServer(server) {
      const shutDown = drainOnSignal(server, async () => context?.live.close());
      surviveUncaught(server, () => getContext().log, shutDown);
      server.once('listening', () => announce(server, getContext));
    },
    onRefusal(err, traceId) {
      const { config, log } = getContext();
      log.info({ err, ...traceField(config, traceId) }, 'Refused before it was a request');
    },
  });
  return getContext;
}

/** A configuration that is not usable ends the process here, before the first request. */
function announce(server: Server, getContext: () => Context): void {
  try {
    const { port } = server.address() as AddressInfo;
    getContext().log.info({ port }, 'Listening');
  } catch (error) {
    logLastWords(error, process.env);
    process.exit(1);
  }
}
