import { expect, test } from 'vitest';
import { loadApi } from './crud-load.ts';

test('twenty connections that create, read, replace, list and delete meet no error', async () => {
  const { requests, unexpected, answers } = await loadApi({ connections: 20, seconds: 3 });
  expect([...answers].filter(([label]) => / [345]/.test(label))).toEqual([]);
  // How many more is the machine's matter, and its other work's.
  expect([unexpected, requests > 20]).toEqual([0, true]);
});
