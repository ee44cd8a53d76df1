import { join } from 'node:path';
import { UsageError } from '../usage-error.ts';
import { options } from './options.ts';
import { run } from './run.ts';

/** `npm run new`: reads the command line, prints one line and exits 1 for what is wrong. */
try {
  const chosen = options(process.argv.slice(2));
  if ('help' in chosen) console.log(chosen.help);
  else await run(chosen, join(import.meta.dirname, '../..'), console.log);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`new: ${error.message}`);
  process.exitCode = 1;
}
