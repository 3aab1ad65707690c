import { describe, expect, it } from 'vitest';
import { loadBody } from '../../../shared/domain/load.ts';
import { planColumns } from '../../../shared/domain/plan-columns.ts';
import type { Part, Split } from '../../../shared/domain/split.ts';
import { loadFile } from '../../support/load-job.ts';
import { aDoneSplit, aJob, anExtraction } from '../../support/records.ts';

const any = { length: 22, precision: null, scale: null, nullable: true };
const columns = planColumns(
  {
    owner: 'SH',
    table: 'TIMES',
    columns: [
      { ...any, name: 'ID', dataType: 'NUMBER', precision: 6, scale: 0, nullable: false },
      { ...any, name: 'PAY$', dataType: 'NUMBER', comment: 'x'.repeat(2_000) },
      { ...any, name: 'V', dataType: 'VECTOR' },
      { ...any, name: 'DAY', dataType: 'DATE' },
    ],
  },
  {},
);
const times = anExtraction('TIMES', { columns, result: { state: 'SUCCEEDED' } });
const job = aJob({ output: { ...aJob().output, dataset: 'my-project.sales' } });

function requestsOf(...given: Parameters<typeof loadBody>) {
  return loadFile.parse(JSON.parse(loadBody(...given))).requests;
}

/** A done split of so many parts. */
function splitOf(parts: number, change: (index: number) => Partial<Part> = () => ({})): Split {
  const split = aDoneSplit('TIMES', 0, 1);
  const [part] = split.parts;
  if (!part) throw new Error('a done split has a part');
  const named = (index: number) => ({ ...part, name: `SH.TIMES/part-${index}-a1.jsonl.gz` });
  const all = Array.from({ length: parts }, (_, index) => ({ ...named(index), ...change(index) }));
  return { ...split, parts: all };
}

describe('the load jobs of a table', () => {
  it('replace the table by its committed parts, with the very schema of the export', () => {
    const splits = [
      aDoneSplit('TIMES', 1, 5),
      aDoneSplit('TIMES', 0, 7),
      aDoneSplit('COSTS', 0, 1),
    ];
    expect(requestsOf(job, times, splits)).toEqual([
      {
        jobReference: {
          projectId: 'my-project',
          jobId: 'oraferry_0123456789abcdef0123456789abcdef_id-TIMES_1',
        },
        configuration: {
          load: {
            destinationTable: { projectId: 'my-project', datasetId: 'sales', tableId: 'TIMES' },
            sourceUris: [
              'gs://bucket/nightly/v000012-01234567/SH.TIMES/part-00000-a1.jsonl.gz',
              'gs://bucket/nightly/v000012-01234567/SH.TIMES/part-00001-a1.jsonl.gz',
            ],
            sourceFormat: 'NEWLINE_DELIMITED_JSON',
            schema: {
              fields: [
                { name: 'ID', type: 'INT64', mode: 'REQUIRED' },
                {
                  name: 'PAY_',
                  type: 'STRING',
                  mode: 'NULLABLE',
                  description: `${'x'.repeat(1_023)}…`,
                },
                { name: 'V', type: 'FLOAT64', mode: 'REPEATED' },
                { name: 'DAY', type: 'DATETIME', mode: 'NULLABLE' },
              ],
            },
            createDisposition: 'CREATE_IF_NEEDED',
            writeDisposition: 'WRITE_TRUNCATE',
          },
        },
      },
    ]);
  });

  it('leave project and dataset out when the transport names none', () => {
    const [request] = requestsOf(aJob(), times, [aDoneSplit('TIMES', 0, 7)]);
    expect(request?.configuration.load.destinationTable).toEqual({ tableId: 'TIMES' });
    expect(request?.jobReference).not.toHaveProperty('projectId');
  });

  it('are none for an empty table', () => {
    expect(requestsOf(job, times, [{ ...aDoneSplit('TIMES', 0, 0), parts: [] }])).toEqual([]);
  });

  it.each([
    ['of so many parts', splitOf(20_001), [10_000, 10_000, 1]],
    [
      'of so long names',
      splitOf(8_000, (at) => ({ name: `${at}`.padEnd(960, 'x') })),
      [5_899, 2_101],
    ],
    ['of so many bytes', splitOf(4, () => ({ bytes: 5e12 })), [3, 1]],
  ])('are several for a table %s: the first replaces, the others append', (_, split, lengths) => {
    const requests = requestsOf(job, times, [split]);
    const loads = requests.map(({ configuration }) => configuration.load);
    expect(loads.map(({ sourceUris }) => sourceUris.length)).toEqual(lengths);
    expect(loads.map(({ writeDisposition }) => writeDisposition)).toEqual([
      'WRITE_TRUNCATE',
      ...lengths.slice(1).map(() => 'WRITE_APPEND'),
    ]);
    const prefix = 'gs://bucket/nightly/v000012-01234567/';
    expect(loads.flatMap(({ sourceUris }) => sourceUris)).toEqual(
      split.parts.map(({ name }) => prefix + name),
    );
    expect(new Set(requests.map(({ jobReference }) => jobReference.jobId)).size).toBe(
      lengths.length,
    );
    for (const request of requests) {
      expect(Buffer.byteLength(JSON.stringify(request, null, 2))).toBeLessThan(10e6);
    }
  });

  it('are the same bytes in whatever order the records are read', () => {
    const splits = [aDoneSplit('TIMES', 1, 5), aDoneSplit('TIMES', 0, 7)];
    expect(loadBody(job, times, splits.toReversed())).toBe(loadBody(job, times, splits));
  });
});
