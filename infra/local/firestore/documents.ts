import { failure } from '../grpc.ts';
import { getField, parsePath, withField } from './fields.ts';
import type { Fields, Mask, Precondition, Value, Write } from './messages.ts';
import { applyTransforms } from './transforms.ts';
import { compareValues, documentSize, microsOf, timestampOf } from './values.ts';

/** A document at one time; never changed in place. Times are microseconds since 1970. */
export interface StoredDocument {
  name: string;
  fields: Fields;
  createTime: bigint;
  updateTime: bigint;
}

/** Documents by name within each collection's path (`projects/…/documents/users`). */
export type Collections = ReadonlyMap<string, ReadonlyMap<string, StoredDocument>>;

export interface WriteOutcome {
  updateTime: bigint;
  transformResults: Value[];
}

export type Store = ReturnType<typeof createStore>;

/** Documents in memory, and a clock whose commit times strictly increase. */
export function createStore() {
  const collections = new Map<string, Map<string, StoredDocument>>();
  let clock = 0n;
  let commits = 0;

  return {
    collections: collections as Collections,
    /** Number of commits so far: equal numbers mean equal data. */
    commits: () => commits,
    /** The time of a read that is made now: no later commit has it. */
    readTime: () => {
      clock = later(clock, wallClock());
      return clock;
    },
    /** Applies all writes or, when one of them throws, none. */
    commit(writes: Write[]): { commitTime: bigint; outcomes: WriteOutcome[] } {
      const commitTime = later(clock + 1n, wallClock());
      const staged = new Map<string, StoredDocument | undefined>();
      const outcomes = writes.map((write) => stage(collections, staged, write, commitTime));
      for (const [name, document] of staged) install(collections, name, document);
      clock = commitTime;
      commits += 1;
      return { commitTime, outcomes };
    },
  };
}

export const findDocument = (collections: Collections, name: string) =>
  collections.get(collectionOf(name))?.get(name);

const collectionOf = (name: string) => name.slice(0, name.lastIndexOf('/'));

const wallClock = () => BigInt(Date.now()) * 1000n;

const later = (a: bigint, b: bigint) => (a > b ? a : b);

function stage(
  collections: Collections,
  staged: Map<string, StoredDocument | undefined>,
  write: Write,
  commitTime: bigint,
): WriteOutcome {
  const name = write.update?.name ?? write.delete ?? '';
  checkName(name);
  const current = staged.has(name) ? staged.get(name) : findDocument(collections, name);
  checkPrecondition(name, current, write.currentDocument);
  if (write.delete !== undefined) {
    staged.set(name, undefined);
    return { updateTime: commitTime, transformResults: [] };
  }
  const { fields, results } = written(current?.fields ?? {}, write, commitTime);
  const document = nextVersion(name, current, fields, commitTime);
  staged.set(name, document);
  return { updateTime: document.updateTime, transformResults: results };
}

// https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
function checkName(name: string) {
  const [, , , , , ...path] = name.split('/');
  if (path.length === 0 || path.length % 2 === 1) {
    throw failure('INVALID_ARGUMENT', `Document name "${name}" has no even number of segments`);
  }
  const bad = path.find((id) => id === '' || id === '.' || id === '..' || /^__.*__$/.test(id));
  if (bad !== undefined) {
    throw failure('INVALID_ARGUMENT', `Resource id "${bad}" is invalid because it is reserved.`);
  }
}

function checkPrecondition(
  name: string,
  current: StoredDocument | undefined,
  condition: Precondition | undefined,
) {
  if (condition?.exists === false && current) {
    throw failure('ALREADY_EXISTS', `Document already exists: ${name}`);
  }
  if (condition?.exists && !current) throw failure('NOT_FOUND', `No document to update: ${name}`);
  if (!condition?.updateTime) return;
  const required = microsOf(condition.updateTime);
  const stored = current?.updateTime ?? 0n;
  if (stored !== required) {
    throw failure(
      'FAILED_PRECONDITION',
      `the stored version (${stored}) does not match the required base version (${required})`,
    );
  }
}

function written(current: Fields, write: Write, commitTime: bigint) {
  const update = write.update?.fields ?? {};
  const merged = write.updateMask ? merge(current, update, write.updateMask) : update;
  // REQUEST_TIME has millisecond precision.
  const requestTime = timestampOf(commitTime - (commitTime % 1000n));
  return applyTransforms(merged, write.updateTransforms, requestTime);
}

const merge = (current: Fields, update: Fields, mask: Mask) =>
  mask.fieldPaths
    .map(parsePath)
    .reduce((fields, path) => withField(fields, path, getField(update, path)), current);

const MAX_DOCUMENT_BYTES = 1_048_576;

// A write that changes nothing keeps the update time (WriteResult.update_time in write.proto).
function nextVersion(
  name: string,
  current: StoredDocument | undefined,
  fields: Fields,
  commitTime: bigint,
): StoredDocument {
  if (documentSize(name, fields) > MAX_DOCUMENT_BYTES) {
    throw failure('INVALID_ARGUMENT', `maximum entity size is ${MAX_DOCUMENT_BYTES} bytes`);
  }
  if (current && identical(current.fields, fields)) return current;
  return { name, fields, createTime: current?.createTime ?? commitTime, updateTime: commitTime };
}

// Ordering holds 1 and 1.0 for equal; a stored document tells them apart.
const identical = (a: Fields, b: Fields) =>
  compareValues({ mapValue: { fields: a } }, { mapValue: { fields: b } }) === 0 &&
  JSON.stringify(sortedKeys(a)) === JSON.stringify(sortedKeys(b));

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [key, sortedKeys(inner)]);
}

function install(
  collections: Map<string, Map<string, StoredDocument>>,
  name: string,
  document: StoredDocument | undefined,
) {
  const path = collectionOf(name);
  const collection = collections.get(path) ?? new Map<string, StoredDocument>();
  if (document) collection.set(name, document);
  else collection.delete(name);
  if (collection.size > 0) collections.set(path, collection);
  else collections.delete(path);
}
