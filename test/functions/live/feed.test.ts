import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatEvent } from '../../../functions/http/sse.ts';
import { createFeed } from '../../../functions/live/feed.ts';
import { createEventParser } from '../events.ts';

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
      const batch = feed.after(told);
      const parser = createEventParser();
      parser.push(String(batch?.frames ?? ''));
      for (const { event, data } of parser.events) {
        expect(data).toBeGreaterThan(last);
        last = data;
        seen.set(event, data);
      }
      told = batch?.version ?? told;
      expect(feed.after(told)).toBeUndefined();
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
  const before = feed.opening(Buffer.from('snapshot'));
  expect(feed.after(before.version)).toBeUndefined();
  feed.put('error', { event: 'error', data: 2 }, 'standing');
  feed.put('terminal', { event: 'terminal', data: 3 }, 'last');
  const after = feed.opening(Buffer.from('snapshot'));
  const { frames, isLast } = feed.after(after.version) ?? {};
  expect(String(frames).match(/event: \w+/g)).toEqual(['event: error', 'event: terminal']);
  expect(isLast).toBe(true);
  feed.drop('error');
  expect(String(feed.after(0, 'standing')?.frames)).toBe('event: terminal\ndata: 3\n\n');
});

test('much news comes in batches, none of which is large', () => {
  const feed = createFeed();
  const data = 'x'.repeat(1_000);
  for (let table = 0; table < 100; table++) feed.put(`${table}`, { event: 'progress', data });
  const lengths: number[] = [];
  for (let batch = feed.after(0); batch; batch = feed.after(batch.version)) {
    lengths.push(batch.frames.length);
  }
  expect(lengths.length).toBeGreaterThan(5);
  expect(Math.max(...lengths)).toBeLessThan(18 * 1024);
  const whole = formatEvent({ event: 'progress', data }).length * 100;
  expect(lengths.reduce((sum, length) => sum + length)).toBe(whole);
});
