import { globSync, readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import requireOracle from './require-oracle.ts';
import config from './vitest.config.ts';

const included = config.test?.include ?? [];

it('the contract and whole jobs run on a real Oracle', () => {
  expect(included).toEqual(
    expect.arrayContaining([
      'test/jobs/tables.integration.test.ts',
      'test/jobs/types.integration.test.ts',
      'test/shared/oracle/contract.integration.test.ts',
      'test/types/round-trip.integration.test.ts',
    ]),
  );
});

it('what opens the database under test is an integration test, of which two never run at once', () => {
  const opening = globSync('test/**/*.test.ts').filter((file) =>
    /\b(open|each)SourceDatabase\(/.test(readFileSync(file, 'utf8')),
  );
  expect(opening.length).toBeGreaterThan(0);
  expect(included).toEqual(expect.arrayContaining(opening));
});

it('without a real Oracle the run ends with what is needed, instead of passing', () => {
  for (const name of ['CONNECT_STRING', 'USER', 'PASSWORD']) vi.stubEnv(`ORACLE_TEST_${name}`, '');
  expect(requireOracle).toThrow(
    /^There is no Oracle to test\. Name the real Oracle by ORACLE_TEST_CONNECT_STRING, ORACLE_TEST_USER, ORACLE_TEST_PASSWORD/,
  );
  vi.unstubAllEnvs();
});
