import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mapLimited } from '../../shared/map-limited.ts';

test('results keep the order of the items, with at most the limit under way', async () => {
  let running = 0;
  let most = 0;
  const results = await mapLimited([5, 1, 4, 2, 3], 2, async (turns, index) => {
    most = Math.max(most, ++running);
    for (let count = 0; count < turns; count++) await turn();
    running--;
    return `${index}:${turns}`;
  });
  expect(results).toEqual(['0:5', '1:1', '2:4', '3:2', '4:3']);
  expect(most).toBe(2);
});

test('after a failure nothing new begins, what runs is waited for, and the error is thrown', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const mapping = mapLimited([0, 1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('item 1');
    for (let count = 0; count < 5; count++) await turn();
    ended.push(item);
  });
  await expect(mapping).rejects.toThrow('item 1');
  expect(begun).toEqual([0, 1]);
  expect(ended).toEqual([0]);
});

test('no items are no work', async () => {
  expect(await mapLimited([], 3, async () => 1)).toEqual([]);
});
