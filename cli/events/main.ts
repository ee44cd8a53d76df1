import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { variable } from '@dormouse/runtime/config';
import { Mistake } from '../usage-error.ts';
import { options } from './options.ts';
import { run } from './run.ts';

async function ask(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [y/N] `).finally(() => prompt.close());
  return /^y(es)?$/i.test(answer.trim());
}

async function localToken(): Promise<string> {
  const [{ localToken: signed }, { operatorToken }] = await Promise.all([
    import('../import/local-token.ts'),
    import('@dormouse/auth/operator-token'),
  ]);
  return signed(
    join(variable('DORMOUSE_HOME', '.dormouse'), 'secrets/auth-keys'),
    variable('ISSUER', 'https://dormouse.dev'),
    operatorToken,
  );
}

/** `npm run events`: reads the command line, prints one line and exits 1 for what is wrong. */
try {
  const chosen = options(process.argv.slice(2), {
    port: variable('PORT', '8080'),
    consolePort: variable('CONSOLE_PORT', '8081'),
  });
  if ('help' in chosen) console.log(chosen.help);
  else {
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    const terminal = {
      print: console.log,
      screen: process.stderr,
      ask: process.stdin.isTTY ? ask : undefined,
      input: () => text(process.stdin),
      paint: (style: Parameters<typeof styleText>[0], words: string) =>
        styleText(style, words, { stream: process.stdout }),
      signal: stop.signal,
    };
    process.exitCode = await run(chosen, terminal, localToken);
  }
} catch (error) {
  if (!(error instanceof Mistake)) throw error;
  console.error(`events: ${error.message}`);
  process.exitCode = 1;
}
