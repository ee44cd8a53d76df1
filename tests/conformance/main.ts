import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const help = `npm run conformance -- [options]

Checks a broker clause by clause: that of this project, or the one that BROKER_URL names (docs/how-to/run-conformance.md).

  --write   rewrite docs/reference/conformance.md with what was found of this project's broker
  --help`;

const { values } = parseArgs({
  options: { write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});

if (values.help) console.log(help);
else if (values.write && process.env.BROKER_URL) {
  console.error('conformance: the page is about the local broker: --write does not go with BROKER_URL');
  process.exitCode = 1;
} else {
  const root = join(import.meta.dirname, '../..');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // Elsewhere time is real, and most of a check is waiting: several go on at once.
  const elsewhere = process.env.BROKER_URL
    ? ['--sequence.concurrent', '--maxConcurrency=6', '--testTimeout=600000']
    : [];
  const run = spawn(
    process.execPath,
    [vitest, 'run', '--root', root, '--reporter=verbose', ...elsewhere, 'tests/conformance/conformance.test.ts'],
    {
      stdio: 'inherit',
      // No check needs a database: none is started.
      env: {
        ...process.env,
        TEST_DATABASE_URL: 'postgres://unused',
        ...(values.write ? { CONFORMANCE_WRITE: '1' } : {}),
      },
    },
  );
  run.on('exit', (code) => (process.exitCode = code ?? 1));
}
