import { expect, test } from 'vitest';
import type { Job } from '../../../shared/domain/job.ts';
import { outdatedVersions } from '../../../shared/domain/retention.ts';
import { aJob } from '../../support/records.ts';

const now = new Date('2026-03-10T12:00:00.000Z');

/** A version that ended so many hours ago. */
function version(number: number, hoursAgo: number, more: Partial<Job> = {}): Job {
  const finishedAt = new Date(now.getTime() - hoursAgo * 3_600_000).toISOString();
  return aJob({ version: number, state: 'SUCCEEDED', finishedAt, ...more });
}

function outdated(finished: readonly Job[], keep: number): number[] {
  return outdatedVersions(finished, keep, now).map((job) => job.version);
}

const daily = [version(5, 0), version(4, 24), version(3, 48), version(2, 72), version(1, 96)];

test.each([
  [1, [1, 2, 3]],
  [2, [1, 2, 3]],
  [3, [1, 2]],
  [4, [1]],
  [5, []],
  [9, []],
])('of five daily versions, keeping %i lets %j go, the oldest first', (keep, versions) => {
  expect(outdated(daily, keep)).toEqual(versions);
  expect(outdated(daily.toReversed(), keep)).toEqual(versions);
});

test('a version stays until another has stood in its place for 24 hours', () => {
  expect(outdated([version(2, 23.99), version(1, 500)], 1)).toEqual([]);
  expect(outdated([version(2, 24), version(1, 500)], 1)).toEqual([1]);
});

test('a version that ended after its successor is superseded from its own end on', () => {
  expect(outdated([version(2, 100), version(1, 1)], 1)).toEqual([]);
  expect(outdated([version(2, 100), version(1, 25)], 1)).toEqual([1]);
});

test('the first of several successors counts', () => {
  expect(outdated([version(3, 1), version(2, 30), version(1, 60)], 1)).toEqual([1]);
});

test('a partial version replaces none and is not kept in the place of a complete one', () => {
  const partial = { state: 'PARTIALLY_SUCCEEDED' } as const;
  const finished = [
    version(4, 30, partial),
    version(3, 48),
    version(2, 60, partial),
    version(1, 90),
  ];
  expect(outdated(finished, 1)).toEqual([1, 2]);
  expect(outdated(finished, 2)).toEqual([]);
  expect(outdated([version(2, 50, partial), version(1, 90, partial)], 1)).toEqual([]);
});

test('a version whose objects are gone is not named again, but still counts as complete', () => {
  const deleted = version(1, 96, { outputDeletedAt: now.toISOString() });
  expect(outdated([version(3, 0), version(2, 50), deleted], 1)).toEqual([]);
  expect(outdated([version(4, 0), version(3, 30), version(2, 60), deleted], 2)).toEqual([2]);
});

test('the newest complete version of a place where the transport once wrote stays, for its latest.json', () => {
  const elsewhere = { output: { bucket: 'b', prefix: 'before/nightly/v000002-00000000/' } };
  const moved = [
    version(4, 30),
    version(3, 60),
    version(2, 90, elsewhere),
    version(1, 99, elsewhere),
  ];
  expect(outdated(moved, 1)).toEqual([1, 3]);
  const partial = { ...elsewhere, state: 'PARTIALLY_SUCCEEDED' } as const;
  expect(outdated([version(3, 60), version(2, 90, elsewhere), version(1, 99, partial)], 1)).toEqual(
    [1],
  );
});
