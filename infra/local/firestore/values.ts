import type { Fields, Timestamp, Value } from './messages.ts';

type Rank = (typeof RANKS)[number];

// https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering
const RANKS = [
  'null',
  'boolean',
  'number',
  'timestamp',
  'string',
  'bytes',
  'reference',
  'geoPoint',
  'array',
  'vector',
  'map',
] as const;

/** Firestore's total order of values across types: negative, zero or positive. */
export function compareValues(a: Value, b: Value): number {
  const rank = rankOf(a);
  const difference = RANKS.indexOf(rank) - RANKS.indexOf(rankOf(b));
  return difference !== 0 ? difference : COMPARE[rank](a, b);
}

/** Whether two values are of one type in the sense of filters, where integers and doubles are one. */
export const sameType = (a: Value, b: Value) => rankOf(a) === rankOf(b);

export const isNull = (value: Value) => rankOf(value) === 'null';

export const isNaNValue = (value: Value) => Number.isNaN(value.doubleValue);

/** The number held by a value (integers as bigint, doubles as number), or undefined. */
export function numberOf(value: Value): bigint | number | undefined {
  if (value.integerValue !== undefined) return BigInt(value.integerValue);
  return value.doubleValue;
}

/** The order of the UTF-8 bytes, which differs from UTF-16's only for characters outside the basic plane. */
export function compareStrings(a: string, b: string): number {
  const i = firstDifference(a, b);
  return weight(a.charCodeAt(i)) - weight(b.charCodeAt(i));
}

/** Document names in the order of `__name__`: segment by segment. */
export function compareNames(a: string, b: string): number {
  const i = firstDifference(a, b, sharedCollection(a, b));
  const ended = (name: string) => (i >= name.length ? 2 : Number(name[i] === '/'));
  return ended(b) - ended(a) || compareStrings(a, b);
}

/** A timestamp in microseconds, Firestore's precision. */
export const microsOf = (time: Timestamp) =>
  BigInt(time.seconds ?? 0) * 1_000_000n + BigInt(Math.floor((time.nanos ?? 0) / 1000));

export const timestampOf = (micros: bigint): Timestamp => ({
  seconds: String(micros / 1_000_000n),
  nanos: Number(micros % 1_000_000n) * 1000,
});

/** Stored bytes of a document: https://firebase.google.com/docs/firestore/storage-size */
export function documentSize(name: string, fields: Fields): number {
  return nameSize(name) + fieldsSize(fields) + 32;
}

/** Most names that are compared lie in one collection, whose path is as long as all the rest. */
function sharedCollection(a: string, b: string): number {
  const length = a.lastIndexOf('/');
  return b.startsWith(a.slice(0, length)) ? length : 0;
}

function firstDifference(a: string, b: string, from = 0): number {
  const length = Math.min(a.length, b.length);
  let i = from;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  return i;
}

/** Sorts the end of a text before, and the halves of surrogate pairs after all other characters. */
function weight(unit: number): number {
  if (Number.isNaN(unit)) return -1;
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

function rankOf(value: Value): Rank {
  if (value.mapValue) return isVector(value) ? 'vector' : 'map';
  if (value.integerValue !== undefined || value.doubleValue !== undefined) return 'number';
  for (const rank of RANKS) {
    if (value[`${rank}Value` as keyof Value] !== undefined) return rank;
  }
  return 'null';
}

const isVector = (value: Value) =>
  value.mapValue?.fields?.['__type__']?.stringValue === '__vector__';

type Compare = (a: Value, b: Value) => number;

const COMPARE: Record<Rank, Compare> = {
  null: () => 0,
  boolean: (a, b) => Number(a.booleanValue) - Number(b.booleanValue),
  number: (a, b) => compareNumbers(numberOf(a) ?? 0, numberOf(b) ?? 0),
  timestamp: (a, b) => compareTimestamps(a.timestampValue, b.timestampValue),
  string: (a, b) => compareStrings(a.stringValue ?? '', b.stringValue ?? ''),
  bytes: (a, b) => Buffer.compare(bytesOf(a), bytesOf(b)),
  reference: (a, b) => compareNames(a.referenceValue ?? '', b.referenceValue ?? ''),
  geoPoint: (a, b) => compareLists(coordinates(a), coordinates(b), compareNumbers),
  array: (a, b) => compareLists(elementsOf(a), elementsOf(b), compareValues),
  vector: (a, b) => compareVectors(vectorOf(a), vectorOf(b)),
  map: (a, b) => compareLists(entriesOf(a), entriesOf(b), compareEntries),
};

function compareNumbers(a: bigint | number, b: bigint | number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

function compareTimestamps(a?: Timestamp, b?: Timestamp): number {
  return (
    compareNumbers(BigInt(a?.seconds ?? 0), BigInt(b?.seconds ?? 0)) ||
    (a?.nanos ?? 0) - (b?.nanos ?? 0)
  );
}

function compareLists<T>(a: T[], b: T[], compare: (x: T, y: T) => number): number {
  for (const [i, x] of a.entries()) {
    if (i >= b.length) break;
    const difference = compare(x, b[i] as T);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const compareVectors = (a: Value[], b: Value[]) =>
  a.length - b.length || compareLists(a, b, compareValues);

const compareEntries = (a: [string, Value], b: [string, Value]) =>
  compareStrings(a[0], b[0]) || compareValues(a[1], b[1]);

const bytesOf = (value: Value) => value.bytesValue ?? Buffer.alloc(0);

const coordinates = (value: Value) => [
  value.geoPointValue?.latitude ?? 0,
  value.geoPointValue?.longitude ?? 0,
];

export const elementsOf = (value: Value) => value.arrayValue?.values ?? [];

const vectorOf = (value: Value) => elementsOf(value.mapValue?.fields?.['value'] ?? {});

const entriesOf = (value: Value) =>
  Object.entries(value.mapValue?.fields ?? {}).sort(([a], [b]) => compareStrings(a, b));

const nameSize = (name: string) =>
  name
    .split('/')
    .slice(5)
    .reduce((sum, segment) => sum + stringSize(segment), 16);

const stringSize = (text: string) => Buffer.byteLength(text) + 1;

const fieldsSize = (fields: Fields) =>
  Object.entries(fields).reduce((sum, [key, value]) => sum + stringSize(key) + valueSize(value), 0);

const SIZE: Record<Rank, (value: Value) => number> = {
  null: () => 1,
  boolean: () => 1,
  number: () => 8,
  timestamp: () => 8,
  string: (value) => stringSize(value.stringValue ?? ''),
  bytes: (value) => bytesOf(value).length,
  reference: (value) => nameSize(value.referenceValue ?? ''),
  geoPoint: () => 16,
  array: (value) => elementsOf(value).reduce((sum, element) => sum + valueSize(element), 0),
  vector: (value) => vectorOf(value).length * 8,
  map: (value) => fieldsSize(value.mapValue?.fields ?? {}) + 32,
};

const valueSize = (value: Value): number => SIZE[rankOf(value)](value);
