import { failure } from '../grpc.ts';
import type { StoredDocument } from './documents.ts';
import { getField, parsePath } from './fields.ts';
import type { Filter, Value } from './messages.ts';
import { compareValues, elementsOf, isNaNValue, isNull, sameType } from './values.ts';

export type Predicate = (document: StoredDocument) => boolean;

/** Compiles a where clause. Throws INVALID_ARGUMENT for an operator that Firestore does not have. */
export function compileFilter(filter: Filter | undefined): Predicate {
  if (filter?.compositeFilter) return compileComposite(filter.compositeFilter);
  if (filter?.fieldFilter) return compileField(filter.fieldFilter);
  if (filter?.unaryFilter) return compileUnary(filter.unaryFilter);
  return () => true;
}

/** The fields that a filter compares by inequality, in the order of their names and without repeats. */
export function inequalityFields(filter: Filter | undefined): string[] {
  return [...new Set(collectInequalities(filter))].sort();
}

/** The value of a field or of `__name__`, or undefined when the document has no such field. */
export function fieldReader(fieldPath: string): (document: StoredDocument) => Value | undefined {
  if (fieldPath === '__name__') return (document) => ({ referenceValue: document.name });
  const path = parsePath(fieldPath);
  return (document) => getField(document.fields, path);
}

function compileComposite({ op, filters }: { op: string; filters: Filter[] }): Predicate {
  const predicates = filters.map(compileFilter);
  return op === 'OR'
    ? (document) => predicates.some((matches) => matches(document))
    : (document) => predicates.every((matches) => matches(document));
}

type Test = (value: Value, operand: Value) => boolean;

const equal: Test = (value, operand) =>
  (value.stringValue !== undefined && value.stringValue === operand.stringValue) ||
  (sameType(value, operand) && compareValues(value, operand) === 0);

const ordered =
  (accepts: (order: number) => boolean): Test =>
  (value, operand) =>
    sameType(value, operand) &&
    isNaNValue(value) === isNaNValue(operand) &&
    accepts(compareValues(value, operand));

const isAmong = (values: Value[], value: Value) => values.some((one) => equal(value, one));

// Null never matches != and not-in, and NaN and null in a list of `in` match nothing:
// https://firebase.google.com/docs/firestore/query-data/queries#limitations
const TESTS: Record<string, Test> = {
  EQUAL: equal,
  NOT_EQUAL: (value, operand) => !isNull(value) && !equal(value, operand),
  LESS_THAN: ordered((order) => order < 0),
  LESS_THAN_OR_EQUAL: ordered((order) => order <= 0),
  GREATER_THAN: ordered((order) => order > 0),
  GREATER_THAN_OR_EQUAL: ordered((order) => order >= 0),
  ARRAY_CONTAINS: (value, operand) => isAmong(elementsOf(value), operand),
  ARRAY_CONTAINS_ANY: (value, operand) =>
    elementsOf(operand).some((one) => isAmong(elementsOf(value), one)),
  IN: (value, operand) =>
    !isNull(value) && !isNaNValue(value) && isAmong(elementsOf(operand), value),
  NOT_IN: (value, operand) =>
    !isNull(value) && !elementsOf(operand).some(isNull) && !isAmong(elementsOf(operand), value),
};

const UNARY_TESTS: Record<string, (value: Value) => boolean> = {
  IS_NULL: isNull,
  IS_NOT_NULL: (value) => !isNull(value),
  IS_NAN: isNaNValue,
  IS_NOT_NAN: (value) => !isNull(value) && !isNaNValue(value),
};

function compileField({
  field,
  op,
  value: operand,
}: NonNullable<Filter['fieldFilter']>): Predicate {
  const read = fieldReader(field.fieldPath);
  const test = TESTS[op];
  if (!test) throw failure('INVALID_ARGUMENT', `Unknown filter operator ${op}`);
  return (document) => {
    const value = read(document);
    return value !== undefined && test(value, operand);
  };
}

function compileUnary({ field, op }: NonNullable<Filter['unaryFilter']>): Predicate {
  const read = fieldReader(field.fieldPath);
  const test = UNARY_TESTS[op];
  if (!test) throw failure('INVALID_ARGUMENT', `Unknown filter operator ${op}`);
  return (document) => {
    const value = read(document);
    return value !== undefined && test(value);
  };
}

const INEQUALITIES = [
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
  'NOT_EQUAL',
  'NOT_IN',
  'IS_NOT_NULL',
  'IS_NOT_NAN',
];

function collectInequalities(filter: Filter | undefined): string[] {
  if (filter?.compositeFilter) return filter.compositeFilter.filters.flatMap(collectInequalities);
  const one = filter?.fieldFilter ?? filter?.unaryFilter;
  return one && INEQUALITIES.includes(one.op) ? [one.field.fieldPath] : [];
}
