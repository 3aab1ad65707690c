import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadPackageDefinition, Server, type ServiceClientConstructor } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { failure, listen } from '../grpc.ts';
import { grpcOptions } from './messages.ts';
import { createTopic, type PubSubState, publisherService, subscriberService } from './service.ts';

export interface PubSubOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Topics that exist from the start, by their full names. */
  topics?: readonly string[];
}

export interface LocalPubSub {
  /** `127.0.0.1:PORT`, as PUBSUB_EMULATOR_HOST wants it. */
  host: string;
  port: number;
  /** Full names of the subscriptions that exist. */
  subscriptions(): string[];
  /** Ends every stream and closes the port; messages and subscriptions are gone. */
  close(): Promise<void>;
}

/**
 * A Pub/Sub server on loopback, in memory and in this process, for the real `@google-cloud/pubsub` client:
 * delivery at least once, without order. It puts no limit on what a stream has outstanding. Throws when the port
 * is taken.
 */
export async function startPubSub(options: PubSubOptions = {}): Promise<LocalPubSub> {
  const state: PubSubState = { topics: new Map(), subscriptions: new Map(), published: 0 };
  for (const name of options.topics ?? []) createTopic(state, { name });
  const { Publisher, Subscriber } = serviceDefinitions();
  const server = new Server();
  server.addService(Publisher.service, publisherService(state));
  server.addService(Subscriber.service, subscriberService(state));
  const port = await listen(server, options.port ?? 0);
  return {
    host: `127.0.0.1:${port}`,
    port,
    subscriptions: () => [...state.subscriptions.keys()],
    async close() {
      const reason = failure('UNAVAILABLE', 'The server is shutting down');
      for (const { queue } of state.subscriptions.values()) queue.close(reason);
      server.forceShutdown();
    },
  };
}

type Services = Record<'Publisher' | 'Subscriber', ServiceClientConstructor>;

function serviceDefinitions(): Services {
  const require = createRequire(import.meta.url);
  const client = dirname(require.resolve('@google-cloud/pubsub'));
  const definition = fromJSON(require(join(client, '../protos/protos.json')), grpcOptions);
  const { google } = loadPackageDefinition(definition) as unknown as {
    google: { pubsub: { v1: Services } };
  };
  return google.pubsub.v1;
}
