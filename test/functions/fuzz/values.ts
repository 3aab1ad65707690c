import fc, { type Arbitrary } from 'fast-check';
import { resolve, type Schema } from './document.ts';

/** Values that a JSON Schema admits; small ones, as callers send them. */
export function valuesOf(schema: Schema): Arbitrary<unknown> {
  if (typeof schema['$ref'] === 'string') return valuesOf(resolve(schema['$ref']));
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum']);
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(branches)) return fc.oneof(...branches.map(valuesOf));
  switch (schema['type']) {
    case 'string':
      return texts(schema);
    case 'integer':
      return fc.integer(bounds(schema));
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return lists(schema);
    case 'object':
      return objects(schema);
    default:
      return 'not' in schema ? fc.constant(undefined) : fc.jsonValue({ maxDepth: 2 });
  }
}

function texts(schema: Schema): Arbitrary<string> {
  if (schema['format'] === 'date-time') {
    return fc.date({ noInvalidDate: true, ...years }).map((date) => date.toISOString());
  }
  const { minLength = 0, maxLength = 200, pattern } = schema as Record<string, number>;
  if (pattern === undefined) return fc.string({ minLength, maxLength: Math.min(maxLength, 40) });
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength;
  return fc.stringMatching(new RegExp(String(pattern), 'u'), { size: 'small' }).filter(fits);
}

const years = { min: new Date('1900-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z') };

function bounds({ minimum, maximum }: Schema): { min?: number; max?: number } {
  return {
    ...(typeof minimum === 'number' && { min: minimum }),
    ...(typeof maximum === 'number' && { max: maximum }),
  };
}

function lists({ items, prefixItems, minItems, maxItems }: Schema): Arbitrary<unknown[]> {
  if (Array.isArray(prefixItems)) return fc.tuple(...prefixItems.map(valuesOf));
  return fc.array(valuesOf((items ?? {}) as Schema), {
    minLength: Number(minItems ?? 0),
    maxLength: Math.min(Number(maxItems ?? 4), 4),
  });
}

function objects(schema: Schema): Arbitrary<unknown> {
  const { properties = {}, required = [], propertyNames, additionalProperties } = schema;
  const fields = Object.entries(properties as Record<string, Schema>).map(
    ([name, inner]) => [name, valuesOf(inner)] as const,
  );
  const known = fc.record(Object.fromEntries(fields), { requiredKeys: required as string[] });
  if (typeof additionalProperties !== 'object') return known;
  const names = valuesOf((propertyNames ?? { type: 'string' }) as Schema) as Arbitrary<string>;
  const others = fc.dictionary(names, valuesOf(additionalProperties as Schema), { maxKeys: 3 });
  return fc.tuple(known, others).map(([some, more]) => ({ ...more, ...some }));
}
