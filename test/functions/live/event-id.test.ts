import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatEventId,
  hasReached,
  type Position,
  parseEventId,
  positionOf,
} from '../../../functions/live/event-id.ts';
import { type JobState, jobTransitions } from '../../../shared/domain/job.ts';

const seed = Date.now();
const id = '0123456789abcdef0123456789abcdef';
const states = Object.keys(jobTransitions) as JobState[];
const positions = fc.record({
  jobId: fc.constant(id),
  epoch: fc.nat(1_000_000),
  state: fc.constantFrom(...states),
  rows: fc.array(fc.nat({ max: 2 ** 50 }), { maxLength: 100 }),
});

test(`an id says the position (seed ${seed})`, () => {
  const check = fc.property(positions, (position) => {
    expect(parseEventId(formatEventId(position))).toEqual(position);
  });
  fc.assert(check, { seed });
});

test(`any other text is no id (seed ${seed})`, () => {
  const mangled = fc
    .tuple(positions, fc.nat(200), fc.string({ maxLength: 3 }))
    .map(([position, at, noise]) => {
      const text = formatEventId(position);
      return text.slice(0, at) + noise + text.slice(at + 1);
    });
  const check = fc.property(fc.oneof(fc.string(), mangled), (text) => {
    const position = parseEventId(text);
    if (position) expect(position.rows.every((count) => Number.isSafeInteger(count))).toBe(true);
  });
  fc.assert(check, { seed, numRuns: 500 });
  const many = `${id}.1.RUNNING.${'1-'.repeat(100)}1`;
  const bad = [undefined, '', '..', `${id}.1.toString.`, `${id}.1.RUNNING.-`, `${id}.x.RUNNING.1`];
  expect([...bad, many].filter((text) => parseEventId(text))).toEqual([]);
});

test('a position is reached when no number, the plan and the state are behind', () => {
  const seen: Position = { jobId: id, epoch: 2, state: 'RUNNING', rows: [5, 7] };
  const reached = [
    {},
    { rows: [6, 7] },
    { epoch: 3 },
    { state: 'FAILED' as const },
    { rows: [13] },
  ];
  const behind = [{ rows: [4, 9] }, { epoch: 1 }, { state: 'PLANNING' as const }, { rows: [11] }];
  expect(reached.filter((more) => !hasReached({ ...seen, ...more }, seen))).toEqual([]);
  expect(behind.filter((more) => hasReached({ ...seen, ...more }, seen))).toEqual([]);
});

test('every transition leads to a state that has reached the one before', () => {
  const at = (state: JobState) => positionOf({ id, epoch: 1, state }, []);
  for (const before of states) {
    for (const after of jobTransitions[before]) {
      expect(hasReached(at(after), at(before)), `${before} to ${after}`).toBe(true);
      expect(hasReached(at(before), at(after)), `${after} to ${before}`).toBe(false);
    }
  }
});

test('of very many tables only the sum is said', () => {
  const rows = Array.from({ length: 101 }, () => 2);
  expect(positionOf({ id, epoch: 1, state: 'RUNNING' }, rows).rows).toEqual([202]);
});
