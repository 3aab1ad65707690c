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
    });
    for (const [name, definition] of Object.entries($defs ?? {})) keep(name, definition);
    const name = words.get(schema)?.id;
    if (name === undefined) return tidy(root) as JsonSchema;
    keep(name, root);
    return { $ref: `#/components/schemas/${name}` };
  }

  function keep(name: string, definition: object): void {
    components[name] = tidy(definition) as JsonSchema;
  }

  return {
    input: (schema) => write(schema, 'input'),
    output: (schema) => write(schema, 'output'),
    components,
  };
}

/**
 * Points references at the components, and leaves out what says nothing: names beside their schemas, the bounds of
 * exact integers, and that an answer has no other fields: later versions may have.
 */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, inner]) => !saysNothing(key, inner));
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
