import { defineConfig } from 'vitest/config';
import { testLevels } from './tests/levels.ts';
import { LongestFirst } from './tests/longest-first.ts';

const levels = testLevels(import.meta.dirname);

const common = {
  exclude: ['**/node_modules/**', '**/.dormouse/**', '**/dist/**'],
  // Continuous integration shares its machine: what fails once for want of time is tried a second time, and reported.
  retry: process.env.CI ? 1 : 0,
  testTimeout: 90_000,
  hookTimeout: 240_000,
  expect: { requireAssertions: true },
};
const globalSetup = ['tests/database.setup.ts', 'tests/builds.setup.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './tests/skipped-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    dangerouslyIgnoreUnhandledErrors: false,
    projects: [
      { test: { ...common, name: 'unit', include: levels.unit } },
      { test: { ...common, name: 'integration', include: levels.integration, globalSetup } },
      { test: { ...common, name: 'platform', include: levels.platform, globalSetup } },
    ],
  },
});
