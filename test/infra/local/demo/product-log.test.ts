import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lastErrors } from '../../../../infra/local/demo/product-log.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'product-log-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

it('shows the newest errors, and lines that are no entries', () => {
  const file = join(folder, 'product.log');
  const entries = [1, 2, 3, 4, 5].map((n) => ({ severity: 'ERROR', message: `problem ${n}` }));
  const quiet = { severity: 'INFO', message: 'all is well' };
  const lines = [...entries, quiet].map((entry) => JSON.stringify(entry));
  writeFileSync(file, [...lines, 'SyntaxError: somewhere', ''].join('\n'));
  expect(lastErrors(file)).toEqual([
    'ERROR problem 2',
    'ERROR problem 3',
    'ERROR problem 4',
    'ERROR problem 5',
    'SyntaxError: somewhere',
  ]);
});

it('shows nothing when nothing was ever logged', () => {
  expect(lastErrors(join(folder, 'none.log'))).toEqual([]);
});
