import { globSync, readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import requireOracle from './require-oracle.ts';
import config from './vitest.config.ts';

const opensDatabase = /from '[./]+\/support\/source-database\.ts'/;

it('what runs on a real Oracle is what asks for the database under test', () => {
  const files = globSync('test/**/*.test.ts').filter((file) =>
    opensDatabase.test(readFileSync(file, 'utf8')),
  );
  expect(config.test?.include?.toSorted()).toEqual(files.toSorted());
});

it('two of these never run at once, in `npm test` either', () => {
  for (const file of config.test?.include ?? []) expect(file).toMatch(/\.integration\.test\.ts$/);
});

it('without a real Oracle the run ends with what is needed, instead of passing', () => {
  for (const name of ['CONNECT_STRING', 'USER', 'PASSWORD']) vi.stubEnv(`ORACLE_TEST_${name}`, '');
  expect(requireOracle).toThrow(
    /^There is no Oracle to test\. Name the real Oracle by ORACLE_TEST_CONNECT_STRING, ORACLE_TEST_USER, ORACLE_TEST_PASSWORD/,
  );
  vi.unstubAllEnvs();
});
