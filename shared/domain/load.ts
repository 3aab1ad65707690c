import { datasetReference, tableId } from './bigquery-name.ts';
import { type Extraction, totalsOf } from './extraction.ts';
import type { Job } from './job.ts';
import { bigQueryFields } from './schema.ts';
import type { Part, Split } from './split.ts';

// 10,000 URIs and 15 TB a load job: https://cloud.google.com/bigquery/quotas#load_jobs
const mostUris = 10_000;
const mostInputBytes = 15e12;
// No limit is documented for this request; 10 MB is the one of BigQuery's other JSON requests, and rows of the
// schema are repeated in each: https://cloud.google.com/bigquery/quotas#streaming_inserts
const mostUriBytes = 6e6;

/**
 * The text of `_load.json`: bodies for BigQuery's jobs.insert that load the table's committed parts, to be sent in
 * their order, each when the one before is done: the first replaces the table, the others append. The ids of the
 * jobs follow from the record, so that BigQuery refuses to load a part twice. Without parts there are none. The
 * project and dataset are left out when the transport names none.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/Job
 */
export function loadBody(job: Job, extraction: Extraction, splits: readonly Split[]): string {
  const { parts } = totalsOf(extraction, splits);
  const requests = chunk(job, parts).map((uris, index) => ({
    jobReference: {
      ...(job.output.dataset && { projectId: datasetReference(job.output.dataset).projectId }),
      jobId: `oraferry_${job.id}_${extraction.id}_${index + 1}`,
    },
    configuration: {
      load: {
        destinationTable: {
          ...(job.output.dataset && datasetReference(job.output.dataset)),
          tableId: tableId(extraction.table),
        },
        sourceUris: uris,
        sourceFormat: 'NEWLINE_DELIMITED_JSON',
        schema: { fields: bigQueryFields(extraction.columns) },
        createDisposition: 'CREATE_IF_NEEDED',
        writeDisposition: index === 0 ? 'WRITE_TRUNCATE' : 'WRITE_APPEND',
      },
    },
  }));
  return `${JSON.stringify({ requests }, null, 2)}\n`;
}

/** The parts' URIs, in as few lists as the limits allow. */
function chunk({ output }: Job, parts: readonly Part[]): string[][] {
  const chunks: string[][] = [];
  let room = { uris: 0, uriBytes: 0, inputBytes: 0 };
  for (const { name, bytes } of parts) {
    const uri = `gs://${output.bucket}/${output.prefix}${name}`;
    const uriBytes = uri.length + 20;
    if (room.uris < 1 || room.uriBytes < uriBytes || room.inputBytes < bytes) {
      chunks.push([]);
      room = { uris: mostUris, uriBytes: mostUriBytes, inputBytes: mostInputBytes };
    }
    chunks.at(-1)?.push(uri);
    room = {
      uris: room.uris - 1,
      uriBytes: room.uriBytes - uriBytes,
      inputBytes: room.inputBytes - bytes,
    };
  }
  return chunks;
}
