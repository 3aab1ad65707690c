import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

// Of all files with tests, what rules their titles name; this one names none.
const rulesIn = new Map(
  globSync('test/**/*.ts').map((path) => {
    const titles = readFileSync(path, 'utf8').matchAll(/['"`]rule (\d+): \S/g);
    return [path, new Set(Array.from(titles, ([, number]) => Number(number)))];
  }),
);
const rows = readFileSync('README.md', 'utf8')
  .split('## The commit protocol\n')[1]
  ?.split('\n## ')[0]
  ?.matchAll(/^\| (\d+) \|.*\| (.*) \|$/gm);
const rules = Array.from(rows ?? [], ([, number, paths]) => ({
  number: Number(number),
  paths: Array.from(paths?.matchAll(/`([^`]+)`/g) ?? [], ([, path]) => path ?? ''),
}));

it('eleven rules are told', () => {
  expect(rules.map(({ number }) => number)).toEqual(Array.from({ length: 11 }, (_, n) => n + 1));
});

it.each(rules)(
  'the tests of rule $number are where README says, and nowhere else',
  ({ number, paths }) => {
    const named = [...rulesIn].filter(([, numbers]) => numbers.has(number)).map(([path]) => path);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.toSorted()).toEqual(named.toSorted());
  },
);
