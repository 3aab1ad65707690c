import { z } from 'zod';
import { dataset, tableId } from './bigquery-name.ts';
import { identifier } from './identifier.ts';
import { isJobFolder } from './layout.ts';
import { whereInput } from './where.ts';

// Firestore keeps names of the form __name__ for itself: https://firebase.google.com/docs/firestore/quotas#limits
const columnTypes = z.record(
  identifier.refine((name) => !/^__.*__$/.test(name), 'is kept'),
  z.enum(['STRING', 'BIGNUMERIC']),
  {
    error: ({ code }) =>
      code === 'invalid_key'
        ? 'a name with two underscores at both ends cannot be given here'
        : undefined,
  },
);

const tableObject = z
  .strictObject({
    owner: identifier,
    table: identifier,
    columns: z.array(identifier).min(1).max(1000).optional(),
    exclude_columns: z.array(identifier).min(1).max(1000).optional(),
    where: whereInput.optional(),
    column_types: columnTypes.optional(),
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
  // Compressed. BigQuery takes at most 4 GB of a compressed file, and reads none in parallel.
  // https://cloud.google.com/bigquery/quotas#load_jobs
  target_part_bytes: z.int().min(1_048_576).max(1_900_000_000).default(268_435_456),
  number_default: z.enum(['STRING', 'BIGNUMERIC']).default('STRING'),
  dates: z.enum(['datetime', 'string']).default('datetime'),
  time_zones: z.enum(['offset', 'region']).default('offset'),
  on_replacement: z.enum(['warn', 'fail']).default('warn'),
  /** How many complete versions keep their objects; all unless told. */
  retention: z.strictObject({ versions: z.int().min(1).max(10_000) }).optional(),
  /** Whether an execute may start a job while another one of the transport runs. */
  allow_concurrent: z.boolean().default(false),
});

// Cloud Storage allows more in names, but these survive every shell, URL and console unescaped.
// https://cloud.google.com/storage/docs/objects#naming
const prefixSegment = '[A-Za-z0-9_][A-Za-z0-9_.=-]*';

const looksLikeJob = 'has the form of the folder of a job, such as v000012-3f9c01ab';

const destination = z.strictObject({
  prefix: z
    .string()
    .max(200)
    .regex(
      new RegExp(`^(${prefixSegment}(/${prefixSegment})*)?$`),
      'use letters, digits, _ . = - and single slashes between segments',
    )
    .refine((prefix) => !prefix.split('/').some(isJobFolder), looksLikeJob)
    .default(''),
  bucket: z.string().min(3).max(222).optional(),
  dataset: dataset.optional(),
});

// Firestore keeps names of the form __name__ for itself: https://firebase.google.com/docs/firestore/quotas#limits
const labelKey = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/);
const labelProblem = {
  error: ({ code }: { code: string }) =>
    code === 'invalid_key'
      ? 'begin with a letter; use 1 to 63 letters, digits, _ . and -'
      : undefined,
};

// A transport and each of its jobs are documents of at most 1 MiB.
// https://firebase.google.com/docs/firestore/quotas#limits
const mostTableBytes = 512 * 1024;

/** Body of POST and PUT /api/transport. */
export const transportInput = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'use 1 to 63 letters, digits, _ and -')
      .refine((name) => !isJobFolder(name), looksLikeJob),
    tables: z
      .array(z.union([tableName, tableObject], 'write OWNER.TABLE or {"owner", "table"}'))
      .min(1)
      .max(5000)
      .refine(noTableTwice, 'names a table twice')
      .refine(fitsRecord, `takes more than ${mostTableBytes / 1024} KiB: use several transports`),
    destination: destination.prefault({}),
    options: options.prefault({}),
    labels: z
      .record(labelKey, z.string().max(63), labelProblem)
      .refine((labels) => Object.keys(labels).length <= 64, 'there may be 64 at most')
      .default({}),
  })
  .refine(loadsEachTableAlone, {
    path: ['destination', 'dataset'],
    message: 'would get two of the tables under one name: use a transport and a dataset for each',
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

function fitsRecord(tables: readonly unknown[]): boolean {
  return Buffer.byteLength(JSON.stringify(tables)) <= mostTableBytes;
}

/** Names of BigQuery tables may be told apart by case, but need not, depending on the dataset. */
function loadsEachTableAlone({ tables, destination }: TransportDestination): boolean {
  if (destination.dataset === undefined) return true;
  const ids = tables.map(({ table }) => tableId(table).toLowerCase());
  return new Set(ids).size === ids.length;
}

interface TransportDestination {
  readonly tables: readonly { readonly table: string }[];
  readonly destination: { readonly dataset?: string | undefined };
}
