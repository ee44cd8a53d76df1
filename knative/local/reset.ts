import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { outsideOf } from '@dormouse/backing/postgres';
import { holderOf } from './home-lock.ts';

export interface ResetOptions {
  /** Where the platform keeps its data. */
  home: string;
  /** Asked before anything is deleted. */
  confirm: (question: string) => Promise<boolean>;
  print: (line: string) => void;
}

/**
 * Deletes everything that the local platform keeps: database, events, secrets, pictures, built functions.
 * @returns whether nothing is left
 * @throws Error when the folder is not the platform's, or the platform runs
 */
export async function reset({ home, confirm, print }: ResetOptions): Promise<boolean> {
  const outside = outsideOf(join(home, 'postgres'));
  const there = [home, outside].filter((folder) => existsSync(folder));
  if (there.length === 0) {
    print(`there is nothing to delete in ${home}`);
    return true;
  }
  if (!isHome(home)) throw new Error(`${home} is not a folder of the local platform: nothing was deleted`);
  const holder = holderOf(home);
  if (holder !== undefined) throw new Error(`the platform runs (process ${holder}): stop it first`);
  if (!(await confirm(`Delete ${there.join(' and ')} with all posts and accounts?`))) {
    print('nothing was deleted');
    return false;
  }
  for (const folder of there) rmSync(folder, { recursive: true, force: true });
  print(`deleted ${there.join(' and ')}`);
  return true;
}

/** Only what the platform made is deleted: a wrong --home must not cost somebody a folder of theirs. */
const isHome = (home: string) =>
  !existsSync(home) || ['events', 'postgres', 'build'].some((name) => existsSync(join(home, name)));
