import type { Extraction } from '../../shared/domain/extraction.ts';
import type { Job } from '../../shared/domain/job.ts';
import type { Claim, Part, Split } from '../../shared/domain/split.ts';
import { defaultOptions } from './options.ts';

/** Records of a job with the tables SH.TIMES and SH.COSTS, to be varied by tests. */

export function aJob(more: Partial<Job> = {}): Job {
  return {
    id: '0123456789abcdef0123456789abcdef',
    tenant: 'default',
    transportId: 't',
    transportName: 'nightly',
    version: 12,
    state: 'PUBLISHING',
    tables: [],
    options: defaultOptions,
    output: { bucket: 'bucket', prefix: 'nightly/v000012-01234567/' },
    traceId: 'trace',
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:01.000Z',
    finishedAt: '2026-01-01T00:00:09.000Z',
    scn: '9007199254740993',
    consistency: 'scn',
    epoch: 2,
    outcome: { state: 'SUCCEEDED' },
    ...more,
  };
}

export function anExtraction(table: string, more: Partial<Extraction> = {}): Extraction {
  return {
    id: `id-${table}`,
    owner: 'SH',
    table,
    kind: 'table',
    position: 0,
    phase: 'READ',
    epoch: 2,
    failures: 0,
    scn: '9007199254740993',
    consistency: 'scn',
    splitMethod: 'whole table',
    columns: [],
    splitsTotal: 1,
    ...more,
  };
}

export function aSplit(table: string, position: number, more: Partial<Split> = {}): Split {
  return {
    id: `${table}-${position}`,
    extractionId: `id-${table}`,
    epoch: 2,
    position,
    range: { kind: 'whole' },
    state: 'PENDING',
    attempt: 0,
    failures: 0,
    uploads: [],
    parts: [],
    ...more,
  };
}

export function aDoneSplit(table: string, position: number, rows: number): Split {
  const parts = [aPart(`SH.${table}/part-0000${position}-a1.jsonl.gz`, rows)];
  return aSplit(table, position, { state: 'DONE', attempt: 1, holder: 'a', parts });
}

function aPart(name: string, rows: number): Part {
  const sizes = { bytes: rows * 10, bytesUncompressed: rows * 90 };
  return { name, rows, ...sizes, crc32c: 'AAAAAA==', generation: '17' };
}

export function aClaim(more: Partial<Claim> = {}): Claim {
  const of = { jobId: 'j', splitId: 'TIMES-0', extractionId: 'id-TIMES', epoch: 2, position: 0 };
  const range = { kind: 'whole' } as const;
  const earlierUploads: Claim['earlierUploads'] = [];
  return {
    ...of,
    range,
    earlierUploads,
    attempt: 3,
    failures: 1,
    holder: 'a',
    version: '1.0',
    ...more,
  };
}
