import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'cli/**/*.test.ts',
      'events/**/*.test.ts',
      'functions/**/*.test.ts',
      'knative/**/*.test.ts',
      'observability/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/.dormouse/**', '**/dist/**'],
    reporters: ['default', './tests/skipped-reporter.ts'],
    globalSetup: ['tests/database.setup.ts'],
    // Continuous integration shares its machine: what fails once for want of time is tried a second time, and reported.
    retry: process.env.CI ? 1 : 0,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 240_000,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
