import { failure } from '../grpc.ts';
import { getField, parsePath, withField } from './fields.ts';
import type { Fields, FieldTransform, Timestamp, Value } from './messages.ts';
import { compareValues, elementsOf, numberOf } from './values.ts';

/**
 * Applies server-side transforms in their order; `results` has one value for each of them.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#google.firestore.v1.DocumentTransform.FieldTransform
 */
export function applyTransforms(
  fields: Fields,
  transforms: FieldTransform[],
  requestTime: Timestamp,
): { fields: Fields; results: Value[] } {
  const results: Value[] = [];
  let transformed = fields;
  for (const transform of transforms) {
    const path = parsePath(transform.fieldPath);
    const value = transformValue(getField(transformed, path), transform, requestTime);
    transformed = withField(transformed, path, value);
    results.push(value.arrayValue ? { nullValue: 'NULL_VALUE' } : value);
  }
  return { fields: transformed, results };
}

function transformValue(
  current: Value | undefined,
  transform: FieldTransform,
  requestTime: Timestamp,
): Value {
  if (transform.setToServerValue) return { timestampValue: requestTime };
  if (transform.increment) return add(current, transform.increment);
  if (transform.maximum) return extreme(current, transform.maximum, 1);
  if (transform.minimum) return extreme(current, transform.minimum, -1);
  if (transform.appendMissingElements)
    return union(current, transform.appendMissingElements.values);
  if (transform.removeAllFromArray) return remove(current, transform.removeAllFromArray.values);
  throw failure('INVALID_ARGUMENT', `No transform given for field ${transform.fieldPath}`);
}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

function add(current: Value | undefined, operand: Value): Value {
  const before = current && numberOf(current);
  const by = numberOf(operand);
  if (before === undefined || by === undefined) return operand;
  if (typeof before === 'bigint' && typeof by === 'bigint') {
    return { integerValue: String(clamp(before + by)) };
  }
  return { doubleValue: Number(before) + Number(by) };
}

function clamp(sum: bigint): bigint {
  if (sum > INT64_MAX) return INT64_MAX;
  return sum < INT64_MIN ? INT64_MIN : sum;
}

function extreme(current: Value | undefined, operand: Value, sign: number): Value {
  if (!current || numberOf(current) === undefined) return operand;
  return compareValues(operand, current) * sign > 0 ? operand : current;
}

function union(current: Value | undefined, added: Value[]): Value {
  const values = [...elementsOf(current ?? {})];
  for (const value of added) {
    if (!contains(values, value)) values.push(value);
  }
  return { arrayValue: { values } };
}

function remove(current: Value | undefined, removed: Value[]): Value {
  const values = elementsOf(current ?? {}).filter((value) => !contains(removed, value));
  return { arrayValue: { values } };
}

const contains = (values: Value[], value: Value) =>
  values.some((other) => compareValues(other, value) === 0);
