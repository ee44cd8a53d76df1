import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { outsideOf } from '@dormouse/backing/postgres';
import { holderOf } from './home-lock.ts';

const help = `Forgets everything that the local platform keeps: database, events, secrets, pictures, built functions.

  npm run reset -- [--home FOLDER] [--yes]

  --home FOLDER   default .dormouse, or DORMOUSE_HOME
  --yes           do not ask`;

/** @returns the exit code */
async function reset(): Promise<number> {
  const { values } = parseArgs({
    options: { home: { type: 'string' }, yes: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const home = resolve(values.home ?? (process.env.DORMOUSE_HOME || join(import.meta.dirname, '../../.dormouse')));
  const outside = outsideOf(join(home, 'postgres'));
  const there = [home, outside].filter((folder) => existsSync(folder));
  if (there.length === 0) {
    console.log(`there is nothing to forget in ${home}`);
    return 0;
  }
  if (!isHome(home)) throw new Error(`${home} is no folder of the local platform: nothing was removed`);
  const holder = holderOf(home);
  if (holder !== undefined) throw new Error(`the platform runs (process ${holder}): stop it first`);
  if (!values.yes && !(await agreed(there))) {
    console.log('nothing was removed');
    return 1;
  }
  for (const folder of there) rmSync(folder, { recursive: true, force: true });
  console.log(`removed ${there.join(' and ')}`);
  return 0;
}

/** Only what the platform made is removed: a wrong --home must not cost somebody a folder of theirs. */
const isHome = (home: string) =>
  !existsSync(home) || ['events', 'postgres', 'build'].some((name) => existsSync(join(home, name)));

async function agreed(folders: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('nobody to ask: use --yes');
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const reply = await ask.question(`Remove ${folders.join(' and ')} with all posts and accounts? [y/N] `);
  ask.close();
  return /^y(es)?$/i.test(reply.trim());
}

try {
  process.exitCode = await reset();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
