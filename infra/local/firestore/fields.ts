import type { Fields, Mask, Value } from './messages.ts';

/**
 * Splits a field path at its dots; a segment in backticks is taken as it is.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#google.firestore.v1.StructuredQuery.FieldReference
 */
export function parsePath(path: string): string[] {
  const segments = path.match(/`(?:\\.|[^`\\])*`|[^.`]+/g) ?? [];
  return segments.map((segment) =>
    segment.startsWith('`') ? segment.slice(1, -1).replace(/\\(.)/g, '$1') : segment,
  );
}

/** The value at a path, or undefined where the document has none. */
export function getField(fields: Fields, path: string[]): Value | undefined {
  const [key = '', ...rest] = path;
  const value = own(fields, key);
  if (rest.length === 0 || !value) return value;
  return getField(value.mapValue?.fields ?? {}, rest);
}

/** A copy of the fields with the value at the path replaced, or removed when it is undefined. */
export function withField(fields: Fields, path: string[], value: Value | undefined): Fields {
  const [key = '', ...rest] = path;
  if (rest.length === 0) return value ? { ...fields, [key]: value } : without(fields, key);
  const inner = own(fields, key)?.mapValue?.fields;
  if (!inner && !value) return fields;
  return { ...fields, [key]: { mapValue: { fields: withField(inner ?? {}, rest, value) } } };
}

/** The fields that a mask names. */
export function project(fields: Fields, mask: Mask | undefined): Fields {
  if (!mask) return fields;
  return mask.fieldPaths.map(parsePath).reduce<Fields>((kept, path) => {
    const value = getField(fields, path);
    return value ? withField(kept, path, value) : kept;
  }, {});
}

const own = (fields: Fields, key: string) => (Object.hasOwn(fields, key) ? fields[key] : undefined);

function without(fields: Fields, key: string): Fields {
  const { [key]: _, ...rest } = fields;
  return rest;
}
