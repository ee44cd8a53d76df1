import { join } from 'node:path';
import { variable } from '@dormouse/runtime/config';
import { Mistake } from '../usage-error.ts';
import { importFolder } from './import-folder.ts';
import { help, options } from './options.ts';

/** `npm run import`: reads the command line, prints one line and exits 1 for what is wrong. */
try {
  const chosen = options(process.argv.slice(2), variable('PORT', '8080'));
  if (chosen === 'help') console.log(help);
  else {
    const complete = await importFolder(chosen, {
      print: console.log,
      screen: process.stderr,
      localToken: async () => {
        const { localToken } = await import('./local-token.ts');
        return localToken(
          join(variable('DORMOUSE_HOME', '.dormouse'), 'secrets/auth-keys'),
          variable('ISSUER', 'https://dormouse.dev'),
        );
      },
    });
    if (!complete) process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof Mistake)) throw error;
  console.error(`import: ${error.message}`);
  process.exitCode = 1;
}
