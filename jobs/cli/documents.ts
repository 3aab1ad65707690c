import { z } from 'zod';
import { OraFerryError } from '../../shared/errors.ts';

/** The documents of an export, as far as a consumer relies on them; more fields may come. */

const count = z.int().nonnegative();

/** A name that leads out of the job's prefix is none that we wrote. */
const name = z
  .string()
  .min(1)
  .refine(
    (text) => text.split('/').every((segment) => !['', '.', '..'].includes(segment)),
    'is no name below the prefix',
  );

const part = z.object({
  name,
  rows: count,
  bytes: count,
  bytes_uncompressed: count,
  crc32c: z.string(),
  generation: z.string(),
});

const table = z.object({
  owner: z.string(),
  table: z.string(),
  rows: count,
  verified_rows: count.nullable(),
  schema: name,
  load: name.optional(),
  parts: z.array(part),
});

const manifest = z.object({
  job_id: z.string(),
  transport: z.string(),
  version: z.int(),
  state: z.enum(['SUCCEEDED', 'PARTIALLY_SUCCEEDED']),
  tables: z.array(table),
  failed: z.array(z.object({ owner: z.string(), table: z.string() })),
});

const schema = z.object({ fields: z.array(z.object({ name: z.string() })).min(1) });

export type Manifest = z.output<typeof manifest>;
export type ManifestTable = z.output<typeof table>;
export type ManifestPart = z.output<typeof part>;

/** Throws VALIDATION_ERROR that says what is wrong with the text. */
export function readManifest(text: string): Manifest {
  return read(manifest, 'The manifest', text);
}

/** The fields of each row. Throws VALIDATION_ERROR. */
export function readFields(text: string): string[] {
  return read(schema, 'The schema', text).fields.map((field) => field.name);
}

function read<T>(form: z.ZodType<T>, what: string, text: string): T {
  const { data, error } = form.safeParse(parseJson(what, text));
  const [issue] = error?.issues ?? [];
  if (data !== undefined && !issue) return data;
  const problem = `${issue?.path.join('.')}: ${issue?.message}`;
  throw new OraFerryError('VALIDATION_ERROR', `${what} is not of the known form: ${problem}`);
}

function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OraFerryError('VALIDATION_ERROR', `${what} is no JSON.`, { cause });
  }
}
