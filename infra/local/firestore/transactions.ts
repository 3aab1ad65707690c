import { randomBytes } from 'node:crypto';
import { failure } from '../grpc.ts';
import type { Collections, Store } from './documents.ts';
import { createLocks } from './locks.ts';
import type { Consistency, TransactionOptions, Write } from './messages.ts';

/** A read that can be made again: `fingerprint` tells whether its result is still the same. */
export interface Read<T> {
  /** What is contended for: documents' names, or a query's collection. */
  keys: string[];
  run: (collections: Collections) => T;
  fingerprint: (result: T) => string;
}

export interface Reader {
  /** The id of a transaction that this request began. */
  began?: Buffer;
  read<T>(read: Read<T>): Promise<T>;
}

interface Transaction {
  id: Buffer;
  startedAt: number;
  snapshot?: Collections;
  /** It has lost before, and shall not lose again. */
  locks: boolean;
  reads: { unchanged: () => boolean; checkedAt: number }[];
}

interface State {
  store: Store;
  open: Map<string, Transaction>;
  locks: ReturnType<typeof createLocks>;
}

export type Transactions = ReturnType<typeof createTransactions>;

/**
 * Serialisable transactions: a commit is refused with ABORTED when any document or query result that the
 * transaction has read is no longer what it was (optimistic); each later read checks that as well, so that
 * no transaction computes with data of two times. Read-only transactions see a snapshot.
 */
export function createTransactions(store: Store) {
  const state: State = { store, open: new Map(), locks: createLocks() };
  return {
    begin: (options: TransactionOptions | undefined) => begin(state, options).id,
    /** How a request reads: within a transaction, a new one, or the newest data. */
    reader: (request: Consistency) => createReader(state, request),
    commit(id: Buffer | undefined, writes: Write[]) {
      if (!id?.length) return store.commit(writes);
      const transaction = find(state, id);
      try {
        checkReads(state, transaction);
        return store.commit(writes);
      } finally {
        end(state, id);
      }
    },
    rollback: (id: Buffer) => end(state, id),
    close: state.locks.close,
  };
}

// https://firebase.google.com/docs/firestore/quotas#writes_and_transactions
const MAX_TRANSACTION_MS = 270_000;

function begin(state: State, options: TransactionOptions | undefined): Transaction {
  dropExpired(state);
  if (options?.readOnly?.readTime) throw failure('UNIMPLEMENTED', 'Reads in the past');
  const transaction: Transaction = {
    id: randomBytes(12),
    startedAt: Date.now(),
    locks: Boolean(options?.readWrite?.retryTransaction?.length),
    reads: [],
  };
  if (options?.readOnly) transaction.snapshot = snapshotOf(state.store.collections);
  state.open.set(keyOf(transaction.id), transaction);
  return transaction;
}

function dropExpired(state: State) {
  const oldest = Date.now() - MAX_TRANSACTION_MS;
  for (const { id, startedAt } of state.open.values()) if (startedAt < oldest) end(state, id);
}

function end(state: State, id: Buffer) {
  state.open.delete(keyOf(id));
  state.locks.release(keyOf(id));
}

function createReader(state: State, request: Consistency): Reader {
  if (request.readTime) throw failure('UNIMPLEMENTED', 'Reads in the past');
  if (request.newTransaction) {
    const transaction = begin(state, request.newTransaction);
    return { began: transaction.id, read: (read) => readWithin(state, transaction, read) };
  }
  if (!request.transaction?.length)
    return { read: async (read) => read.run(state.store.collections) };
  const transaction = find(state, request.transaction);
  return { read: (read) => readWithin(state, transaction, read) };
}

function find(state: State, id: Buffer): Transaction {
  const transaction = state.open.get(keyOf(id));
  if (transaction) return transaction;
  throw failure('INVALID_ARGUMENT', 'The referenced transaction has expired or is no longer valid');
}

async function readWithin<T>(state: State, transaction: Transaction, read: Read<T>): Promise<T> {
  if (transaction.snapshot) return read.run(transaction.snapshot);
  // Most transactions read what none of the others writes: only those that are tried again queue.
  const keys = transaction.locks ? [...read.keys].sort() : [];
  for (const key of keys) await state.locks.acquire(key, keyOf(transaction.id));
  checkReads(state, transaction);
  const result = read.run(state.store.collections);
  const seen = read.fingerprint(result);
  const unchanged = () => read.fingerprint(read.run(state.store.collections)) === seen;
  transaction.reads.push({ unchanged, checkedAt: state.store.commits() });
  return result;
}

function checkReads(state: State, transaction: Transaction) {
  const now = state.store.commits();
  for (const read of transaction.reads) {
    if (read.checkedAt !== now && !read.unchanged()) {
      end(state, transaction.id);
      throw failure('ABORTED', 'The data that the transaction has read was changed; try again.');
    }
    read.checkedAt = now;
  }
}

const keyOf = (id: Buffer) => id.toString('hex');

const snapshotOf = (collections: Collections): Collections =>
  new Map([...collections].map(([path, documents]) => [path, new Map(documents)]));
