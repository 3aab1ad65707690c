import { describe, expect, it } from 'vitest';
import {
  holdsClaim,
  type SplitState,
  splitTransitions,
  wasCommittedBy,
} from '../../../shared/domain/split.ts';
import { aClaim, aSplit } from '../../support/records.ts';

const claim = aClaim();
const claimed = aSplit('TIMES', 0, { state: 'CLAIMED', attempt: 3, failures: 1, holder: 'a' });
const states = Object.keys(splitTransitions) as SplitState[];

describe('a claim', () => {
  it('holds while the record says so', () => {
    expect(holdsClaim(claimed, claim)).toBe(true);
  });

  it.each([{ epoch: 3 }, { attempt: 4 }, { holder: 'b' }])('is void after %j', (change) => {
    expect(holdsClaim({ ...claimed, ...change }, claim)).toBe(false);
    expect(wasCommittedBy({ ...claimed, state: 'DONE', ...change }, claim)).toBe(false);
  });

  it.each(states)('of a split that is %s', (state) => {
    expect(holdsClaim({ ...claimed, state }, claim)).toBe(state === 'CLAIMED');
    expect(wasCommittedBy({ ...claimed, state }, claim)).toBe(state === 'DONE');
  });
});

describe('the states of a split', () => {
  it('only a claim settles, and what is settled can only be superseded', () => {
    expect(splitTransitions).toEqual({
      PENDING: ['CLAIMED', 'SUPERSEDED'],
      CLAIMED: ['CLAIMED', 'PENDING', 'DONE', 'FAILED', 'SUPERSEDED'],
      DONE: ['SUPERSEDED'],
      FAILED: ['SUPERSEDED'],
      SUPERSEDED: [],
    });
  });
});
