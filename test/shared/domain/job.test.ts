import { describe, expect, it } from 'vitest';
import {
  exitCodeOf,
  isCancellable,
  isTerminal,
  type JobState,
  jobTransitions,
  mayBecome,
} from '../../../shared/domain/job.ts';

const states = Object.keys(jobTransitions) as JobState[];

/** What may follow each state: first the ways forward, then the ways out. */
const expected: Record<JobState, JobState[]> = {
  QUEUED: ['PLANNING', 'CANCELLED', 'FAILED'],
  PLANNING: ['RUNNING', 'CANCELLING', 'FAILED'],
  RUNNING: ['VERIFYING', 'CANCELLING', 'FAILED'],
  VERIFYING: ['PUBLISHING', 'CANCELLING', 'FAILED'],
  PUBLISHING: ['SUCCEEDED', 'PARTIALLY_SUCCEEDED'],
  CANCELLING: ['CANCELLED'],
  SUCCEEDED: [],
  PARTIALLY_SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
};

const pairs = states.flatMap((from) => states.map((to) => ({ from, to })));

describe('the states of a job', () => {
  it.each(pairs)('$from may become $to only if the table says so', ({ from, to }) => {
    expect(mayBecome(from, to)).toBe(expected[from].includes(to));
  });

  it.each(states)('%s is terminal exactly if nothing follows', (state) => {
    expect(isTerminal(state)).toBe(expected[state].length === 0);
  });

  it('every state leads to a terminal one', () => {
    const ends = (state: JobState): boolean => isTerminal(state) || expected[state].some(ends);
    expect(states.every(ends)).toBe(true);
  });

  it('a cancel has an effect until the job is published', () => {
    expect(states.filter(isCancellable)).toEqual(['QUEUED', 'PLANNING', 'RUNNING', 'VERIFYING']);
  });

  it('a task’s exit code tells failure, also of a part; a cancel is none', () => {
    const failures = states.filter((state) => isTerminal(state) && exitCodeOf(state) === 1);
    expect(failures).toEqual(['PARTIALLY_SUCCEEDED', 'FAILED']);
  });
});
