import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { asStatus, failure, streaming, unary } from '../grpc.ts';
import { findDocument, type Store, type StoredDocument, type WriteOutcome } from './documents.ts';
import type { Faults } from './faults.ts';
import { project } from './fields.ts';
import { type ListDocumentsRequest, listCollectionIds, listDocuments } from './listing.ts';
import type {
  Aggregation,
  Consistency,
  DocumentMessage,
  Mask,
  StructuredQuery,
  TransactionOptions,
  Value,
  Write,
} from './messages.ts';
import { aggregate, runQuery } from './query.ts';
import type { Read, Transactions } from './transactions.ts';
import { timestampOf } from './values.ts';

/** Documents as Firestore bills them: https://firebase.google.com/docs/firestore/pricing */
export interface RequestCounts {
  reads: number;
  writes: number;
  deletes: number;
}

/** The methods of google.firestore.v1.Firestore that the server-side client needs, except Listen. */
export function createService(
  { store, transactions, faults }: ServiceParts,
  requests: RequestCounts,
): UntypedServiceImplementation {
  const context = { store, transactions, requests };
  const { under } = faults;
  return {
    BatchGetDocuments: streaming(
      under('BatchGetDocuments', (request: BatchGetRequest) => batchGet(context, request)),
    ),
    RunQuery: streaming(under('RunQuery', (request: QueryRequest) => query(context, request))),
    RunAggregationQuery: streaming((request: AggregationRequest) => count(context, request)),
    BeginTransaction: unary(
      under('BeginTransaction', ({ options }: { options?: TransactionOptions }) => ({
        transaction: transactions.begin(options),
      })),
    ),
    Commit: unary(under('Commit', (request: CommitRequest) => commit(context, request))),
    Rollback: unary(({ transaction }: { transaction: Buffer }) => {
      transactions.rollback(transaction);
      return {};
    }),
    BatchWrite: unary((request: CommitRequest) => batchWrite(context, request)),
    ListDocuments: unary((request: ListDocumentsRequest) => list(context, request)),
    ListCollectionIds: unary(({ parent }: { parent: string }) => ({
      collectionIds: listCollectionIds(store.collections, parent),
    })),
  };
}

interface ServiceParts {
  store: Store;
  transactions: Transactions;
  faults: Faults;
}

interface Context {
  store: Store;
  transactions: Transactions;
  requests: RequestCounts;
}

interface BatchGetRequest extends Consistency {
  documents: string[];
  mask?: Mask;
}

interface QueryRequest extends Consistency {
  parent: string;
  structuredQuery: StructuredQuery;
}

interface AggregationRequest extends Consistency {
  parent: string;
  structuredAggregationQuery: { structuredQuery: StructuredQuery; aggregations: Aggregation[] };
}

interface CommitRequest {
  transaction?: Buffer;
  writes: Write[];
}

async function batchGet({ store, transactions, requests }: Context, request: BatchGetRequest) {
  const reader = transactions.reader(request);
  const found = await reader.read({
    keys: request.documents,
    run: (collections) => request.documents.map((name) => findDocument(collections, name)),
    fingerprint: versions,
  });
  requests.reads += found.length;
  const readTime = timestampOf(store.readTime());
  const answers = found.map((document, i) => ({
    ...(document
      ? { found: documentMessage(document, request.mask) }
      : { missing: request.documents[i] }),
    readTime,
  }));
  return reader.began ? [{ transaction: reader.began, readTime }, ...answers] : answers;
}

async function query({ store, transactions, requests }: Context, request: QueryRequest) {
  const { parent, structuredQuery } = request;
  const reader = transactions.reader(request);
  const found = await reader.read(queryRead(parent, structuredQuery, versions));
  // A query without results is billed as one read.
  requests.reads += Math.max(1, found.length);
  const mask = structuredQuery.select && {
    fieldPaths: structuredQuery.select.fields.map((field) => field.fieldPath),
  };
  const readTime = timestampOf(store.readTime());
  const answers = found.map((document) => ({
    document: documentMessage(document, mask),
    readTime,
  }));
  const begun = reader.began ? [{ transaction: reader.began, readTime }] : [];
  return [...begun, ...answers, { readTime, done: true }];
}

async function count({ store, transactions, requests }: Context, request: AggregationRequest) {
  const { structuredQuery, aggregations } = request.structuredAggregationQuery;
  const reader = transactions.reader(request);
  const read = queryRead(request.parent, structuredQuery, (found) =>
    JSON.stringify(aggregate(found, aggregations)),
  );
  const found = await reader.read(read);
  // One read for up to 1,000 index entries.
  requests.reads += Math.max(1, Math.ceil(found.length / 1000));
  const aggregateFields: Record<string, Value> = aggregate(found, aggregations);
  return [
    {
      result: { aggregateFields },
      readTime: timestampOf(store.readTime()),
      ...(reader.began && { transaction: reader.began }),
    },
  ];
}

function commit({ transactions, requests }: Context, request: CommitRequest) {
  const { commitTime, outcomes } = transactions.commit(request.transaction, request.writes);
  bill(requests, request.writes);
  return {
    commitTime: timestampOf(commitTime),
    writeResults: outcomes.map(writeResult),
  };
}

function batchWrite({ store, requests }: Context, { writes }: CommitRequest) {
  const names = writes.map((write) => write.update?.name ?? write.delete);
  if (new Set(names).size < names.length) {
    throw failure('INVALID_ARGUMENT', 'A batch write may not write to a document more than once');
  }
  const settled = writes.map((write) => {
    try {
      const { outcomes } = store.commit([write]);
      bill(requests, [write]);
      return { result: outcomes.map(writeResult)[0], status: { code: 0 } };
    } catch (error) {
      return { result: {}, status: asStatus(error) };
    }
  });
  return {
    writeResults: settled.map(({ result }) => result),
    status: settled.map(({ status }) => status),
  };
}

function list({ store, requests }: Context, request: ListDocumentsRequest) {
  const { documents, nextPageToken } = listDocuments(store.collections, request);
  requests.reads += documents.length;
  return {
    documents: documents.map(({ name, found }) =>
      found ? documentMessage(found, request.mask) : { name },
    ),
    nextPageToken,
  };
}

function queryRead(
  parent: string,
  structuredQuery: StructuredQuery,
  fingerprint: Read<StoredDocument[]>['fingerprint'],
): Read<StoredDocument[]> {
  return {
    keys: [`${parent}/${structuredQuery.from[0]?.collectionId}`],
    run: (collections) => runQuery(collections, parent, structuredQuery),
    fingerprint,
  };
}

const versions = (documents: (StoredDocument | undefined)[]) =>
  documents.map((one) => (one ? `${one.name}@${one.updateTime}` : 'missing')).join();

const documentMessage = (document: StoredDocument, mask: Mask | undefined): DocumentMessage => ({
  name: document.name,
  fields: project(document.fields, mask),
  createTime: timestampOf(document.createTime),
  updateTime: timestampOf(document.updateTime),
});

const writeResult = ({ updateTime, transformResults }: WriteOutcome) => ({
  updateTime: timestampOf(updateTime),
  transformResults,
});

function bill(requests: RequestCounts, writes: Write[]) {
  const deletes = writes.filter((write) => write.delete !== undefined).length;
  requests.deletes += deletes;
  requests.writes += writes.length - deletes;
}
