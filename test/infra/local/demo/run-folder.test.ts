import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRunFolder } from '../../../../infra/local/demo/run-folder.ts';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'run-folder-'));
});

afterEach(() => rmSync(parent, { recursive: true }));

// Above the largest process id of Linux, so that nobody has it.
const NOBODY = 2 ** 22 + 1;

it('keeps the last few runs and removes older ones', () => {
  for (let day = 1; day <= 7; day++) mkdirSync(join(parent, `2024-01-0${day}T00-00-00-${NOBODY}`));
  createRunFolder(parent, new Date('2024-02-01T12:34:56Z'));
  expect(readdirSync(parent).toSorted()).toEqual([
    `2024-01-04T00-00-00-${NOBODY}`,
    `2024-01-05T00-00-00-${NOBODY}`,
    `2024-01-06T00-00-00-${NOBODY}`,
    `2024-01-07T00-00-00-${NOBODY}`,
    `2024-02-01T12-34-56-${process.pid}`,
  ]);
});

it('never removes a run that is still under way', () => {
  const running = `2024-01-01T00-00-00-${process.pid}`;
  mkdirSync(join(parent, running));
  for (let day = 2; day <= 9; day++) mkdirSync(join(parent, `2024-01-0${day}T00-00-00-${NOBODY}`));
  createRunFolder(parent, new Date('2024-02-01T00:00:00Z'));
  expect(readdirSync(parent)).toContain(running);
});

it('is gone after remove', () => {
  const folder = createRunFolder(join(parent, 'not', 'there', 'yet'));
  folder.remove();
  expect(readdirSync(join(parent, 'not', 'there', 'yet'))).toEqual([]);
});
