import { expect, test } from 'vitest';
import { createTurns } from '../../shared/in-turn.ts';

test('operations run one after the other, in the order of the calls, and a failure stops nobody', async () => {
  const inTurn = createTurns();
  const story: string[] = [];
  const operation = (name: string, fails: boolean) => async () => {
    story.push(`${name} begins`);
    await new Promise(setImmediate);
    story.push(`${name} ends`);
    if (fails) throw new Error(name);
    return name;
  };
  const results = await Promise.allSettled([
    inTurn(operation('a', false)),
    inTurn(operation('b', true)),
    inTurn(operation('c', false)),
  ]);
  expect(story).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(results).toMatchObject([{ value: 'a' }, { reason: { message: 'b' } }, { value: 'c' }]);
});
