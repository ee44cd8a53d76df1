import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Checks a broker clause by clause: that of this project, or the one that `brokerUrl` names.
 * @param write rewrites docs/reference/conformance.md with what was found of this project's broker
 * @returns the exit code of the tests
 */
export async function runConformance({ write, brokerUrl }: { write: boolean; brokerUrl: string | undefined }) {
  const root = join(import.meta.dirname, '../..');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // Elsewhere time is real, and most of a check is waiting: several go on at once.
  const elsewhere = brokerUrl ? ['--sequence.concurrent', '--maxConcurrency=6', '--testTimeout=600000'] : [];
  const run = spawn(
    process.execPath,
    [vitest, 'run', '--root', root, '--reporter=verbose', ...elsewhere, 'tests/conformance/conformance.test.ts'],
    {
      stdio: 'inherit',
      // No check needs a database: none is started.
      env: { ...process.env, TEST_DATABASE_URL: 'postgres://unused', ...(write ? { CONFORMANCE_WRITE: '1' } : {}) },
    },
  );
  return new Promise<number>((done) => run.on('exit', (code) => done(code ?? 1)));
}
