import { describe, expect, it } from 'vitest';
import type { ExtractionView, JobView } from '../../../../infra/local/demo/api.ts';
import { followJob } from '../../../../infra/local/demo/follow.ts';

describe('followJob', () => {
  it('tells each change once and returns the job at its end', async () => {
    const said: string[] = [];
    const running = job('RUNNING', { scn: '42', extractions: [table('RUNNING', 0)] });
    const look = answering([
      job('QUEUED'),
      running,
      running,
      job('VERIFYING', { extractions: [table('RUNNING', 1)] }),
      job('SUCCEEDED', { extractions: [table('SUCCEEDED', 1)] }),
    ]);
    const { job: last, durations } = await follow(look, said);
    expect(said).toEqual([
      'job QUEUED',
      'job RUNNING at SCN 42',
      'job VERIFYING',
      '  A.T: 1,234 rows',
      'job SUCCEEDED',
    ]);
    expect(last.state).toBe('SUCCEEDED');
    expect(durations.get('A.T')).toBeGreaterThan(0);
  });

  it('tells a table that failed', async () => {
    const said: string[] = [];
    await follow(answering([job('FAILED', { extractions: [table('FAILED', 0)] })]), said);
    expect(said).toEqual(['job FAILED', '  A.T: failed']);
  });

  it('stops at an abort', async () => {
    const stop = new AbortController();
    const following = followJob(answering([job('RUNNING')]), () => stop.abort(), stop.signal);
    await expect(following).rejects.toThrow('abort');
  });
});

function follow(look: () => Promise<JobView>, said: string[]) {
  return followJob(look, (line) => said.push(line), new AbortController().signal);
}

/** Answers one job after the other, the last one for ever. */
function answering(jobs: JobView[]) {
  return async () => {
    const [first, ...rest] = jobs;
    if (rest.length > 0) jobs = rest;
    if (!first) throw new Error('there is no job');
    return first;
  };
}

function job(state: string, more: Partial<JobView> = {}): JobView {
  return { id: 'j', version: 1, state, output: { bucket: 'b', prefix: 'p/' }, ...more };
}

function table(state: string, splits_done: number): ExtractionView {
  return { owner: 'A', table: 'T', state, rows: 1_234, splits_done, splits_total: 1 };
}
