import { expect, it } from 'vitest';
import { parseArguments } from '../../../../infra/local/demo/arguments.ts';

it('wants neither JSON nor help when nothing is asked for', () => {
  expect(parseArguments([])).toEqual({ json: false, help: false });
});

it('knows --json and --help', () => {
  expect(parseArguments(['--json', '-h'])).toEqual({ json: true, help: true });
});

it.each([['--jsn'], ['extra'], ['--json=yes']])('refuses %s', (argument) => {
  expect(() => parseArguments([argument])).toThrow(TypeError);
});
