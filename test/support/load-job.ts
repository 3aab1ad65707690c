import { z } from 'zod';

const fieldTypes = [
  'STRING',
  'BYTES',
  'INT64',
  'FLOAT64',
  'NUMERIC',
  'BIGNUMERIC',
  'BOOL',
  'TIMESTAMP',
  'DATETIME',
  'JSON',
] as const;

/**
 * What BigQuery documents of the body of jobs.insert for a load of JSON Lines, as far as it is used: fields that it
 * does not document, missing ones, and values against its rules are problems.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/Job
 */
const loadJob = z.strictObject({
  jobReference: z.strictObject({
    projectId: z.string().min(6).optional(),
    /** Letters, digits, underscores and dashes, at most 1,024 of them. */
    jobId: z.string().regex(/^[A-Za-z0-9_-]{1,1024}$/),
  }),
  configuration: z.strictObject({
    load: z.strictObject({
      destinationTable: z.strictObject({
        projectId: z.string().min(6).optional(),
        datasetId: z
          .string()
          .regex(/^[A-Za-z0-9_]{1,1024}$/)
          .optional(),
        /** https://cloud.google.com/bigquery/docs/tables#table_naming */
        tableId: z.string().regex(/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024}$/u),
      }),
      /** One `*` is a wildcard, of which there shall be none. https://cloud.google.com/bigquery/quotas#load_jobs */
      sourceUris: z
        .array(z.string().regex(/^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]\/[^*\n]{1,1024}$/))
        .min(1)
        .max(10_000),
      sourceFormat: z.literal('NEWLINE_DELIMITED_JSON'),
      schema: z.strictObject({
        fields: z
          .array(
            z.strictObject({
              /** https://cloud.google.com/bigquery/docs/schemas#column_names */
              name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,299}$/),
              /** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
              type: z.enum(fieldTypes),
              mode: z.enum(['NULLABLE', 'REQUIRED', 'REPEATED']),
              description: z.string().max(1024).optional(),
            }),
          )
          .min(1)
          .max(10_000),
      }),
      createDisposition: z.enum(['CREATE_IF_NEEDED', 'CREATE_NEVER']),
      writeDisposition: z.enum(['WRITE_TRUNCATE', 'WRITE_APPEND', 'WRITE_EMPTY']),
    }),
  }),
});

/** `_load.json` as a whole. */
export const loadFile = z.strictObject({ requests: z.array(loadJob) });
