import { z } from 'zod';
import { splitMethods } from '../../shared/domain/split-range.ts';
import { errorView } from './job.ts';
import { plannedColumnView, tableKind, unsupportedColumn } from './table.ts';

const warningView = z.object({
  code: z.enum([
    'ROW_POLICY',
    'REDACTION_POLICY',
    'ROW_ARCHIVAL',
    'INVISIBLE_COLUMNS',
    'TEMPORARY_TABLE',
    'NUMBERS_AS_TEXT',
    'INEXACT_SCN',
    'UNDO_TOO_SHORT',
  ]),
  message: z.string(),
});

const grantView = z.object({
  statement: z.string(),
  needed_for: z.string(),
  /** False for what only makes the export, or this check, better. */
  required: z.boolean(),
});

/** What an export of one table would meet. */
const tableCheckView = z.object({
  owner: z.string(),
  table: z.string(),
  /** What is read when that is a synonym. */
  source: z.object({ owner: z.string(), table: z.string() }).nullable(),
  /** False when the time was over before. */
  checked: z.boolean(),
  ok: z.boolean(),
  /** False also where only the grant is missing: Oracle does not tell. */
  exists: z.boolean(),
  kind: tableKind.nullable(),
  /** As planned; null when they cannot be, and for transports of more than 100 tables. */
  columns: z.array(plannedColumnView).nullable(),
  /** Selected, but without an exact export: name them in exclude_columns. */
  unsupported_columns: z.array(unsupportedColumn),
  /** Each keeps the export from beginning. */
  problems: z.array(errorView),
  warnings: z.array(warningView),
  /** Of the whole table, whatever `where` leaves of it, by the optimizer's statistics. */
  estimate: z.object({
    rows: z.int().nullable(),
    bytes: z.int().nullable(),
    last_analyzed: z.string().nullable(),
  }),
  /** How a job will probably divide it, by its kind, the statistics and our user's rights. */
  split_method: z.enum(splitMethods),
  /** Rights that the user lacks on it, as one statement; null also for names with line breaks, see the problems. */
  missing_grant: z.string().nullable(),
});

export const preflightView = z.object({
  /** True when every table was checked and nothing stands against the export. */
  ok: z.boolean(),
  user: z.string(),
  driver: z.enum(['thin', 'thick']),
  circuit: z.enum(['closed', 'open', 'half-open']),
  scn_source: z.enum(['V$DATABASE', 'DBMS_FLASHBACK', 'TIMESTAMP_TO_SCN']).nullable(),
  grants: z.object({
    missing: z.array(grantView),
    /** The required ones, ready to be run by whoever may grant them; empty when nothing is missing. */
    script: z.string(),
  }),
  undo: z.object({
    /** How long, in seconds, the database keeps undo; null where the user may not look. */
    retention_seconds: z.int().nullable(),
    /** How long undo will be needed, at 10 MB/s for each task; null without statistics. */
    needed_seconds: z.int().nullable(),
    sufficient: z.boolean().nullable(),
  }),
  warnings: z.array(warningView),
  /** What may be amiss without our being able to tell, in sentences. */
  not_checked: z.array(z.string()),
  totals: z.object({
    tables: z.int(),
    checked: z.int(),
    with_problems: z.int(),
    rows_estimate: z.int(),
    bytes_estimate: z.int(),
    /** Of these the estimates know nothing. */
    without_statistics: z.int(),
  }),
  tables: z.array(tableCheckView),
});

export type Warning = z.output<typeof warningView>;
export type Grant = z.output<typeof grantView>;
export type TableCheck = z.output<typeof tableCheckView>;
export type Preflight = z.output<typeof preflightView>;
