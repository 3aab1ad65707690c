import { expect, test } from 'vitest';
import { completionOf } from '../../../shared/domain/completion.ts';
import { aJob } from '../../support/records.ts';

const { output } = aJob();
const manifest = `gs://${output.bucket}/${output.prefix}_manifest.json`;
const error = { code: 'TASKS_LOST', message: 'gone' } as const;

test.each([
  ['SUCCEEDED', { manifest, error: null }],
  ['PARTIALLY_SUCCEEDED', { manifest, error }],
  ['FAILED', { manifest: null, error }],
  ['CANCELLED', { manifest: null, error: null }],
] as const)(
  'a job that is %s tells where its manifest is, if there is one, and its error',
  (state, told) => {
    const job = aJob({ state, ...(told.error && { error }) });
    const identity = { job_id: job.id, transport: 'nightly', version: 12 };
    expect(completionOf(job)).toEqual({ ...identity, state, ...told });
  },
);
