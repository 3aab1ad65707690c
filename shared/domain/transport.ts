import { z } from 'zod';

// Oracle identifiers: at most 128 bytes, and never a double quote or NUL, because we always quote them.
// https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Database-Object-Names-and-Qualifiers.html
const identifier = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= 128, 'is longer than 128 bytes')
  .refine((name) => !/["\0]/.test(name), 'holds a double quote or a NUL');

const tableObject = z
  .strictObject({
    owner: identifier,
    table: identifier,
    columns: z.array(identifier).min(1).max(1000).optional(),
    exclude_columns: z.array(identifier).min(1).max(1000).optional(),
  })
  .refine((table) => !(table.columns && table.exclude_columns), {
    message: 'give columns or exclude_columns, not both',
  });

const tableName = z
  .string()
  .regex(/^[^."]+\.[^."]+$/, 'write OWNER.TABLE, or {"owner", "table"} when a name has a dot')
  .transform((text, issues) => {
    const [owner, table] = text.split('.');
    const parsed = tableObject.safeParse({ owner, table });
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) {
      issues.addIssue({ code: 'custom', path, message });
    }
    return z.NEVER;
  });

/** One table of a transport, as stored. Names are exact: case matters, as between double quotes in SQL. */
export type TransportTable = z.output<typeof tableObject>;

const options = z.strictObject({
  tasks: z.int().min(1).max(100).default(1),
  gzip_level: z.int().min(1).max(9).default(1),
  verify: z.enum(['count', 'none']).default('count'),
  snapshot: z.enum(['job', 'table']).default('job'),
});

// Cloud Storage allows more in names, but these survive every shell, URL and console unescaped.
// https://cloud.google.com/storage/docs/objects#naming
const prefixSegment = '[A-Za-z0-9_][A-Za-z0-9_.=-]*';

const destination = z.strictObject({
  prefix: z
    .string()
    .max(200)
    .regex(
      new RegExp(`^(${prefixSegment}(/${prefixSegment})*)?$`),
      'use letters, digits, _ . = - and single slashes between segments',
    )
    .default(''),
  bucket: z.string().min(3).max(222).optional(),
});

// Firestore keeps names of the form __name__ for itself: https://firebase.google.com/docs/firestore/quotas#limits
const labelKey = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/);
const labelProblem = {
  error: ({ code }: { code: string }) =>
    code === 'invalid_key'
      ? 'begin with a letter; use 1 to 63 letters, digits, _ . and -'
      : undefined,
};

/** Body of POST and PUT /api/transport. */
export const transportInput = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'use 1 to 63 letters, digits, _ and -'),
  tables: z
    .array(z.union([tableName, tableObject], 'write OWNER.TABLE or {"owner", "table"}'))
    .min(1)
    .max(5000)
    .refine(noTableTwice, 'names a table twice'),
  destination: destination.prefault({}),
  options: options.prefault({}),
  labels: z.record(labelKey, z.string().max(63), labelProblem).default({}),
});

export type TransportInput = z.output<typeof transportInput>;
export type TransportOptions = z.output<typeof options>;

/** A stored transport. Times are ISO 8601 in UTC; `etag` changes with every change of the definition. */
export interface Transport extends TransportInput {
  readonly id: string;
  readonly tenant: string;
  readonly latestVersion: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly etag: string;
}

function noTableTwice(tables: readonly { owner: string; table: string }[]): boolean {
  const names = tables.map(({ owner, table }) => JSON.stringify([owner, table]));
  return new Set(names).size === names.length;
}
