import { expect, it } from 'vitest';
import { realEnvironment } from './environment.ts';

const named = {
  ORACLE_TEST_CONNECT_STRING: 'db:1521/FREEPDB1',
  ORACLE_TEST_USER: 'FERRY',
  ORACLE_TEST_PASSWORD: 'secret',
};

it('without variables there is no real Oracle', () => {
  expect(realEnvironment({ ORACLE_USER: 'FERRY', ORACLE_TEST_USER: '' })).toBeUndefined();
});

it('the variables of a real Oracle are those of the product', () => {
  const more = {
    ORACLE_TEST_WALLET_LOCATION: '/wallet',
    ORACLE_TEST_WALLET_PASSWORD: '',
    HOME: '/',
    TNS_ADMIN: '/tns',
  };
  expect(realEnvironment({ ...named, ...more })).toEqual({
    ORACLE_CONNECT_STRING: 'db:1521/FREEPDB1',
    ORACLE_USER: 'FERRY',
    ORACLE_PASSWORD: 'secret',
    ORACLE_WALLET_LOCATION: '/wallet',
    TNS_ADMIN: '/tns',
  });
});

it('what is missing beside the others is named', () => {
  expect(() => realEnvironment({ ...named, ORACLE_TEST_PASSWORD: '' })).toThrow(
    /^ORACLE_TEST_PASSWORD not set\. Name the real Oracle by/,
  );
});
