import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { outsideOf } from '@dormouse/backing/postgres';
import { holderOf } from './home-lock.ts';
import { homeEntries, isHome } from './home-marker.ts';

export interface ResetOptions {
  /** Where the platform keeps its data. */
  home: string;
  /** Asked before anything is deleted. */
  confirm: (question: string) => Promise<boolean>;
  print: (line: string) => void;
}

/**
 * Deletes everything that the local platform keeps: database, events, secrets, pictures, built functions. What else lies
 * in its folder stays.
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
  if (existsSync(home) && !isHome(home))
    throw new Error(`${home} was not made by the local platform: nothing was deleted`);
  const holder = holderOf(home);
  if (holder !== undefined) throw new Error(`the platform runs (process ${holder}): stop it first`);
  if (!(await confirm(`Delete ${there.join(' and ')} with all posts and accounts?`))) {
    print('nothing was deleted');
    return false;
  }
  rmSync(outside, { recursive: true, force: true });
  const left = emptied(home);
  print(left.length === 0 ? `deleted ${there.join(' and ')}` : `deleted all but ${left.join(', ')} in ${home}`);
  return true;
}

/** @returns what the platform did not make, and the folder with it stays */
function emptied(home: string): string[] {
  if (!existsSync(home)) return [];
  for (const name of homeEntries) rmSync(join(home, name), { recursive: true, force: true });
  const left = readdirSync(home).sort();
  if (left.length === 0) rmdirSync(home);
  return left;
}
