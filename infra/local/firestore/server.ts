import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadPackageDefinition, Server, type ServiceClientConstructor } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { listen } from '../grpc.ts';
import { createStore } from './documents.ts';
import { createFaults, type Faults } from './faults.ts';
import { grpcOptions } from './messages.ts';
import { createService, type RequestCounts } from './service.ts';
import { createTransactions } from './transactions.ts';

export interface LocalFirestore {
  /** `127.0.0.1:PORT`, as FIRESTORE_EMULATOR_HOST wants it. */
  host: string;
  port: number;
  requests: Readonly<RequestCounts>;
  faults: Omit<Faults, 'under'>;
  close(): Promise<void>;
}

/**
 * A Firestore server on loopback, in memory and in this process, for the real `@google-cloud/firestore` client.
 * Port 0, the default, takes any free one. Throws when the port is taken.
 */
export async function startFirestore(options: { port?: number } = {}): Promise<LocalFirestore> {
  const store = createStore();
  const transactions = createTransactions(store);
  const requests: RequestCounts = { reads: 0, writes: 0, deletes: 0 };
  const server = new Server(MESSAGE_LIMITS);
  const faults = createFaults();
  const service = createService({ store, transactions, faults }, requests);
  server.addService(firestoreDefinition(), service);
  const port = await listen(server, options.port ?? 0);
  return {
    host: `127.0.0.1:${port}`,
    port,
    requests,
    faults,
    async close() {
      transactions.close();
      server.forceShutdown();
    },
  };
}

// A request may have 10 MiB: https://firebase.google.com/docs/firestore/quotas#writes_and_transactions
const MESSAGE_LIMITS = {
  'grpc.max_receive_message_length': 11 * 1024 * 1024,
  'grpc.max_send_message_length': -1,
};

function firestoreDefinition() {
  const require = createRequire(import.meta.url);
  const client = dirname(require.resolve('@google-cloud/firestore'));
  const definition = fromJSON(require(join(client, '../protos/v1.json')), grpcOptions);
  const { google } = loadPackageDefinition(definition) as unknown as {
    google: { firestore: { v1: { Firestore: ServiceClientConstructor } } };
  };
  return google.firestore.v1.Firestore.service;
}
