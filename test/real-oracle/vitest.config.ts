import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/**
 * `npm run test:oracle`: exactly the tests that open the database under test, and only when a real Oracle is named.
 * `npm test` runs them, too, on the local server.
 */
export default defineConfig({
  test: {
    name: 'real-oracle',
    include: globSync('test/**/*.integration.test.ts').filter(opensDatabase).toSorted(),
    globalSetup: 'test/real-oracle/require-oracle.ts',
    env: { METADATA_SERVER_DETECTION: 'none', TZ: 'UTC' },
    // Tables are made and dropped under the same names in one schema.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});

function opensDatabase(file: string): boolean {
  return readFileSync(file, 'utf8').includes("/support/source-database.ts'");
}
