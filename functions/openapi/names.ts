import { z } from 'zod';
import { identifier } from '../../shared/domain/identifier.ts';
import { transportInput } from '../../shared/domain/transport.ts';
import { whereInput } from '../../shared/domain/where.ts';
import { executeInput } from '../execute.ts';
import { id, ifMatch, pageQuery } from '../fields.ts';
import { jobsQuery } from '../jobs.ts';
import { sampleInput } from '../sample.ts';
import { statusInput } from '../status.ts';
import { tablesQuery } from '../tables.ts';
import {
  errorView,
  extractionState,
  extractionView,
  jobDetailView,
  jobState,
  jobView,
} from '../views/job.ts';
import { preflightView } from '../views/preflight.ts';
import { tableKind, tableView } from '../views/table.ts';
import { transportView } from '../views/transport.ts';

/** What the document says of a schema that the schema itself does not: JSON Schema keywords, in which `id` is a name. */
interface Words {
  /** A schema with a name is written once, among the components. */
  id?: string;
  [keyword: string]: unknown;
}

/** The words of each schema that has some. */
export const words = z.registry<Words>();

const { destination, options } = transportInput.shape;
const executeHeaders = executeInput.headers.shape;
const executeBody = executeInput.body.unwrap().shape;
const scheduler = 'Of Cloud Scheduler; heeded beside a Google token only.';

words
  .add(transportInput, { id: 'TransportDefinition', description: 'What to export and where to.' })
  .add(transportInput.shape.name, {
    description: 'Names the folder in the bucket, for ever.',
  })
  .add(transportInput.shape.tables, {
    description:
      '`"OWNER.TABLE"`, or an object. Names are exact: case matters. No table may come twice.',
  })
  .add(destination, {
    description: 'The bucket must be one of the configured ones; the first is the default.',
  })
  .add(options, { description: 'How to export. Each has a default.' })
  .add(transportInput.shape.labels, { description: 'The caller’s own.', maxProperties: 64 })
  .add(whereInput, { id: 'Conditions', description: 'Conditions on rows, all of which must hold.' })
  .add(identifier, {
    id: 'Identifier',
    description: 'A name in Oracle, in its exact case: at most 128 bytes, no double quote, no NUL.',
    maxLength: 128,
    pattern: '^[^"\\u0000]+$',
    examples: ['EMPLOYEES'],
  })
  .add(transportView, { id: 'Transport', description: 'A transport as it is stored.' })
  .add(jobView, {
    id: 'Job',
    description: 'A job as lists show it. What is not known yet is null.',
  })
  .add(jobDetailView, {
    id: 'JobDetail',
    description: 'A job with its tables, or the first of them.',
  })
  .add(extractionView, {
    id: 'Extraction',
    description: 'A table of a job; counts are of what is committed.',
  })
  .add(jobState, { id: 'JobState' })
  .add(extractionState, { id: 'ExtractionState' })
  .add(errorView, { id: 'Failure', description: 'Why a job, a table or a check failed.' })
  .add(tableView, { id: 'Table', description: 'A table as lists show it.' })
  .add(tableKind, { id: 'TableKind' })
  .add(preflightView, { id: 'Preflight', description: 'What an export would meet.' })
  .add(id, { description: 'An id that the service gave out.' })
  .add(pageQuery.shape.page_size, {
    description: 'The most items of one answer; of large ones it has fewer.',
  })
  .add(pageQuery.shape.page_token, { description: '`next_page_token` of the page before.' })
  .add(ifMatch.shape['if-match'], {
    description: 'The etag that the change is meant for, or `*` for any; another one gives 412.',
    pattern: '^(\\*|"[^",]*")$',
    examples: ['*'],
  })
  .add(executeHeaders['idempotency-key'], {
    description: 'Names the request, so that a repeated one answers the same job for 24 hours.',
  })
  .add(executeHeaders['x-cloudscheduler'], { description: scheduler })
  .add(executeHeaders['x-cloudscheduler-jobname'], {
    description: `${scheduler} With the schedule’s time it tells a delivery that came twice.`,
  })
  .add(executeHeaders['x-cloudscheduler-scheduletime'], { description: scheduler })
  .add(executeBody.request_id, { description: 'As `Idempotency-Key`, for whom a header is hard.' })
  .add(executeBody.allow_concurrent, {
    description: 'Whether to begin while another job of the transport runs.',
  })
  .add(jobsQuery.shape.created_after, { description: 'Jobs that were made then or later.' })
  .add(jobsQuery.shape.created_before, { description: 'Jobs that were made before then.' })
  .add(statusInput.query.shape.job, { description: 'Another job than the newest.' })
  .add(statusInput.query.shape.ticket, {
    description: 'In place of a key, for clients that cannot send headers.',
  })
  .add(statusInput.headers.shape['last-event-id'], {
    description: 'What an event stream sends when it reconnects.',
  })
  .add(tablesQuery.shape.owner, { description: 'Without one, Oracle’s own schemas are left out.' })
  .add(tablesQuery.shape.name, {
    description: 'A pattern: `*` stands for any characters, `?` for one.',
  })
  .add(sampleInput.query.shape.columns, listOfNames('Only these columns.'))
  .add(sampleInput.query.shape.exclude_columns, listOfNames('All columns but these.'));

function listOfNames(description: string): Words {
  return {
    description: `${description} In one field with commas, or in several.`,
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[^"\\u0000]+$' },
    minItems: 1,
    maxItems: 1000,
  };
}
