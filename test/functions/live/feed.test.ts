import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFeed } from '../../../functions/live/feed.ts';

const seed = Date.now();

test(`who reads at any pace ends with the latest of each kind, in order (seed ${seed})`, () => {
  const step = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.constant('read' as const));
  const check = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const feed = createFeed();
    const latest = new Map<string, number>();
    const seen = new Map<string, number>();
    let told = 0;
    let last = 0;
    const read = () => {
      for (const { frame, version } of feed.since(told)) {
        const [, key = '', data] = /^event: (.*)\ndata: (\d+)\n\n$/.exec(frame) ?? [];
        expect(Number(data)).toBeGreaterThan(last);
        last = Number(data);
        seen.set(key, last);
        told = version;
      }
    };
    for (const [index, key] of steps.entries()) {
      if (key === 'read') read();
      else {
        feed.put(key, { event: key, data: index + 1 });
        latest.set(key, index + 1);
      }
    }
    read();
    expect(seen).toEqual(latest);
  });
  fc.assert(check, { seed });
});

test('a newcomer is told what stands, and nothing that its snapshot says already', () => {
  const feed = createFeed();
  feed.put('progress', { event: 'progress', data: 1 });
  const before = feed.opening('snapshot');
  expect([...feed.since(before.version)]).toEqual([]);
  feed.put('error', { event: 'error', data: 2 }, 'standing');
  feed.put('terminal', { event: 'terminal', data: 3 }, 'last');
  const after = feed.opening('snapshot');
  const told = [...feed.since(after.version)];
  expect(told.map(({ frame, isLast }) => [frame.split('\n')[0], isLast])).toEqual([
    ['event: error', false],
    ['event: terminal', true],
  ]);
  feed.drop('error');
  expect([...feed.since(0, 'standing')]).toHaveLength(1);
});
