import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe } from 'vitest';
import { firestoreQueries, firestoreRefusals } from './firestore/queries.ts';
import { firestoreTransactions } from './firestore/transactions.ts';
import { firestoreWrites } from './firestore/writes.ts';

/** A started server: `host` is `127.0.0.1:PORT`. */
export interface FirestoreServer {
  host: string;
  close(): Promise<void>;
}

/** What a Firestore server must do for the real client; every test works in a project of its own. */
export function firestoreContract(start: () => Promise<FirestoreServer>) {
  const connect = useServer(start);
  describe('writes', () => firestoreWrites(connect));
  describe('queries', () => firestoreQueries(connect));
  describe('transactions', () => firestoreTransactions(connect));
}

/** The part of the contract that takes the client several seconds. */
export function firestoreSlowContract(start: () => Promise<FirestoreServer>) {
  const connect = useServer(start);
  describe('refused queries', () => firestoreRefusals(connect));
}

function useServer(start: () => Promise<FirestoreServer>) {
  let server: FirestoreServer;
  const clients: Firestore[] = [];

  beforeAll(async () => {
    server = await start();
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.terminate()));
    await server?.close();
  });

  return (projectId = `project-${randomUUID().slice(0, 8)}`) => {
    const client = new Firestore({
      host: server.host,
      ssl: false,
      projectId,
      customHeaders: { Authorization: 'Bearer owner' },
    });
    clients.push(client);
    return client;
  };
}
