import { failure } from '../grpc.ts';
import type { Collections, StoredDocument } from './documents.ts';
import { compileFilter, fieldReader, inequalityFields, type Predicate } from './filter.ts';
import type { Aggregation, Cursor, Order, StructuredQuery, Value } from './messages.ts';
import { compareValues, numberOf } from './values.ts';

/** The documents that a query finds below `parent`, whole and in order. */
export function runQuery(
  collections: Collections,
  parent: string,
  query: StructuredQuery,
): StoredDocument[] {
  const keys = compileOrder(query);
  const matches = compileFilter(query.where);
  const sortable: Predicate = (document) => keys.every(({ read }) => read(document) !== undefined);
  const found = candidates(collections, parent, query)
    .filter((document) => matches(document) && sortable(document))
    .filter(withinCursors(keys, query))
    .sort((a, b) => compareDocuments(keys, a, b));
  const offset = query.offset ?? 0;
  const limit = query.limit ? (query.limit.value ?? 0) : found.length;
  return found.slice(offset, offset + limit);
}

/** The results of `count` and `sum` by their aliases. Any other aggregation is UNIMPLEMENTED. */
export function aggregate(
  documents: StoredDocument[],
  aggregations: Aggregation[],
): Record<string, Value> {
  const results = aggregations.map((one, i) => [
    one.alias || `field_${i + 1}`,
    compute(documents, one),
  ]);
  return Object.fromEntries(results);
}

interface SortKey {
  read: (document: StoredDocument) => Value | undefined;
  sign: number;
}

// Inequality fields that the query does not order by follow the given ones, then the name, in the last direction:
// https://firebase.google.com/docs/firestore/query-data/multiple-range-fields
function compileOrder(query: StructuredQuery): SortKey[] {
  const [first] = query.orderBy;
  if (first?.field.fieldPath === '__name__' && first.direction === 'DESCENDING') {
    throw failure('FAILED_PRECONDITION', 'Firestore does not support descending key scans');
  }
  const given = query.orderBy.map((order) => order.field.fieldPath);
  const direction = query.orderBy.at(-1)?.direction ?? 'ASCENDING';
  const implied = [...inequalityFields(query.where), '__name__']
    .filter((fieldPath) => !given.includes(fieldPath))
    .filter((fieldPath, i, all) => all.indexOf(fieldPath) === i)
    .map((fieldPath) => ({ field: { fieldPath }, direction }));
  return [...query.orderBy, ...implied].map(sortKey);
}

const sortKey = ({ field, direction }: Order): SortKey => ({
  read: fieldReader(field.fieldPath),
  sign: direction === 'DESCENDING' ? -1 : 1,
});

function candidates(
  collections: Collections,
  parent: string,
  query: StructuredQuery,
): StoredDocument[] {
  const [from = {}] = query.from;
  if (!from.allDescendants) {
    return [...(collections.get(`${parent}/${from.collectionId}`)?.values() ?? [])];
  }
  const wanted = (path: string) =>
    path.startsWith(`${parent}/`) &&
    (from.collectionId === undefined || path.endsWith(`/${from.collectionId}`));
  return [...collections].flatMap(([path, documents]) =>
    wanted(path) ? [...documents.values()] : [],
  );
}

function withinCursors(keys: SortKey[], { startAt, endAt }: StructuredQuery): Predicate {
  return (document) => {
    if (startAt && comparePosition(keys, document, startAt) < (startAt.before ? 0 : 1))
      return false;
    return !endAt || comparePosition(keys, document, endAt) <= (endAt.before ? -1 : 0);
  };
}

/** −1, 0 or 1: before, at or after the cursor, which may give only the first few of the sort keys. */
function comparePosition(keys: SortKey[], document: StoredDocument, cursor: Cursor): number {
  for (const [i, value] of cursor.values.entries()) {
    const key = keys[i];
    if (!key) throw failure('INVALID_ARGUMENT', 'The cursor has more values than the order by');
    const order = compareValues(key.read(document) ?? {}, value) * key.sign;
    if (order !== 0) return Math.sign(order);
  }
  return 0;
}

function compareDocuments(keys: SortKey[], a: StoredDocument, b: StoredDocument): number {
  for (const { read, sign } of keys) {
    const order = compareValues(read(a) ?? {}, read(b) ?? {}) * sign;
    if (order !== 0) return order;
  }
  return 0;
}

function compute(documents: StoredDocument[], { count, sum }: Aggregation): Value {
  if (count) return { integerValue: String(cap(documents.length, count.upTo?.value)) };
  if (sum) return total(documents, sum.field.fieldPath);
  throw failure('UNIMPLEMENTED', 'Only count and sum are known here');
}

const cap = (count: number, upTo: string | undefined) =>
  upTo === undefined ? count : Math.min(count, Number(upTo));

// https://firebase.google.com/docs/firestore/query-data/aggregation-queries: what is no number is left out.
function total(documents: StoredDocument[], fieldPath: string): Value {
  const read = fieldReader(fieldPath);
  const numbers = documents.map((document) => numberOf(read(document) ?? {}));
  const present = numbers.filter((value) => value !== undefined);
  const integers = present.filter((value) => typeof value === 'bigint');
  if (integers.length === present.length) {
    return { integerValue: String(integers.reduce((sum, value) => sum + value, 0n)) };
  }
  return { doubleValue: present.reduce<number>((sum, value) => sum + Number(value), 0) };
}
