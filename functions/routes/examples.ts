/** What answers look like, for readers of the document. The linter holds them against the schemas. */

const ids = {
  transport: 'b06fd545fbab40deab274214242e2e2d',
  job: 'efe486db16ff464d88682db720b52fa2',
};

/** A body that defines a transport. */
export const definition = {
  name: 'nightly',
  tables: ['HR.EMPLOYEES', { owner: 'HR', table: 'PHOTOS', exclude_columns: ['SCAN'] }],
  destination: { prefix: 'exports' },
  options: { tasks: 2 },
};

export const transport = {
  id: ids.transport,
  name: 'nightly',
  tables: [
    { owner: 'HR', table: 'EMPLOYEES' },
    { owner: 'HR', table: 'PHOTOS', exclude_columns: ['SCAN'] },
  ],
  destination: { prefix: 'exports' },
  options: {
    tasks: 2,
    gzip_level: 1,
    verify: 'count',
    snapshot: 'job',
    target_part_bytes: 268_435_456,
    number_default: 'STRING',
    dates: 'datetime',
    time_zones: 'offset',
    on_replacement: 'warn',
    allow_concurrent: false,
  },
  labels: {},
  latest_version: 12,
  created_at: '2026-11-02T08:15:30.120Z',
  updated_at: '2026-11-02T08:15:30.120Z',
  etag: '6823c0dda05b491fb951fc8ee8bc342f',
};

const begun = {
  id: ids.job,
  transport_id: ids.transport,
  transport_name: 'nightly',
  version: 12,
  state: 'QUEUED',
  scn: null,
  consistency: null,
  trace_id: '3fdd572234cb9c3fefd6980091668b96',
  created_at: '2026-11-23T04:00:01.370Z',
  started_at: null,
  finished_at: null,
  output: {
    bucket: 'my-exports',
    prefix: 'exports/nightly/v000012-efe486db/',
    manifest: 'exports/nightly/v000012-efe486db/_manifest.json',
  },
  output_deleted_at: null,
  execution: 'projects/my-project/locations/europe-west1/jobs/oraferry/executions/oraferry-fe023',
  error: null,
};

const finished = {
  ...begun,
  state: 'SUCCEEDED',
  scn: '4000022',
  consistency: 'scn',
  started_at: '2026-11-23T04:00:09.172Z',
  finished_at: '2026-11-23T04:03:29.366Z',
};

/** As execute answers. */
export const begunJob = { job: begun };

export const cancelledJob = { job: { ...begun, state: 'CANCELLING' } };

const extractions = {
  extractions: [
    {
      owner: 'HR',
      table: 'EMPLOYEES',
      state: 'SUCCEEDED',
      scn: '4000022',
      epoch: 1,
      consistency: 'scn',
      split_method: 'whole table',
      rows: 3201,
      rows_expected: 3201,
      verified_rows: 3201,
      bytes: 223_716,
      bytes_uncompressed: 1_329_307,
      parts: 1,
      splits_done: 1,
      splits_total: 1,
      attempts: 1,
      error: null,
    },
  ],
  extractions_total: 1,
};

export const jobDetail = { ...finished, ...extractions, extractions_next: null };

export const extractionList = { ...extractions, next_page_token: null };

/** The last page of each list. */
export const transportList = { transports: [transport], next_page_token: null };
export const jobList = { jobs: [finished], next_page_token: null };

const ticketText = 'GuqNg7scVFcIen0cZJOGVHvKFVgvNB7EKlsXT8mViYM';

export const ticket = {
  ticket: ticketText,
  expires_at: '2026-11-23T04:01:36.465Z',
  url: `/api/transport/${ids.transport}/status?job=${ids.job}&ticket=${ticketText}`,
};

export const tableList = {
  tables: [
    {
      owner: 'HR',
      table: 'EMPLOYEES',
      kind: 'table',
      comment: null,
      columns: 3,
      rows: { count: 3180, exact: false, last_analyzed: '2026-11-20T22:00:00', error: null },
      bytes_estimate: 1_329_307,
      supported: true,
      unsupported_columns: [],
    },
  ],
  next_page_token: 'WyJIUiIsIkVNUExPWUVFUyJd',
};

export const sample = {
  owner: 'HR',
  table: 'EMPLOYEES',
  kind: 'table',
  columns: [
    column('ID', 'NUMBER(18)', 'INT64'),
    column('NAME', 'VARCHAR2(100)', 'STRING'),
    column('HIRED', 'DATE', 'DATETIME'),
  ],
  rows: [{ ID: '931800000', NAME: 'Ada', HIRED: '2000-01-03T00:00:00' }],
  complete: true,
};

function column(name: string, oracleType: string, bigqueryType: string) {
  return {
    name,
    field: name,
    oracle_type: oracleType,
    bigquery_type: bigqueryType,
    nullable: false,
  };
}
