import { z } from 'zod';
import { words } from './names.ts';

/** JSON Schema, of which OpenAPI 3.1 has the dialect 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Schemas {
  /** Of what callers send. */
  input(schema: z.ZodType): JsonSchema;
  /** Of what they get. */
  output(schema: z.ZodType): JsonSchema;
  /** Every named schema that was written so far. */
  readonly components: Record<string, JsonSchema>;
}

/** Writes schemas of zod as JSON Schema. One that has a name becomes a reference to it. */
export function createSchemas(): Schemas {
  const components: Record<string, JsonSchema> = {};

  function write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema, $defs, ...root } = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      io,
      metadata: words,
      unrepresentable: 'any',
      override: admitMoreFields,
    });
    for (const [name, definition] of Object.entries($defs ?? {})) {
      components[name] = tidy(definition) as JsonSchema;
    }
    return tidy(root) as JsonSchema;
  }

  return {
    input: (schema) => write(schema, 'input'),
    output: (schema) => write(schema, 'output'),
    components,
  };
}

/** Answers may get more fields; only what was written to be strict stays so. */
function admitMoreFields({ zodSchema: { _zod }, jsonSchema }: Written): void {
  if (_zod.def.type === 'object' && !_zod.def.catchall) delete jsonSchema.additionalProperties;
}

interface Written {
  readonly zodSchema: z.core.$ZodTypes;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/**
 * Points references at the components, and leaves out what says nothing: names beside their schemas, the bounds of
 * exact integers, and long patterns of what has a format.
 */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, inner]) => !saysNothing(key, inner) && !(key === 'pattern' && 'format' in value),
  );
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      key === '$ref' ? String(inner).replace('#/$defs/', '#/components/schemas/') : tidy(inner),
    ]),
  );
}

function saysNothing(key: string, value: unknown): boolean {
  if (key === 'id') return typeof value === 'string';
  if (key === 'minimum') return value === Number.MIN_SAFE_INTEGER;
  return key === 'maximum' && value === Number.MAX_SAFE_INTEGER;
}
