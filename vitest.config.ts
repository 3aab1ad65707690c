import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['functions/**/*.ts', 'jobs/**/*.ts', 'shared/**/*.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: {
        lines: 85,
        branches: 80,
        'shared/domain/**': { lines: 100, branches: 100, functions: 100, statements: 100 },
      },
    },
    // Most tests wait for sockets; a worker for each processor would leave them idle.
    maxWorkers: 3,
    // How long a busy machine may take is nothing that a test is about.
    expect: { poll: { timeout: 15_000 } },
    env: { METADATA_SERVER_DETECTION: 'none', TZ: 'UTC' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/infra/**', 'test/**/*.{contract,integration}.test.ts'],
          // To load the clients again for each file would take as long as the tests do.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/infra/**/*.test.ts', 'test/**/*.contract.test.ts'],
          exclude: ['test/**/*.integration.test.ts'],
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.integration.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
