import { resolve } from 'node:path';
import { run, type StricliProcess } from '@stricli/core';
import { application } from './application.ts';
import type { Context } from './context.ts';
import { processExitCode } from './exit-codes.ts';
import { processTerminal } from './process-terminal.ts';

const root = resolve(import.meta.dirname, '..');

// `dormouse events tail | head -1`: nobody reads any more.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 141 : 1));

const args = process.argv.slice(2);
const own: StricliProcess = { stdout: process.stdout, stderr: process.stderr, env: process.env };
const context: Context & { process: StricliProcess } = {
  process: own,
  root,
  env: process.env,
  terminal: processTerminal(),
  exitWith: (code) => {
    own.exitCode = code;
  },
};
// What the scripts of `dormouse completion` ask at each Tab: `complete -- WORD…`.
if (args[0] === 'complete' && args[1] === '--') {
  const { completions } = await import('./completion/completions.ts');
  for (const line of await completions(application([]), args.slice(2), context)) context.terminal.print(line);
} else await run(application(args), args, context);
process.exitCode = processExitCode(Number(own.exitCode ?? 0));
