import { defineConfig } from 'vitest/config';

/**
 * `npm run test:oracle`: exactly the tests that run on a real Oracle, and only when there is one. `npm test` runs
 * them, too, on the local server.
 */
export default defineConfig({
  test: {
    name: 'real-oracle',
    include: [
      'test/jobs/tables.integration.test.ts',
      'test/jobs/types.integration.test.ts',
      'test/shared/oracle/contract.integration.test.ts',
      'test/types/round-trip.integration.test.ts',
    ],
    globalSetup: 'test/real-oracle/require-oracle.ts',
    env: { METADATA_SERVER_DETECTION: 'none', TZ: 'UTC' },
    // Tables are made and dropped under the same names in one schema.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
